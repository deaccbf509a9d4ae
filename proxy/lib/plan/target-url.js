'use strict';

const {
  invalidArgument,
  outOfRange,
} = require('baseten-performance-client/internal');

/**
 * Where requests can be sent.
 * @typedef {object} TargetUrl
 * @property {string} origin scheme, host and, unless it is the scheme's, port
 * @property {string} base the origin with the path in front, no slash at its end
 * @property {'http:' | 'https:'} protocol
 * @property {string} hostname
 * @property {string} host with the port
 * @property {number} port
 * @property {string} prefix path in front, '' for none
 */

const EXPECTED = 'an http or https URL or a host name';

/** Blanks and control characters would be dropped by URL parsers in silence. */
const UNUSABLE = /[^\x21-\x7e]|[\\?#]/;

/** URL parsers take https:///etc/passwd for the host "etc". */
const WITH_HOST = /^https?:\/\/[^/]/i;

const DEFAULT_PORTS = { 'http:': 80, 'https:': 443 };

/**
 * Reads what a caller or the operator names as a target; a host alone means
 * https.
 * @param {string} given
 * @param {string} argument
 * @returns {Readonly<TargetUrl>}
 */
function parseTargetUrl(given, argument) {
  const text = given.trim();
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  const login = /^[^/]*\/\/[^/]*@/.test(full);
  if (login || /[?#]/.test(full))
    throw invalidArgument(
      RangeError,
      argument,
      `${argument} must not hold a login, a query or a fragment`,
    );
  if (!WITH_HOST.test(full) || UNUSABLE.test(full) || !URL.canParse(full))
    throw outOfRange(argument, EXPECTED, text);
  const url = new URL(full);
  const { hostname, host, origin } = url;
  const protocol = url.protocol === 'http:' ? 'http:' : 'https:';
  const prefix = url.pathname.replace(/\/+$/, '');
  return Object.freeze({
    origin,
    base: origin + prefix,
    protocol,
    hostname,
    host,
    port: url.port ? Number(url.port) : DEFAULT_PORTS[protocol],
    prefix,
  });
}

module.exports = { parseTargetUrl };
