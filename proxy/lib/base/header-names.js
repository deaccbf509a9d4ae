'use strict';

/** @typedef {import('node:http').IncomingHttpHeaders} IncomingHttpHeaders */

/**
 * What is about one connection and not about the message (RFC 9110, 7.6.1), so
 * that a proxy must not pass it on.
 */
const NAMES = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** What a message needs to be understood, so callers do not choose it. */
const FRAMING = new Set([
  'accept-encoding',
  'authorization',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'x-target-host',
]);

/** What the proxy says of a request and whom it comes from. */
const TOLD = /^(?:forwarded|via|x-request-id|x-real-ip|x-forwarded-.+)$/;

/**
 * @param {string} name in lower case
 * @returns {boolean}
 */
function isHopByHop(name) {
  return NAMES.has(name) || name.startsWith('proxy-');
}

/**
 * May only the proxy set this header?
 * @param {string} name in lower case
 * @returns {boolean}
 */
function isOwnHeader(name) {
  return (
    FRAMING.has(name) ||
    TOLD.test(name) ||
    isHopByHop(name) ||
    name.startsWith('x-baseten-')
  );
}

/** @param {string | undefined} connection */
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

module.exports = { endToEnd, isHopByHop, isOwnHeader };
