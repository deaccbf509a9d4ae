'use strict';

const { Lru } = require('../base/lru');

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

/** Names that are remembered. */
const REMEMBERED = 64;

/**
 * What a name is called in figures, by its text of JSON: '' where they should
 * not show it, or where an escape is none, as the upstream will say.
 * @type {Lru<string>}
 */
const names = new Lru(REMEMBERED, (text) => {
  try {
    const name = JSON.parse(text);
    return PRINTABLE.test(name) ? name : '';
  } catch {
    return '';
  }
});

/**
 * @param {Buffer} bytes
 * @returns {string | undefined} as JSON
 */
function findText(bytes) {
  let at = bytes.indexOf(MEMBER);
  for (let tries = 0; at >= 0 && tries < MOST_TRIES; tries++) {
    const from = at + MEMBER.length;
    const text = bytes.toString('utf8', from, from + LONGEST_VALUE);
    const value = bytes[at - 1] === BACKSLASH ? null : VALUE.exec(text);
    if (value) return value[1];
    at = bytes.indexOf(MEMBER, from);
  }
  return undefined;
}

/**
 * The first model that a body names: its text is not parsed, and of a large one
 * only the beginning and the end are looked at.
 * @param {Buffer} body JSON or not
 * @returns {string | undefined} as JSON
 */
function findModel(body) {
  if (body.length <= 2 * LOOKED_AT) return findText(body);
  return (
    findText(body.subarray(0, LOOKED_AT)) ?? findText(body.subarray(-LOOKED_AT))
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
  const text =
    (body && findModel(body)) ?? (otherwise && JSON.stringify(otherwise));
  const name = text ? names.get(text) : '';
  return secrets.some((secret) => name.includes(secret)) ? '' : name;
}

module.exports = { modelOf };
