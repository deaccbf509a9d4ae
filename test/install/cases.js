'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { bundlerCases } = require('./bundlers');
const { installerCases } = require('./installers');
const { suiteCases } = require('./suites');
const { NAME, installByNpm, layApp, runSmoke } = require('./app');
const { env } = require('./fetch');
const places = require('./places');
const { demand } = require('./process');

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {string[]} groups
 * @property {string} target the prebuilt that it needs
 * @property {(context: import('./app').Context) => Promise<string>} run gives
 *   what to say of it; throws when the case fails
 */

const THIS_NODE = places.onNode(async () => process.execPath);

/** @type {[string, string, import('./places').Place][]} */
const PLACES = [
  ...['20', '22', '24', '26'].map((major) => [
    `node-${major}`,
    'node',
    places.onNode(() => places.nodeOf(major)),
  ]),
  ['debian-12', 'debian', places.onDebian('12', 'bookworm', '20')],
  ['debian-13', 'debian', places.onDebian('13', 'trixie', '24')],
  ['musl-x64', 'musl', places.onMusl()],
  ['arm64-glibc', 'arm64', places.onArm64()],
  ['arm64-musl', 'arm64', places.onArm64Musl()],
  ['bun', 'runtime', places.onBun()],
  ['deno', 'runtime', places.onDeno()],
  ['lambda-zip', 'lambda', places.onLambda()],
];

/** Bun and Deno end a worker with an exit code of their own. */
const WORKERS = [
  ['workers-20', places.onNode(() => places.nodeOf('20'))],
  ['workers-26', places.onNode(() => places.nodeOf('26'))],
];

/** @returns {Case} */
function placeCase([name, group, place], script = 'smoke.js') {
  return {
    name,
    groups: [group, 'smoke'],
    target: place.target,
    async run(context) {
      await installByNpm(layApp(context), context);
      return await runSmoke(place, script, context);
    },
  };
}

/**
 * A machine whose administrator has put a root into the system's bundle, which
 * lies where that system keeps it.
 * @returns {Case}
 */
function rootsCase(name, bundle) {
  return {
    name,
    groups: ['roots'],
    target: 'linux-x64',
    async run(context) {
      await installByNpm(layApp(context), context);
      const folder = path.join(context.folder, 'roots');
      fs.mkdirSync(folder);
      const file = path.join(folder, path.basename(bundle));
      fs.writeFileSync(file, context.server.env.SMOKE_CA);
      const mounts = { [path.dirname(bundle)]: folder };
      const place = places.onDebian('12', 'bookworm', '20', mounts);
      return await runSmoke(place, 'roots.js', context);
    },
  };
}

/**
 * A program's own tarball beside the client's; npm fetches what it needs.
 * @param {'bulk' | 'proxy'} name
 * @param {string[]} groups
 * @returns {Case}
 */
function programCase(name, groups) {
  return {
    name,
    groups,
    target: 'linux-x64',
    async run(context) {
      const app = layApp(context);
      await installByNpm(app, context, [context.tarballs[name]]);
      const command = path.join(
        app,
        `node_modules/.bin/baseten-performance-${name}`,
      );
      if (!fs.existsSync(command)) throw new Error('the command is not there');
      return await runSmoke(THIS_NODE, `${name}.js`, context);
    },
  };
}

/** What the package's own command compiles, with this machine's compiler. */
const sourceCase = {
  name: 'source-build',
  groups: ['source'],
  target: 'linux-x64',
  async run(context) {
    const app = layApp(context);
    await installByNpm(app, context);
    const command = path.join(app, 'node_modules/.bin', NAME);
    await demand([command, 'build', '--force'], { cwd: app, env });
    const own = 'build/Release/performance_client.node (own build)';
    return await runSmoke(THIS_NODE, 'smoke.js', context, own);
  },
};

/** @type {Case[]} */
const CASES = [
  {
    ...placeCase(['this-node', 'ci', THIS_NODE]),
    groups: ['ci', 'smoke'],
  },
  {
    ...placeCase(['workers', 'ci', THIS_NODE], 'worker.js'),
    groups: ['ci', 'smoke'],
  },
  ...PLACES.map((one) => placeCase(one)),
  ...WORKERS.map(([name, place]) =>
    placeCase([name, 'workers', place], 'worker.js'),
  ),
  rootsCase('roots-debian', '/etc/ssl/certs/ca-certificates.crt'),
  rootsCase('roots-fedora', '/etc/pki/tls/certs/ca-bundle.crt'),
  programCase('proxy', ['smoke']),
  programCase('bulk', ['ci', 'smoke']),
  sourceCase,
  ...installerCases,
  ...bundlerCases,
  ...suiteCases,
];

module.exports = { CASES };
