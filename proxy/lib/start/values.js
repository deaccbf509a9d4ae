'use strict';

/*
 * How the text of a flag or a variable becomes a value. What is wrong with it
 * is told in the voice of the client's checks, naming the flag or the variable.
 */

const fs = require('node:fs');

const {
  BaseUrl,
  checkApiKey,
  checkBoolean,
  checkChoice,
  checkInteger,
  checkNumber,
  outOfRange,
} = require('baseten-performance-client/internal');
const { parseBlock } = require('../base/address-blocks');
const { ConfigError } = require('../base/errors');

/**
 * @typedef {(text: string, argument: string, env: NodeJS.ProcessEnv) => unknown}
 *   ReadValue
 */

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const SWITCHES = new Map([
  ['', true],
  ['1', true],
  ['true', true],
  ['0', false],
  ['false', false],
]);

/** $NAME or ${NAME} */
const VARIABLE = /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g;

/** A host name, or an IPv6 address in brackets, and perhaps a port. */
const TARGET = /^https?:\/\/((\*\.)?[^\s/?#@*:[\]]+|\[[\da-f:.]+\])(:\d+)?$/;

/** A path without a query, "*" at its end only. */
const PASSED_PATH = /^\/(?:[^\s?#*\\]*\/)?\*?$|^\/[^\s?#*\\]*$/;

/** @typedef {{ model: string, path: string }} TokenizerSetting */

/**
 * A target of the operator, given as https://host/path#weight=3&key=$VARIABLE.
 * @typedef {object} TargetSetting
 * @property {string} url without a slash at its end
 * @property {number} weight its share of the calls, beside that of others
 * @property {Reloadable<string>} [apiKey] of its own
 */

const HIGHEST_WEIGHT = 1000;

const TARGET_OPTIONS = new Set(['weight', 'key']);

/**
 * @param {string} text
 * @returns {number | string} the text itself when it is no number
 */
function toNumber(text) {
  return NUMBER.test(text.trim()) ? Number(text) : text;
}

/**
 * @param {number} least
 * @param {number} most
 * @returns {ReadValue}
 */
function integer(least, most) {
  return (text, name) => checkInteger(toNumber(text), name, least, most);
}

/**
 * @param {number} least
 * @param {number} most
 * @returns {ReadValue}
 */
function number(least, most) {
  return (text, name) => checkNumber(toNumber(text), name, least, most);
}

/**
 * @param {readonly (string | number)[]} choices
 * @returns {ReadValue}
 */
function choice(choices) {
  const isNumeric = typeof choices[0] === 'number';
  return (text, name) =>
    checkChoice(isNumeric ? toNumber(text) : text, name, choices);
}

/** @type {ReadValue} */
function readSwitch(text, name) {
  return checkBoolean(SWITCHES.get(text.toLowerCase()) ?? text, name);
}

/** @type {ReadValue} */
function readNumbers(text) {
  return text.split(',').map(toNumber);
}

/**
 * @param {string} text
 * @param {string} name
 * @returns {string} without a slash at its end
 */
function readBaseUrl(text, name) {
  try {
    return new BaseUrl(text).urlFor('/').replace(/\/$/, '');
  } catch (error) {
    throw new ConfigError(error.message.replace(/^baseUrl/, name));
  }
}

/** @type {ReadValue} */
function readTarget(text, name) {
  const target = text.toLowerCase().replace(/\/$/, '');
  if (TARGET.test(target) && URL.canParse(target.replace('*.', '')))
    return target;
  throw outOfRange(name, 'scheme://host[:port], where *. may lead', text);
}

/** @type {ReadValue} */
function readPassedPath(text, name) {
  if (text === 'off') return [];
  if (PASSED_PATH.test(text)) return text;
  throw outOfRange(
    name,
    'a path (/path, or /path/* for all below) or off',
    text,
  );
}

/** @type {ReadValue} */
function readBlocks(text, name) {
  const blocks = text.split(',').map((block) => block.trim());
  if (blocks.every(parseBlock)) return blocks;
  throw outOfRange(name, 'addresses or blocks (10.0.0.0/8)', text);
}

/** @type {ReadValue} */
function readOrigin(text, name) {
  const origin = text.toLowerCase();
  if (
    origin === '*' ||
    (URL.canParse(origin) && new URL(origin).origin === origin)
  )
    return origin;
  throw outOfRange(name, 'an origin (scheme://host[:port]) or *', text);
}

/** @type {ReadValue} */
function readTokenizer(text, name) {
  const end = text.indexOf('=');
  if (end > 0 && end < text.length - 1)
    return { model: text.slice(0, end), path: text.slice(end + 1) };
  throw outOfRange(name, 'a model and the path of its tokenizer', text);
}

/**
 * Puts variables of the environment into a text. What looks like the name of
 * one may be part of a key, so the message shows no part of the text.
 * @param {string} text
 * @param {NodeJS.ProcessEnv} env
 * @param {string} argument
 */
function expandVariables(text, env, argument) {
  return text.replace(VARIABLE, (_, braced, bare) => {
    const value = env[braced ?? bare];
    if (value) return value;
    throw new ConfigError(`${argument} names a variable that is not set`);
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
 * The message does not name the file: where a path should be, a key may stand.
 * @param {string} path
 * @param {string} argument
 * @param {BufferEncoding} [encoding]
 */
function readFile(path, argument, encoding = 'utf8') {
  try {
    return fs.readFileSync(path, encoding);
  } catch (error) {
    const reason = error.code ?? error.name;
    throw new ConfigError(
      `the file that ${argument} names cannot be read (${reason})`,
    );
  }
}

/**
 * @param {string} text
 * @param {string} argument
 */
function checkKey(text, argument) {
  try {
    return checkApiKey(text.trim(), argument);
  } catch (error) {
    throw new ConfigError(error.message);
  }
}

/**
 * The value of a setting that may stand in a file, to be read again when the
 * file has changed.
 * @template Value
 */
class Reloadable {
  #read;
  #value;

  /** @param {() => Value} read throws a ConfigError when it cannot be used */
  constructor(read) {
    this.#read = read;
    this.#value = read();
  }

  /** @returns {Value} */
  current() {
    return this.#value;
  }

  /** Reads it again; what was there stays when that fails. */
  reload() {
    this.#value = this.#read();
  }

  /** Keeps keys out of whatever prints the configuration. */
  toJSON() {
    return '[redacted]';
  }
}

/**
 * Several lists as one, which is read again as a whole or not at all.
 * @param {readonly (() => string[])[]} reads
 * @returns {Reloadable<readonly string[]>}
 */
function joinLists(reads) {
  return new Reloadable(() => reads.flatMap((read) => read()));
}

/**
 * @param {string} setting
 * @param {string} argument
 * @param {NodeJS.ProcessEnv} env
 * @returns {Reloadable<string>}
 */
function readKey(setting, argument, env) {
  const text = expandVariables(setting, env, argument);
  const path = pathOf(text);
  return new Reloadable(() =>
    checkKey(path === undefined ? text : readFile(path, argument), argument),
  );
}

/**
 * How to read the keys of which a file may hold one a line.
 * @type {ReadValue}
 */
function readKeys(setting, argument, env) {
  const text = expandVariables(setting, env, argument);
  const path = pathOf(text);
  if (path === undefined) return () => [checkKey(text, argument)];
  return () => {
    const lines = readFile(path, argument).split('\n');
    const keys = lines.filter((line) => line.trim() !== '');
    if (keys.length === 0)
      throw new ConfigError(`the file that ${argument} names holds no key`);
    return keys.map((line) => checkKey(line, argument));
  };
}

/**
 * What stands behind the "#" of a target's URL, by its names. No message shows
 * it: it may be a key.
 * @param {string} text
 * @param {string} argument
 */
function readTargetOptions(text, argument) {
  const pairs = text.split('&').map((pair) => pair.split(/=(.*)/s, 2));
  const options = new Map(
    pairs.map(([name, value = '']) => [name, value.trim()]),
  );
  for (const name of options.keys())
    if (!TARGET_OPTIONS.has(name))
      throw new ConfigError(
        `${argument} may have weight=<number> and key=<$VARIABLE or /file> behind its "#", joined by "&", and nothing else`,
      );
  return options;
}

/** @type {ReadValue} */
function readTargetUrl(setting, argument, env) {
  const [url, given] = setting.split(/#(.*)/s, 2);
  /** @type {TargetSetting} */
  const target = { url: readBaseUrl(url, argument), weight: 1 };
  if (given === undefined) return target;
  const options = readTargetOptions(given, argument);
  const weight = options.get('weight');
  const key = options.get('key');
  if (weight !== undefined)
    target.weight = checkNumber(
      toNumber(weight),
      `the weight of ${argument}`,
      0,
      HIGHEST_WEIGHT,
    );
  if (key === undefined) return target;
  // Beside a URL a key would be shown by every list of processes.
  if (!/^[$/]/.test(key))
    throw new ConfigError(
      `the key of ${argument} must be a $VARIABLE or a /file`,
    );
  target.apiKey = readKey(key, `the key of ${argument}`, env);
  return target;
}

/** @type {ReadValue} */
function readHealthPath(text) {
  return text === 'off' ? false : text;
}

/** @type {ReadValue} */
function readPemFile(path, argument) {
  return new Reloadable(() => {
    const text = readFile(path, argument, 'latin1');
    if (text.includes('-----BEGIN ')) return text;
    throw new ConfigError(`the file that ${argument} names is not PEM text`);
  });
}

module.exports = {
  Reloadable,
  choice,
  integer,
  joinLists,
  number,
  readBlocks,
  readHealthPath,
  readKey,
  readKeys,
  readNumbers,
  readOrigin,
  readPassedPath,
  readPemFile,
  readSwitch,
  readTarget,
  readTargetUrl,
  readTokenizer,
  toNumber,
};
