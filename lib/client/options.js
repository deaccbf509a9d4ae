'use strict';

const {
  invalidArgument,
  isGiven,
  isPlainObject,
  wrongType,
} = require('../base/check');
const { environmentApiKey } = require('../pool/environment');
const {
  HttpClientWrapper,
  WRAPPER_NAMES,
} = require('../pool/http-client-wrapper');
const { checkOptionNames } = require('../base/nearest');
const { checkApiKey } = require('../preference/preference');

/**
 * @typedef {object} ClientOptions
 * @property {string} apiKey
 * @property {HttpClientWrapper} wrapper
 * @property {boolean} ownsWrapper was the wrapper made for this client alone?
 */

/** Options that a given wrapper's own decide in silence. */
const YIELDING_NAMES = new Set(['httpVersion', 'proxy']);

const OPTION_NAMES = new Set(['apiKey', 'clientWrapper', ...WRAPPER_NAMES]);

/**
 * The positional form (apiKey, httpVersion, clientWrapper, proxy), or one
 * options object.
 * @param {unknown[]} args what follows the base URL
 * @returns {Record<string, unknown>}
 */
function namedArguments(args) {
  const [apiKey, httpVersion, clientWrapper, proxy] = args;
  if (!isPlainObject(apiKey))
    return { apiKey, httpVersion, clientWrapper, proxy };
  checkOptionNames(apiKey, OPTION_NAMES, 'PerformanceClient');
  return apiKey;
}

/**
 * @param {unknown} apiKey
 * @returns {string}
 */
function findApiKey(apiKey) {
  if (isGiven(apiKey)) return checkApiKey(apiKey, 'apiKey');
  const found = environmentApiKey(process.env);
  if (found) return checkApiKey(found.value, found.name);
  throw invalidArgument(
    TypeError,
    'apiKey',
    'apiKey must be given, or stand in BASETEN_API_KEY or OPENAI_API_KEY',
  );
}

/**
 * @param {unknown} clientWrapper
 * @param {Record<string, unknown>} named
 * @returns {HttpClientWrapper}
 */
function checkWrapper(clientWrapper, named) {
  if (!(clientWrapper instanceof HttpClientWrapper))
    throw wrongType('clientWrapper', 'an HttpClientWrapper', clientWrapper);
  const idle = [...WRAPPER_NAMES].find(
    (name) => isGiven(named[name]) && !YIELDING_NAMES.has(name),
  );
  if (idle)
    throw invalidArgument(
      TypeError,
      idle,
      `${idle} must be given to the HttpClientWrapper, not beside it`,
    );
  return clientWrapper;
}

/**
 * Without a wrapper the client makes its own; with one, httpVersion and proxy
 * are the wrapper's.
 * @param {unknown[]} args what follows the base URL
 * @returns {ClientOptions}
 */
function readClientOptions(args) {
  const named = namedArguments(args);
  const apiKey = findApiKey(named.apiKey);
  if (isGiven(named.clientWrapper)) {
    const wrapper = checkWrapper(named.clientWrapper, named);
    return { apiKey, wrapper, ownsWrapper: false };
  }
  const wrapper = new HttpClientWrapper(
    Object.fromEntries(
      Array.from(WRAPPER_NAMES, (name) => [name, named[name]]),
    ),
  );
  return { apiKey, wrapper, ownsWrapper: true };
}

module.exports = { readClientOptions };
