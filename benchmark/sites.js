'use strict';

/**
 * Where a server of the benchmark is, as every contender is told it.
 *
 * @typedef {object} Site
 * @property {'http1'|'tls'|'h2'|'h2c'} protocol HTTP/1.1 in clear and over
 *   TLS, HTTP/2 over TLS and in clear
 * @property {string} url without a path
 * @property {string} [ca] the certificate, as PEM
 * @property {string} [caFile] and where it lies
 */

/** @param {Site} site */
function isHttp2({ protocol }) {
  return protocol === 'h2' || protocol === 'h2c';
}

module.exports = { isHttp2 };
