'use strict';

const fs = require('node:fs');

const {
  checkList,
  invalidArgument,
  isGiven,
  wrongType,
} = require('../base/check');
const { LOG } = require('../native/contract');
const { logLevel } = require('./environment');

/**
 * Whom a connection trusts and how it presents itself; PEM text, '' for none.
 * @typedef {object} Trust
 * @property {string} ca
 * @property {boolean} systemRoots are the system's roots trusted too?
 * @property {string} cert
 * @property {string} key
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
 * @param {string} name the variable that named the file
 * @param {NodeJS.ProcessEnv} env
 * @param {string} reason
 */
function warnOfFile(name, env, reason) {
  if (logLevel(env) < LOG.WARN) return;
  const line = `${name} is not used: ${reason}`.replace(/\s+/g, ' ');
  process.stderr.write(`performance-client warn ${line}\n`);
}

/**
 * Certificates from a file that a variable names. A file that cannot be read
 * is reported and left out, as Node does with NODE_EXTRA_CA_CERTS.
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 * @returns {string}
 */
function readAuthorities(name, env) {
  const path = env[name];
  if (!path) return '';
  try {
    return checkPem(fs.readFileSync(path, 'latin1'), path);
  } catch (error) {
    warnOfFile(name, env, error.message);
    return '';
  }
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
    systemRoots: !isGiven(ca),
    cert: isGiven(cert) ? checkPem(cert, 'cert') : '',
    key: isGiven(key) ? checkPem(key, 'key') : '',
  };
}

/**
 * Adds what the environment trusts, unless the caller named its own roots.
 * @param {Trust} trust
 * @param {NodeJS.ProcessEnv} env
 * @returns {Trust}
 */
function withEnvironmentTrust(trust, env) {
  if (!trust.systemRoots) return trust;
  const extra = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE']
    .map((name) => readAuthorities(name, env))
    .filter(Boolean);
  return { ...trust, ca: extra.join('\n') };
}

module.exports = { checkTrust, withEnvironmentTrust };
