'use strict';

const {
  CLIENT_NAMES,
  PerformanceClient,
} = require('../client/performance-client');
const {
  checkName,
  checkOptionNames,
  isGiven,
  isPlainObject,
  wrongType,
} = require('../base/check');

/**
 * What an adapter is made of: a client, or what makes one.
 * @typedef {object} Source
 * @property {PerformanceClient} client
 * @property {Record<string, unknown>} own the adapter's own options
 */

/**
 * @param {unknown} options
 * @param {readonly string[]} names the adapter's own
 * @param {string} owner whose options these are, for the message
 * @returns {Source}
 */
function readSource(options, names, owner) {
  if (!isPlainObject(options))
    throw wrongType('options', 'an options object', options);
  const isReady = isGiven(options.client);
  const source = isReady ? ['client'] : ['baseURL', ...CLIENT_NAMES];
  checkOptionNames(options, new Set([...source, ...names]), owner);
  const own = Object.fromEntries(names.map((name) => [name, options[name]]));
  if (!isReady) {
    const rest = Object.fromEntries(
      Array.from(CLIENT_NAMES, (name) => [name, options[name]]),
    );
    const baseURL = checkName(options.baseURL, 'baseURL');
    return { client: new PerformanceClient(baseURL, rest), own };
  }
  if (!(options.client instanceof PerformanceClient))
    throw wrongType('client', 'a PerformanceClient', options.client);
  return { client: options.client, own };
}

/**
 * The headers of an answer as frameworks want them: one text a name.
 * @param {Record<string, string | string[] | undefined>} [headers]
 * @returns {Record<string, string>}
 */
function plainHeaders(headers = {}) {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, String(value)]),
  );
}

module.exports = { plainHeaders, readSource };
