'use strict';

const { invalidArgument, isPlainObject, wrongType } = require('./check');

/**
 * Headers to send, by lower-case name.
 * @typedef {Map<string, string>} HeaderMap
 */

/**
 * What a server sent: repeated headers are joined, set-cookie is a list.
 * @typedef {Record<string, string | string[]>} ResponseHeaders
 */

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Visible latin-1, blanks and tabs. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Headers that frame the message on its connection belong to the engine. */
const RESERVED = new Set([
  'connection',
  'content-length',
  'expect',
  'transfer-encoding',
  'upgrade',
]);

/**
 * May this text stand in a header? Also judges the API key.
 * @param {string} value
 * @returns {boolean}
 */
function isHeaderValue(value) {
  return VALUE.test(value);
}

/**
 * @param {string} name
 * @param {unknown} value never shown: it may be a secret
 * @param {string} argument
 */
function checkHeader(name, value, argument) {
  const place = `${argument}[${JSON.stringify(name)}]`;
  if (!TOKEN.test(name))
    throw invalidArgument(TypeError, argument, `${place} is no header name`);
  if (RESERVED.has(name.toLowerCase()))
    throw invalidArgument(
      TypeError,
      argument,
      `${place} is set by the client and cannot be given`,
    );
  if (typeof value !== 'string')
    throw invalidArgument(
      TypeError,
      argument,
      `${place} must be a string, got ${Array.isArray(value) ? 'an array' : typeof value}`,
    );
  if (!isHeaderValue(value))
    throw invalidArgument(
      TypeError,
      argument,
      `${place} must be latin-1 text without control characters`,
    );
}

/**
 * Is it a Headers or a Map? By its tag: naming the global Headers would load
 * all of fetch.
 * @param {unknown} value
 * @returns {value is Headers | Map<unknown, unknown>}
 */
function isHeaderCollection(value) {
  const tag = Object.prototype.toString.call(value);
  return tag === '[object Headers]' || tag === '[object Map]';
}

/**
 * @param {unknown} value
 * @param {string} argument
 * @returns {HeaderMap}
 */
function checkHeaders(value, argument) {
  if (!isHeaderCollection(value) && !isPlainObject(value))
    throw wrongType(argument, 'an object, Map or Headers of strings', value);

  const entries = isHeaderCollection(value) ? value : Object.entries(value);
  /** @type {HeaderMap} */
  const headers = new Map();
  for (const [name, text] of entries) {
    checkHeader(String(name), text, argument);
    headers.set(String(name).toLowerCase(), /** @type {string} */ (text));
  }
  return headers;
}

/**
 * One map, later names replacing earlier ones.
 * @param {(HeaderMap | undefined)[]} layers
 * @returns {HeaderMap}
 */
function mergeHeaders(...layers) {
  /** @type {HeaderMap} */
  const merged = new Map();
  for (const layer of layers)
    if (layer) for (const [name, value] of layer) merged.set(name, value);
  return merged;
}

/**
 * The lines the engine sends as they are.
 * @param {HeaderMap} headers
 * @returns {string}
 */
function renderHeaders(headers) {
  return Array.from(headers, ([name, value]) => `${name}: ${value}`).join('\n');
}

/**
 * @param {Map<string, string | string[]>} headers
 * @param {string} name
 * @param {string} value
 */
function keepHeader(headers, name, value) {
  const before = headers.get(name);
  if (Array.isArray(before)) before.push(value);
  else if (name === 'set-cookie') headers.set(name, [value]);
  else headers.set(name, before === undefined ? value : `${before}, ${value}`);
}

/**
 * Reads a raw header block. The result is a plain object, also when a server
 * names a header __proto__.
 * @param {string} head
 * @returns {ResponseHeaders}
 */
function parseHead(head) {
  /** @type {Map<string, string | string[]>} */
  const headers = new Map();
  for (const line of head.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon <= 0 || line.startsWith('HTTP/')) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    keepHeader(headers, name, line.slice(colon + 1).trim());
  }
  return Object.fromEntries(headers);
}

/**
 * @param {string} head raw header block
 * @returns {number}
 */
function statusOf(head) {
  return Number(/^HTTP\/\S+ +(\d{3})/.exec(head)?.[1] ?? 0);
}

/** Headers beside Authorization whose values are keys. */
const KEY_NAMES = /(?:^|-)(?:api-?key|subscription-key|token|secret)$/;

/**
 * What headers hold that nobody may be shown, the authorization aside.
 * @param {HeaderMap | undefined} headers
 * @returns {string[]}
 */
function keysIn(headers) {
  return Array.from(headers ?? [])
    .filter(([name]) => KEY_NAMES.test(name))
    .map(([, value]) => value);
}

module.exports = {
  checkHeaders,
  isHeaderCollection,
  isHeaderValue,
  keysIn,
  mergeHeaders,
  parseHead,
  renderHeaders,
  statusOf,
};
