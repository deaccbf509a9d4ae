'use strict';

const { spawnSync } = require('node:child_process');
const path = require('node:path');

const { findAddon, loadAddon } = require('../native/addon');

const SCRIPT = path.join(__dirname, '../../scripts/build.js');

/** @returns {boolean} is there something that loads? */
function isUsable() {
  try {
    loadAddon();
    return true;
  } catch {
    return false;
  }
}

/**
 * Loads what was built in a process of its own: this one may hold another.
 * @returns {string} '' or why it does not load
 */
function tryBuilt() {
  const script = `
    try { require(process.argv[1]).loadAddon(); }
    catch (error) { process.stdout.write(error.message); }`;
  const file = require.resolve('../native/addon');
  const { error, stdout } = spawnSync(process.execPath, ['-e', script, file], {
    encoding: 'utf8',
  });
  return error ? error.message : stdout;
}

/**
 * Builds the addon from the sources in this package, unless one that loads is
 * there already.
 * @param {Set<string>} options
 * @returns {Promise<number>} the exit code
 */
async function build(options) {
  const say = (line) => process.stdout.write(`${line}\n`);
  if (!options.has('--force') && isUsable()) {
    const { file, origin } = /** @type {any} */ (findAddon());
    say(`nothing to build: ${file} loads (${origin})`);
    say('To build from source all the same: build --force');
    return 0;
  }
  const { status } = spawnSync(process.execPath, [SCRIPT], {
    stdio: 'inherit',
  });
  if (status !== 0) return 1;
  const failure = tryBuilt();
  if (failure) process.stderr.write(`${failure}\n`);
  else say(`built and loaded: ${findAddon()?.file}`);
  return failure ? 1 : 0;
}

module.exports = { build };
