'use strict';

/*
 * What a browser may do across origins: nothing, unless --cors-origin names
 * its origin. A page needs no permission to send what it cannot read the answer
 * of, and none at all once its own name leads to this machine (DNS rebinding),
 * so the proxy refuses it itself; on a loopback address it answers under the
 * machine's own names only. Headers are listed one by one, since "*" leaves out
 * Authorization.
 */

const net = require('node:net');

const { Refusal } = require('../base/errors');
const { Lru } = require('../base/lru');

/** @typedef {import('./exchange').Exchange} Exchange */

/** Names under which the proxy was asked for. */
const REMEMBERED = 64;

const REQUEST_HEADERS = [
  'Authorization',
  'Content-Type',
  'Traceparent',
  'Tracestate',
  'X-Baseten-Customer-Request-Id',
  'X-Baseten-Error-Format',
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
 * @param {string} host a name or an address, without a port
 * @returns {boolean}
 */
function isLoopback(host) {
  if (net.isIPv4(host)) return host.startsWith('127.');
  return host === '::1' || /^(?:.*\.)?localhost\.?$/i.test(host);
}

/** @param {string} authority a host and perhaps a port, as Host has it */
function hostOf(authority) {
  return authority.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1');
}

/**
 * Refuses what a page sends that nobody has let in.
 * @param {{ corsOrigins: readonly string[], host: string }} config
 * @returns {(exchange: Exchange) => void}
 */
function originCheck({ corsOrigins, host }) {
  const isClosed = isLoopback(host);
  const names = new Lru(REMEMBERED, (authority) =>
    isLoopback(hostOf(authority)),
  );
  return (exchange) => {
    const origin = exchange.header('origin');
    if (
      origin !== undefined &&
      allowedOrigin(origin, corsOrigins) === undefined
    )
      throw new Refusal(
        403,
        'ORIGIN_FORBIDDEN',
        'pages of this origin may not call: the proxy must be started with a --cors-origin for it',
      );
    if (!isClosed) return;
    const authority = exchange.header(':authority') ?? exchange.header('host');
    if (authority !== undefined && !names.get(authority))
      throw new Refusal(
        403,
        'HOST_FORBIDDEN',
        'a proxy on a loopback address answers to localhost, 127.0.0.1 and [::1] alone',
      );
  };
}

/**
 * Headers for any answer to a caller of this origin.
 * @param {string | undefined} origin
 * @param {readonly string[]} allowed
 * @param {import('../base/errors').AnswerHeaders[string]} [varying] what else
 * the answer varies by
 * @returns {Record<string, string>}
 */
function corsHeaders(origin, allowed, varying) {
  const name = allowedOrigin(origin, allowed);
  const vary = varying === undefined ? 'Origin' : `${varying}, Origin`;
  if (name === undefined) return { vary };
  return {
    vary,
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

module.exports = {
  answerPreflight,
  corsHeaders,
  isLoopback,
  isPreflight,
  originCheck,
};
