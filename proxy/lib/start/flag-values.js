'use strict';

const fs = require('node:fs');

const {
  Endpoint,
  checkBoolean,
  checkChoice,
  checkInteger,
  checkNumber,
  outOfRange,
} = require('baseten-performance-client/internal');
const { ConfigError } = require('../base/errors');

/**
 * How the text of a flag or a variable becomes a value. What is wrong with it
 * is told in the voice of check.js, naming the flag or the variable.
 */

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

/** A host name, or an IPv6 address in brackets, and perhaps a port. */
const TARGET = /^https?:\/\/((\*\.)?[^\s/?#@*:[\]]+|\[[\da-f:.]+\])(:\d+)?$/;

/** @typedef {{ model: string, path: string }} TokenizerSetting */

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

/** @type {ReadValue} */
function readBaseUrl(text, name) {
  try {
    return new Endpoint(text).urlFor('/').replace(/\/$/, '');
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

/** @type {ReadValue} */
function readPemFile(path, name) {
  let text;
  try {
    text = fs.readFileSync(path, 'latin1');
  } catch (error) {
    const reason = error.code ?? error.message;
    throw new ConfigError(`${name}: cannot read ${path} (${reason})`);
  }
  if (text.includes('-----BEGIN ')) return text;
  throw new ConfigError(`${name}: ${path} is not PEM text`);
}

module.exports = {
  choice,
  integer,
  number,
  readBaseUrl,
  readNumbers,
  readOrigin,
  readPemFile,
  readSwitch,
  readTarget,
  readTokenizer,
  toNumber,
};
