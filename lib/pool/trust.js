'use strict';

const {
  checkList,
  invalidArgument,
  isGiven,
  wrongType,
} = require('../base/check');
const { trustedRoots } = require('./roots');

/**
 * Whom a connection trusts and how it presents itself; PEM text.
 * @typedef {object} Trust
 * @property {string} ca '' for those that the process trusts
 * @property {string} cert '' for none
 * @property {string} key '' for none
 */

/**
 * @param {unknown} value
 * @param {string} argument
 * @returns {string}
 */
function pemText(value, argument) {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  throw wrongType(argument, 'PEM text in a string or a Buffer', value);
}

/**
 * @param {unknown} value never shown: it may be a private key
 * @param {string} argument
 * @returns {string}
 */
function checkPem(value, argument) {
  const text = pemText(value, argument);
  if (!text.includes('-----BEGIN '))
    throw invalidArgument(
      TypeError,
      argument,
      `${argument} must be PEM text, got something without a BEGIN line`,
    );
  return text;
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function checkAuthorities(value) {
  if (!Array.isArray(value)) return checkPem(value, 'ca');
  const list = checkList(value, 'ca', 'PEM texts');
  return list.map((one, i) => checkPem(one, `ca[${i}]`)).join('\n');
}

/**
 * Checks the caller's TLS options. Given authorities replace the system's.
 * @param {{ ca?: unknown, cert?: unknown, key?: unknown }} options
 * @returns {Trust}
 */
function checkTrust({ ca, cert, key }) {
  if (isGiven(key) && !isGiven(cert))
    throw invalidArgument(TypeError, 'cert', 'cert must be given with key');
  if (isGiven(cert) && !isGiven(key))
    throw invalidArgument(TypeError, 'key', 'key must be given with cert');
  return {
    ca: isGiven(ca) ? checkAuthorities(ca) : '',
    cert: isGiven(cert) ? checkPem(cert, 'cert') : '',
    key: isGiven(key) ? checkPem(key, 'key') : '',
  };
}

/** The roots of last time: half a megabyte, and nearly always the same. */
let roots = { pems: [''], text: '' };

/** @param {string[]} pems */
function joinRoots(pems) {
  const isSame =
    pems.length === roots.pems.length &&
    pems.every((pem, i) => pem === roots.pems[i]);
  if (!isSame) roots = { pems, text: pems.join('\n') };
  return roots.text;
}

/**
 * Fills in whom the process trusts, unless the caller named its own roots.
 * @param {Trust} trust
 * @param {NodeJS.ProcessEnv} env
 * @returns {Trust}
 */
function withEnvironmentTrust(trust, env) {
  if (trust.ca) return trust;
  const pems = trustedRoots(env).map(({ pem }) => pem);
  return { ...trust, ca: joinRoots(pems) };
}

module.exports = { checkTrust, withEnvironmentTrust };
