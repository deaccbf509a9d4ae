'use strict';

/*
 * How the text of a flag becomes a value, in the voice of the client's checks.
 */

const fs = require('node:fs');

const {
  checkApiKey,
  checkChoice,
  checkInteger,
  checkNumber,
  outOfRange,
} = require('baseten-performance-client/internal');
const { UsageError } = require('../base/errors');

/**
 * @typedef {(text: string, argument: string, env: NodeJS.ProcessEnv) => unknown}
 *   ReadValue
 */

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** $NAME or ${NAME} */
const VARIABLE = /^\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))$/;

const SHARD = /^(\d+)\/(\d+)$/;

const MOST_SHARDS = 100_000;

/** @param {string} text */
function toNumber(text) {
  return NUMBER.test(text.trim()) ? Number(text) : text;
}

/** @type {(least: number, most: number) => ReadValue} */
function integer(least, most) {
  return (text, name) => checkInteger(toNumber(text), name, least, most);
}

/** @type {(least: number, most: number) => ReadValue} */
function number(least, most) {
  return (text, name) => checkNumber(toNumber(text), name, least, most);
}

/** @type {(choices: readonly string[]) => ReadValue} */
function choice(choices) {
  return (text, name) => checkChoice(text, name, choices);
}

/** @type {ReadValue} */
function readText(text, name) {
  if (text !== '') return text;
  throw outOfRange(name, 'a non-empty string', text);
}

/** @type {ReadValue} */
function readNumbers(text) {
  return text.split(',').map(toNumber);
}

/** @type {ReadValue} */
function readNames(text, name) {
  const names = text.split(',').map((one) => one.trim());
  if (names.every(Boolean)) return names;
  throw outOfRange(name, 'names separated by commas', text);
}

/** @type {ReadValue} */
function readHeader(text, name) {
  const [header, ...value] = text.split(':');
  if (value.length > 0) return [header.trim(), value.join(':').trim()];
  throw new UsageError(`${name} must be a name and a value, NAME: VALUE`);
}

/**
 * @param {string} text i/n, i from 0
 * @param {string} name
 * @returns {{ index: number, count: number }}
 */
function readShard(text, name) {
  const [, index, count] = SHARD.exec(text)?.map(Number) ?? [];
  if (count >= 1 && count <= MOST_SHARDS && index < count)
    return { index, count };
  const expected = `i/n with i from 0 to n - 1, n at most ${MOST_SHARDS}`;
  throw outOfRange(name, expected, text);
}

/** What the file of a key holds. @param {string} path @param {string} name */
function readKeyFile(path, name) {
  try {
    return fs.readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new UsageError(
      `the file that ${name} names cannot be read (${error.code})`,
    );
  }
}

/**
 * A key, $VARIABLE or the /path of a file. No message shows any of it.
 * @type {ReadValue}
 */
function readKey(text, name, env) {
  const [, braced, bare] = VARIABLE.exec(text) ?? [];
  const variable = braced ?? bare;
  if (variable !== undefined && !env[variable])
    throw new UsageError(`${name} names a variable that is not set`);
  const setting = variable === undefined ? text : (env[variable] ?? '');
  const key = setting.startsWith('/') ? readKeyFile(setting, name) : setting;
  return checkApiKey(key.trim(), name);
}

module.exports = {
  choice,
  integer,
  number,
  readHeader,
  readKey,
  readNames,
  readNumbers,
  readShard,
  readText,
  toNumber,
};
