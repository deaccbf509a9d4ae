'use strict';

/*
 * Compiles the addon with the node-gyp that npm brings along.
 *
 * Runs as the package's install script and from `make build`. Only what
 * changed is compiled again. Where the headers of the running Node lie beside
 * it, nothing is downloaded.
 */

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.join(__dirname, '..');
const LIBRARIES = { libcurl: '7.88.0', libcjson: '1.7.13' };
const PACKAGES =
  'gcc make python3 pkg-config libcurl4-openssl-dev libcjson-dev';
const NODE_GYP = path.join('node-gyp', 'bin', 'node-gyp.js');

function findMissingLibraries() {
  return Object.entries(LIBRARIES)
    .map(([name, version]) => `${name} >= ${version}`)
    .filter((need) => {
      const probe = spawnSync('pkg-config', ['--exists', need]);
      return probe.status !== 0;
    });
}

/** The folders an npm may keep its own node_modules in, likeliest first. */
function* listModuleFolders() {
  const prefix = path.dirname(path.dirname(process.execPath));
  yield path.join(prefix, 'lib', 'node_modules', 'npm', 'node_modules');
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const npm = path.join(folder, 'npm');
    if (folder && fs.existsSync(npm)) {
      const cli = fs.realpathSync(npm);
      yield path.join(cli, '..', '..', 'node_modules');
    }
  }
  yield path.join(ROOT, 'node_modules');
  yield path.join(prefix, 'share', 'nodejs');
}

function findNodeGyp() {
  const given = process.env.npm_config_node_gyp;
  if (given && fs.existsSync(given)) return given;
  for (const folder of listModuleFolders()) {
    const file = path.join(folder, NODE_GYP);
    if (fs.existsSync(file)) return file;
  }
  return undefined;
}

/** Points node-gyp at installed headers; without them it fetches its own. */
function findHeaders() {
  const prefix = path.dirname(path.dirname(process.execPath));
  const header = path.join(prefix, 'include', 'node', 'node_api.h');
  return fs.existsSync(header) ? [`--nodedir=${prefix}`] : [];
}

/**
 * gyp links with the C++ compiler; an addon in C needs none.
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
function linkWithC(env) {
  return { ...env, LINK: env.LINK ?? env.CC ?? 'cc' };
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  console.error(`baseten-performance-client: ${message}`);
  process.exit(1);
}

function main() {
  const missing = findMissingLibraries();
  if (missing.length > 0)
    fail(
      `cannot build without ${missing.join(' and ')}. ` +
        `On Debian or Ubuntu:\n  apt-get install -y ${PACKAGES}`,
    );
  const nodeGyp = findNodeGyp();
  if (nodeGyp === undefined)
    fail('node-gyp was not found; it comes with npm, so install npm first.');

  const build = spawnSync(
    process.execPath,
    [
      nodeGyp,
      '--loglevel=warn',
      'configure',
      'build',
      '--release',
      ...findHeaders(),
    ],
    { cwd: ROOT, stdio: 'inherit', env: linkWithC(process.env) },
  );
  if (build.error) fail(`node-gyp did not start: ${build.error.message}`);
  process.exitCode = build.status ?? 1;
}

main();
