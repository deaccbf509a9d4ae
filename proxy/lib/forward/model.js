'use strict';

/** An unescaped quote at either end: a member's name or a text, in no text. */
const MEMBER = Buffer.from('"model"');

/** What stands behind it when it is a member whose value is a text. */
const VALUE = /^\s*:\s*("(?:[^"\\]|\\.)*")/;

/** Bytes of a large body that are looked at, at either end. */
const LOOKED_AT = 8 * 1024;

/** Bytes in which such a value must end. */
const LONGEST_VALUE = 256;

/** How often MEMBER may turn out to be something else. */
const MOST_TRIES = 4;

const BACKSLASH = 0x5c;

/** Names that may stand in figures. */
const PRINTABLE = /^[^\p{C}]{1,128}$/u;

/**
 * @param {string} text of JSON
 * @returns {string | undefined}
 */
function parseName(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // an escape that is none: the upstream will say so
  }
}

/**
 * @param {Buffer} bytes
 * @returns {string | undefined}
 */
function findName(bytes) {
  let at = bytes.indexOf(MEMBER);
  for (let tries = 0; at >= 0 && tries < MOST_TRIES; tries++) {
    const from = at + MEMBER.length;
    const text = bytes.toString('utf8', from, from + LONGEST_VALUE);
    const value = bytes[at - 1] === BACKSLASH ? null : VALUE.exec(text);
    if (value) return parseName(value[1]);
    at = bytes.indexOf(MEMBER, from);
  }
  return undefined;
}

/**
 * The first model that a body names, for figures: its text is not parsed, and
 * of a large one only the beginning and the end are looked at.
 * @param {Buffer} body JSON or not
 * @returns {string | undefined}
 */
function findModel(body) {
  if (body.length <= 2 * LOOKED_AT) return findName(body);
  return (
    findName(body.subarray(0, LOOKED_AT)) ?? findName(body.subarray(-LOOKED_AT))
  );
}

/**
 * What figures call the model of a call: '' for none, and for what no label
 * should show.
 * @param {Buffer | undefined} body undefined when it was not read
 * @param {string | undefined} otherwise the model of bodies that name none
 * @param {readonly string[]} secrets
 * @returns {string}
 */
function modelOf(body, otherwise, secrets) {
  const model = (body && findModel(body)) ?? otherwise ?? '';
  if (!PRINTABLE.test(model)) return '';
  return secrets.some((secret) => model.includes(secret)) ? '' : model;
}

module.exports = { modelOf };
