'use strict';

const { BaseUrl, UNPRINTABLE, withoutLogin } = require('../base/base-url');
const {
  checkBoolean,
  checkInteger,
  checkNumber,
  checkOptionNames,
  checkString,
  describe,
  invalidArgument,
  isGiven,
  isPlainObject,
  outOfRange,
  wrongType,
} = require('../base/check');
const { ENDPOINT_FLAG } = require('../native/contract');
const { environmentApiKey } = require('../pool/environment');
const { HttpClientWrapper } = require('../pool/http-client-wrapper');
const { checkApiKey } = require('../preference/preference');

/**
 * One place where calls can go.
 * @typedef {object} Site
 * @property {BaseUrl} base
 * @property {string} [apiKey] '' for none; left out where only calls with a key
 * of their own may be sent
 *
 * How it is asked whether it is well.
 * @typedef {object} Health
 * @property {string} path the full URL, '' for none
 * @property {string} deep likewise
 * @property {number} intervalMs
 * @property {number} timeoutMs
 * @property {number} retries
 * @property {number} flags of ENDPOINT_FLAG
 */

const DEFAULT_PATH = '/health';
const DEFAULT_INTERVAL_S = 10;
const DEFAULT_TIMEOUT_S = 6;
const DEFAULT_RETRIES = 2;

const SHORTEST_S = 0.1;
const LONGEST_S = 86400;
const MOST_RETRIES = 10;

/** The order of @basetenlabs/performance-client, behind its wrapper. */
const ORDER = Object.freeze([
  'deepHealthUrl',
  'deploymentHealthPath',
  'healthCheckIntervalS',
  'healthCheckTimeoutS',
  'healthCheckRetries',
  'healthFailOnFirst',
  'timeoutIsNoVote',
]);

const NAMES = new Set(ORDER);

/** @type {(endpoint: Endpoint) => Site & { health: Health }} */
let siteOf;

/**
 * Options by name, or values in order behind a wrapper: probes go the way of
 * the calls here, so that it is only checked.
 * @param {unknown[]} args what follows the base URL and the key
 * @returns {Record<string, unknown>}
 */
function namedArguments(args) {
  const [first, ...others] = args;
  const isNamed = isPlainObject(first);
  const extra = (isNamed ? others : others.slice(ORDER.length)).find(isGiven);
  if (extra !== undefined)
    throw invalidArgument(
      TypeError,
      'arguments',
      `nothing may follow the ${isNamed ? 'options' : 'values'} of Endpoint, ` +
        `got ${describe(extra)}`,
    );
  if (isNamed) {
    checkOptionNames(first, NAMES, 'Endpoint');
    return first;
  }
  if (isGiven(first) && !(first instanceof HttpClientWrapper))
    throw wrongType(
      'options',
      'an options object or an HttpClientWrapper',
      first,
    );
  return Object.fromEntries(ORDER.map((name, i) => [name, others[i]]));
}

/**
 * @param {unknown} value
 * @returns {string} '' for none
 */
function findApiKey(value) {
  if (value === false) return '';
  if (isGiven(value)) return checkApiKey(value, 'apiKey');
  const found = environmentApiKey(process.env);
  if (found) return checkApiKey(found.value, found.name);
  throw invalidArgument(
    TypeError,
    'apiKey',
    'apiKey of an Endpoint must be given, or stand in BASETEN_API_KEY or ' +
      'OPENAI_API_KEY; give false to a server that needs none',
  );
}

/**
 * @param {unknown} value
 * @returns {string} '' for none
 */
function readDeepUrl(value) {
  if (!isGiven(value)) return '';
  const text = checkString(value, 'deepHealthUrl').trim();
  const url =
    UNPRINTABLE.test(text) || !URL.canParse(text) ? undefined : new URL(text);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw outOfRange(
      'deepHealthUrl',
      'an http or https URL',
      withoutLogin(text),
    );
  if (url.username || url.password || url.hash)
    throw invalidArgument(
      RangeError,
      'deepHealthUrl',
      'deepHealthUrl must not hold a login or a fragment',
    );
  return url.href;
}

/**
 * @param {BaseUrl} base
 * @param {unknown} value
 * @returns {string} '' for none
 */
function readPath(base, value) {
  if (value === false) return '';
  if (!isGiven(value)) return base.href + DEFAULT_PATH;
  const path = checkString(value, 'deploymentHealthPath').trim();
  const text = `${base.href}${path.startsWith('/') ? '' : '/'}${path}`;
  if (UNPRINTABLE.test(path) || /[\\#]/.test(path) || !URL.canParse(text))
    throw outOfRange(
      'deploymentHealthPath',
      'a path without blanks, backslashes and fragment, or false',
      path,
    );
  const url = new URL(text);
  if (!url.href.startsWith(`${base.href}/`))
    throw outOfRange(
      'deploymentHealthPath',
      'a path inside the base URL',
      path,
    );
  return url.href;
}

/**
 * @param {unknown} value
 * @param {string} argument
 * @param {number} fallback
 */
function milliseconds(value, argument, fallback) {
  const seconds = checkNumber(
    value ?? fallback,
    argument,
    SHORTEST_S,
    LONGEST_S,
  );
  return Math.round(1000 * seconds);
}

/**
 * @param {BaseUrl} base
 * @param {Record<string, unknown>} named
 * @returns {Health}
 */
function readHealth(base, named) {
  const { deploymentHealthPath, healthCheckRetries } = named;
  const failsOnFirst = checkBoolean(
    named.healthFailOnFirst ?? false,
    'healthFailOnFirst',
  );
  const abstains = checkBoolean(
    named.timeoutIsNoVote ?? true,
    'timeoutIsNoVote',
  );
  return Object.freeze({
    path: readPath(base, deploymentHealthPath),
    deep: readDeepUrl(named.deepHealthUrl),
    intervalMs: milliseconds(
      named.healthCheckIntervalS,
      'healthCheckIntervalS',
      DEFAULT_INTERVAL_S,
    ),
    timeoutMs: milliseconds(
      named.healthCheckTimeoutS,
      'healthCheckTimeoutS',
      DEFAULT_TIMEOUT_S,
    ),
    retries: checkInteger(
      healthCheckRetries ?? DEFAULT_RETRIES,
      'healthCheckRetries',
      0,
      MOST_RETRIES,
    ),
    flags:
      (failsOnFirst ? ENDPOINT_FLAG.FAILS_ON_FIRST : 0) |
      (abstains ? ENDPOINT_FLAG.TIMEOUTS_ABSTAIN : 0) |
      (isGiven(deploymentHealthPath) ? 0 : ENDPOINT_FLAG.ASSUMED_PATH),
  });
}

/** One deployment of a pool: where it is, with which key, and its health. */
class Endpoint {
  #site;

  static {
    siteOf = (endpoint) => endpoint.#site;
  }

  /**
   * @param {unknown} baseUrl
   * @param {unknown} [apiKey] false for none; left out: the environment's
   * @param {unknown[]} args options; or a wrapper, then their values in order
   */
  constructor(baseUrl, apiKey, ...args) {
    const base = new BaseUrl(baseUrl);
    const health = readHealth(base, namedArguments(args));
    this.#site = Object.freeze({ base, apiKey: findApiKey(apiKey), health });
    Object.freeze(this);
  }

  /** Without a slash at its end. */
  get baseUrl() {
    return this.#site.base.href;
  }
}

module.exports = { Endpoint, siteOf };
