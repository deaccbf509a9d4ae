'use strict';

const { checkList, describe, invalidArgument } = require('../base/check');

/** An escaped backslash, or the escape of a lone surrogate. */
const BACKSLASH_OR_SURROGATE = /\\\\|\\ud[89a-f][0-9a-f]{2}/g;

/**
 * JSON text as JSON.stringify makes it, but fit for UTF-8: lone surrogates
 * become U+FFFD. Undefined when the value has no JSON text.
 * @param {unknown} value
 * @returns {string | undefined}
 */
function jsonText(value) {
  const text = JSON.stringify(value);
  if (text === undefined || !text.includes('\\ud')) return text;
  return text.replace(BACKSLASH_OR_SURROGATE, (found) =>
    found === '\\\\' ? found : '\ufffd',
  );
}

/**
 * @param {unknown} payload
 * @param {number} index
 * @returns {string}
 */
function payloadText(payload, index) {
  const argument = `payloads[${index}]`;
  let text;
  try {
    text = jsonText(payload);
  } catch (error) {
    const message = `${argument} must be a JSON value: ${error?.message ?? error}`;
    throw invalidArgument(TypeError, argument, message, error);
  }
  if (text !== undefined) return text;
  const message = `${argument} must be a JSON value, got ${describe(payload)}`;
  throw invalidArgument(TypeError, argument, message);
}

/**
 * Every payload as JSON text, or the refusal of the first that has none.
 * @param {unknown} payloads
 * @returns {string[]}
 */
function payloadTexts(payloads) {
  const list = checkList(payloads, 'payloads', 'JSON values');
  /** @type {string[]} */
  const texts = new Array(list.length);
  for (let i = 0; i < list.length; i++) texts[i] = payloadText(list[i], i);
  return texts;
}

module.exports = { jsonText, payloadText, payloadTexts };
