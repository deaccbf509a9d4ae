'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { env, ROOT, WORK } = require('./fetch');
const { demand } = require('./process');

/**
 * @typedef {object} Context
 * @property {string} folder the case's own, empty at its start
 * @property {{ client: string, proxy: string, bulk: string }} tarballs
 * @property {{ env: object }} server
 */

/** The exit code of the scripts in app/ when all was well. */
const SUCCESS = 7;

const NAME = 'baseten-performance-client';

/** No compiler, no python: what is not needed is not in sight. */
const BARE_ENV = { PATH: '/nonexistent', HOME: '/nonexistent' };

/** A user's program without the package. @returns {string} its folder */
function layApp({ folder }) {
  const app = path.join(folder, 'app');
  fs.cpSync(path.join(__dirname, 'app'), app, { recursive: true });
  fs.writeFileSync(
    path.join(app, 'package.json'),
    JSON.stringify({
      name: 'app',
      version: '1.0.0',
      private: true,
      type: 'commonjs',
    }),
  );
  return app;
}

/** What an installer may see: itself, Node and a home of its own. */
function installerEnv(folder, ...programs) {
  const home = path.join(folder, 'home');
  fs.mkdirSync(home, { recursive: true });
  const configured = Object.entries(env).filter(([name]) =>
    /^npm_config_(registry|cafile)$|proxy$|_CA_|SSL_CERT/i.test(name),
  );
  const PATH = programs.map((file) => path.dirname(file)).join(':');
  return {
    ...Object.fromEntries(configured),
    HOME: home,
    PATH,
    // Yarn keeps a tarball by its version, and for root beside HOME.
    YARN_CACHE_FOLDER: path.join(home, 'yarn'),
  };
}

/** Installs by this machine's npm; further packages come from the registry. */
async function installByNpm(app, { tarballs, folder }, further = []) {
  const words = ['install', '--ignore-scripts', '--no-audit', '--no-fund'];
  const offline = further.length === 0 ? ['--offline'] : [];
  await demand(['npm', ...words, ...offline, tarballs.client, ...further], {
    cwd: app,
    env: { ...env, HOME: installerEnv(folder).HOME },
  });
}

/**
 * Runs a script of app/ in a place, and the package's own doctor, who must
 * find loaded what should be.
 * @param {import('./places').Place} place
 * @param {string} script
 * @param {Context} context
 * @param {string} [loaded] the prebuilt when left out
 * @returns {Promise<string>} where it ran
 */
async function runSmoke(
  place,
  script,
  { folder, server },
  loaded = `prebuilds/${place.target}/performance_client.node (prebuilt)`,
) {
  const app = path.join(folder, 'app');
  const childEnv = { ...BARE_ENV, ...server.env };
  const command = await place.command(app, [script]);
  await demand(command, { cwd: app, env: childEnv, code: SUCCESS });
  const asking = await place.command(app, [
    `node_modules/${NAME}/bin/${NAME}.js`,
    'doctor',
    server.env.SMOKE_URL,
  ]);
  const told = await demand(asking, { cwd: app, env: childEnv });
  if (!told.includes(loaded)) throw new Error(`not ${loaded}:\n${told}`);
  const runtime = /^runtime +(.*)$/m.exec(told)?.[1];
  return `${runtime}, ${place.target}`;
}

module.exports = {
  BARE_ENV,
  NAME,
  ROOT,
  SUCCESS,
  WORK,
  installByNpm,
  installerEnv,
  layApp,
  runSmoke,
};
