'use strict';

const fs = require('node:fs');

const { checkApiKey } = require('baseten-performance-client/internal');
const { ConfigError } = require('../base/errors');

const VARIABLE = /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g;

/**
 * Puts variables of the environment into a text, never the text itself into
 * the message when one is missing.
 * @param {string} text
 * @param {NodeJS.ProcessEnv} env
 * @param {string} argument
 * @returns {string}
 */
function expandVariables(text, env, argument) {
  return text.replace(VARIABLE, (_, braced, bare) => {
    const name = braced ?? bare;
    const value = env[name];
    if (value) return value;
    throw new ConfigError(
      `${argument} names the variable ${name}, which is not set`,
    );
  });
}

/**
 * The file a setting names; "$/path" is how some deployments write "/path".
 * @param {string} text
 * @returns {string | undefined}
 */
function pathOf(text) {
  if (text.startsWith('$/')) return text.slice(1);
  return text.startsWith('/') ? text : undefined;
}

/**
 * @param {string} path
 * @param {string} argument
 * @returns {string}
 */
function readSecretFile(path, argument) {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error.code ?? error.message;
    throw new ConfigError(`${argument}: cannot read ${path} (${reason})`, {
      cause: error,
    });
  }
}

/**
 * @param {string} text
 * @param {string} argument
 * @returns {string}
 */
function checkKey(text, argument) {
  try {
    return checkApiKey(text.trim(), argument);
  } catch (error) {
    throw new ConfigError(error.message);
  }
}

/** A key given as text or as a file, which may be read again. */
class KeySource {
  #argument;
  #path;
  #key;

  /**
   * @param {string} setting
   * @param {NodeJS.ProcessEnv} env
   * @param {string} argument the flag or variable it came from
   */
  constructor(setting, env, argument) {
    const text = expandVariables(setting, env, argument);
    this.#argument = argument;
    this.#path = pathOf(text);
    this.#key = checkKey(
      this.#path === undefined ? text : readSecretFile(this.#path, argument),
      argument,
    );
  }

  /** @returns {string} */
  current() {
    return this.#key;
  }

  /** Reads the file again; what was there stays when that fails. */
  reload() {
    if (this.#path === undefined) return;
    const text = readSecretFile(this.#path, this.#argument);
    this.#key = checkKey(text, this.#argument);
  }

  /** Keeps the key out of whatever prints the configuration. */
  toJSON() {
    return '[redacted]';
  }
}

/**
 * Keys of which a file may hold one a line.
 * @param {string} setting
 * @param {NodeJS.ProcessEnv} env
 * @param {string} argument
 * @returns {string[]}
 */
function readKeys(setting, env, argument) {
  const text = expandVariables(setting, env, argument);
  const path = pathOf(text);
  if (path === undefined) return [checkKey(text, argument)];
  const lines = readSecretFile(path, argument).split('\n');
  const keys = lines.filter((line) => line.trim() !== '');
  if (keys.length === 0)
    throw new ConfigError(`${argument}: ${path} holds no key`);
  return keys.map((line) => checkKey(line, argument));
}

module.exports = { KeySource, readKeys };
