'use strict';

/**
 * What a browser may do across origins: nothing, unless --cors-origin names
 * its origin. Headers are listed one by one, since "*" leaves out
 * Authorization.
 */

/** @typedef {import('./exchange').Exchange} Exchange */

const REQUEST_HEADERS = [
  'Authorization',
  'Content-Type',
  'Traceparent',
  'Tracestate',
  'X-Baseten-Customer-Request-Id',
  'X-Baseten-Model',
  'X-Baseten-Request-Preferences',
  'X-Baseten-Response-Format',
  'X-Request-Id',
  'X-Target-Host',
].join(', ');

const ANSWER_HEADERS = [
  'Retry-After',
  'X-Baseten-Customer-Request-Id',
  'X-Proxy-Batch-Count',
  'X-Proxy-Total-Time',
  'X-Proxy-Upstream-Time',
  'X-Request-Id',
].join(', ');

const PREFLIGHT_HEADERS = Object.freeze({
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
  'access-control-allow-headers': REQUEST_HEADERS,
  'access-control-max-age': 600,
});

/**
 * @param {string | undefined} origin
 * @param {readonly string[]} allowed
 * @returns {string | undefined} what the answer names as allowed
 */
function allowedOrigin(origin, allowed) {
  if (origin === undefined) return undefined;
  if (allowed.includes('*')) return '*';
  return allowed.includes(origin.toLowerCase()) ? origin : undefined;
}

/**
 * Headers for any answer to a caller of this origin.
 * @param {string | undefined} origin
 * @param {readonly string[]} allowed
 * @returns {Record<string, string>}
 */
function corsHeaders(origin, allowed) {
  const name = allowedOrigin(origin, allowed);
  if (name === undefined) return { vary: 'Origin' };
  return {
    vary: 'Origin',
    'access-control-allow-origin': name,
    'access-control-expose-headers': ANSWER_HEADERS,
  };
}

/**
 * Is it a browser's question whether it may send what it is about to send?
 * @param {Exchange} exchange
 * @returns {boolean}
 */
function isPreflight(exchange) {
  return (
    exchange.method === 'OPTIONS' &&
    exchange.header('origin') !== undefined &&
    exchange.header('access-control-request-method') !== undefined
  );
}

/** @param {Exchange} exchange of an origin that is allowed */
function answerPreflight(exchange) {
  exchange.route = 'preflight';
  exchange.reply(204, PREFLIGHT_HEADERS);
}

module.exports = { allowedOrigin, answerPreflight, corsHeaders, isPreflight };
