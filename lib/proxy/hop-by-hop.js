'use strict';

/**
 * Headers that are about one connection and not about the message (RFC 9110,
 * 7.6.1), so that a proxy must not pass them on.
 */

/** @typedef {import('node:http').IncomingHttpHeaders} IncomingHttpHeaders */

const NAMES = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * @param {string} name in lower case
 * @returns {boolean}
 */
function isHopByHop(name) {
  return NAMES.has(name) || name.startsWith('proxy-');
}

/**
 * @param {string | undefined} connection
 * @returns {string[]}
 */
function namedBy(connection) {
  if (connection === undefined) return [];
  return connection.split(',').map((name) => name.trim().toLowerCase());
}

/**
 * The headers of a message that may travel on, HTTP/2's pseudo headers aside.
 * @param {IncomingHttpHeaders} headers
 * @returns {Record<string, string | string[]>}
 */
function endToEnd(headers) {
  const named = namedBy(headers.connection);
  /** @type {Record<string, string | string[]>} */
  const rest = {};
  for (const [name, value] of Object.entries(headers))
    if (
      value !== undefined &&
      !name.startsWith(':') &&
      !isHopByHop(name) &&
      !named.includes(name)
    )
      rest[name] = value;
  return rest;
}

module.exports = { endToEnd, isHopByHop };
