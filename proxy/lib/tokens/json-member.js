'use strict';

/**
 * Where a member's value stands in the text of a JSON object, so that it can
 * be replaced and everything around it stays as its author wrote it. The text
 * must be valid JSON: the engine has checked it.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/**
 * @param {string} text
 * @param {number} start of a string's first quote
 * @returns {number} behind its last one
 */
function endOfString(text, start) {
  let end = start + 1;
  while (text.charCodeAt(end) !== QUOTE)
    end += text.charCodeAt(end) === BACKSLASH ? 2 : 1;
  return end + 1;
}

/**
 * @param {string} text
 * @param {number} start of a value, or blanks before it
 * @returns {number} of the comma or the bracket behind it
 */
function endOfValue(text, start) {
  let depth = 0;
  let end = start;
  for (;;) {
    const code = text.charCodeAt(end);
    if (depth === 0 && (code === COMMA || CLOSING.has(code))) return end;
    if (OPENING.has(code)) depth += 1;
    else if (CLOSING.has(code)) depth -= 1;
    end = code === QUOTE ? endOfString(text, end) : end + 1;
  }
}

/**
 * @param {string} text a JSON object
 * @param {string} name
 * @returns {{ start: number, end: number } | undefined}
 */
function findMember(text, name) {
  let next = text.indexOf('{') + 1;
  for (;;) {
    const key = text.indexOf('"', next);
    if (key < 0) return undefined;
    const keyEnd = endOfString(text, key);
    const start = text.indexOf(':', keyEnd) + 1;
    const end = endOfValue(text, start);
    if (JSON.parse(text.slice(key, keyEnd)) === name) return { start, end };
    next = end + 1;
  }
}

module.exports = { findMember };
