'use strict';

/*
 * Reads the members of a request body; what does not fit is a 422 that names
 * the member. A member that is null counts as left out.
 */

const { Refusal } = require('./refusal');

const MAX_INPUTS = 2048;

function refuse(name, expected) {
  throw new Refusal(422, `${name} must be ${expected}`, name);
}

/** @returns {string} */
function readString(body, name) {
  const value = body[name];
  if (typeof value !== 'string' || value === '')
    refuse(name, 'a string that is not empty');
  return value;
}

/** @returns {boolean} */
function readFlag(body, name) {
  const value = body[name] ?? false;
  if (typeof value !== 'boolean') refuse(name, 'true or false');
  return value;
}

/** @returns {number} */
function readInteger(body, name, { min, max, otherwise }) {
  const value = body[name] ?? otherwise;
  if (!Number.isInteger(value) || value < min || value > max)
    refuse(name, `an integer between ${min} and ${max}`);
  return value;
}

/**
 * @template {string} T
 * @param {Record<string, unknown>} body
 * @param {string} name
 * @param {T[]} choices the first is taken when the member is left out
 * @returns {T}
 */
function readChoice(body, name, choices) {
  const value = /** @type {T} */ (body[name] ?? choices[0]);
  if (!choices.includes(value)) refuse(name, `one of ${choices.join(', ')}`);
  return value;
}

/** @returns {string[]} a lone string counts as a list of one */
function readTexts(body, name) {
  const value = body[name];
  const texts = typeof value === 'string' ? [value] : value;
  if (!isList(texts) || !texts.every((text) => typeof text === 'string'))
    refuse(name, `a string or a list of 1 to ${MAX_INPUTS} strings`);
  return texts;
}

/** @returns {boolean} */
function isList(value) {
  return Array.isArray(value) && value.length > 0 && value.length <= MAX_INPUTS;
}

module.exports = {
  MAX_INPUTS,
  isList,
  readChoice,
  readFlag,
  readInteger,
  readString,
  readTexts,
  refuse,
};
