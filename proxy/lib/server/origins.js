'use strict';

/*
 * Which pages of a browser may ask: those of --cors-origin, and on a loopback
 * address only under the machine's own names. A page needs no permission to
 * send what it cannot read the answer of, and none at all once its own name
 * leads to this machine (DNS rebinding), so the proxy refuses it itself.
 */

const net = require('node:net');

const { Refusal } = require('../base/errors');
const { allowedOrigin } = require('./cors');

/** @typedef {import('./exchange').Exchange} Exchange */

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
 * @param {Exchange} exchange
 * @param {{ corsOrigins: readonly string[], host: string }} config
 */
function checkOrigin(exchange, { corsOrigins, host }) {
  const origin = exchange.header('origin');
  if (origin !== undefined && allowedOrigin(origin, corsOrigins) === undefined)
    throw new Refusal(
      403,
      'ORIGIN_FORBIDDEN',
      'pages of this origin may not call: the proxy must be started with a --cors-origin for it',
    );
  const authority = exchange.header(':authority') ?? exchange.header('host');
  if (
    authority !== undefined &&
    isLoopback(host) &&
    !isLoopback(hostOf(authority))
  )
    throw new Refusal(
      403,
      'HOST_FORBIDDEN',
      'a proxy on a loopback address answers to localhost, 127.0.0.1 and [::1] alone',
    );
}

module.exports = { checkOrigin, isLoopback };
