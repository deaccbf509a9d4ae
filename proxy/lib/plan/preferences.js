'use strict';

const {
  NUMBER,
  checkOptionNames,
  checkString,
  headerFlags,
  invalidArgument,
  isGiven,
  isPlainObject,
  keysIn,
  readPreference,
  toSettings,
  withFlags,
  wrongType,
} = require('baseten-performance-client/internal');
const { Lru } = require('../base/lru');
const { Refusal } = require('../base/errors');
const { isOwnHeader } = require('../base/header-names');

/** @typedef {import('baseten-performance-client/internal').HeaderMap} HeaderMap */
/** @typedef {import('baseten-performance-client/internal').PreferenceValues} PreferenceValues */

/**
 * How one request is to be dealt with.
 * @typedef {object} RequestPreferences
 * @property {string} [targetHost]
 * @property {(flags: number) => Readonly<Float64Array>} numbers as the engine
 * takes them, with these flags and those that extraHeaders need
 * @property {number} timeoutMs that the upstream may be silent
 * @property {number} totalTimeoutMs of the whole call, 0 for no limit
 * @property {HeaderMap} [extraHeaders]
 * @property {readonly string[]} secrets that they hold
 */

const HEADER = 'x-baseten-request-preferences';

const SHOWN_HEADER = 'X-Baseten-Request-Preferences';

/** What the header calls them, and what the client does. */
const FIELDS = new Map([
  ['max_concurrent_requests', 'maxConcurrentRequests'],
  ['batch_size', 'batchSize'],
  ['max_chars_per_request', 'maxCharsPerRequest'],
  ['timeout_s', 'timeoutS'],
  ['total_timeout_s', 'totalTimeoutS'],
  ['hedge_delay', 'hedgeDelay'],
  ['hedge_budget_pct', 'hedgeBudgetPct'],
  ['retry_budget_pct', 'retryBudgetPct'],
  ['max_retries', 'maxRetries'],
  ['initial_backoff_ms', 'initialBackoffMs'],
  ['non_retryable_status_codes', 'nonRetryableStatusCodes'],
  ['extra_headers', 'extraHeaders'],
]);

const FIELD_NAMES = new Set([...FIELDS.keys(), 'target_host']);

const WIRE_NAMES = new Map(Array.from(FIELDS, ([wire, name]) => [name, wire]));

/** @param {string} name */
const wireName = (name) => WIRE_NAMES.get(name) ?? name;

/** Headers of at most this many different texts are remembered. */
const REMEMBERED = 256;

/**
 * @param {string} text
 * @returns {Record<string, unknown>}
 */
function parseObject(text) {
  /** @type {unknown} */
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalidArgument(
      TypeError,
      SHOWN_HEADER,
      `${SHOWN_HEADER} must be a JSON object: ${error.message}`,
    );
  }
  if (!isPlainObject(value))
    throw wrongType(SHOWN_HEADER, 'a JSON object', value);
  return value;
}

/**
 * The operator's values, where they do not contradict what the caller asks
 * for: a shorter total timeout shortens the timeout of each request with it.
 * @param {Readonly<PreferenceValues>} base
 * @param {Record<string, any>} given
 * @returns {PreferenceValues}
 */
function giveWay(base, given) {
  const values = { ...base };
  const { timeoutS, totalTimeoutS, hedgeDelay } = given;
  if (!isGiven(timeoutS) && totalTimeoutS < (base.timeoutS ?? 0))
    values.timeoutS = totalTimeoutS;
  if (!isGiven(totalTimeoutS) && timeoutS > (base.totalTimeoutS ?? Infinity))
    values.totalTimeoutS = timeoutS;
  const timeout = timeoutS ?? values.timeoutS;
  if (!isGiven(hedgeDelay) && timeout <= (base.hedgeDelay ?? 0))
    delete values.hedgeDelay;
  return values;
}

/** @param {HeaderMap | undefined} headers */
function checkExtraHeaders(headers) {
  for (const name of headers?.keys() ?? [])
    if (isOwnHeader(name))
      throw invalidArgument(
        TypeError,
        'extra_headers',
        `extra_headers[${JSON.stringify(name)}] is set by the proxy and cannot be given`,
      );
}

/**
 * Arrays of numbers by their flags: as many as there are kinds of requests.
 * @param {Readonly<Float64Array>} numbers
 * @param {number} ownFlags
 */
function numbersByFlags(numbers, ownFlags) {
  /** @type {Map<number, Readonly<Float64Array>>} */
  const known = new Map();
  return (/** @type {number} */ flags) => {
    let found = known.get(flags);
    if (!found) {
      found = withFlags(numbers, flags | ownFlags);
      known.set(flags, found);
    }
    return found;
  };
}

/**
 * @param {Readonly<PreferenceValues>} values
 * @param {string} [targetHost]
 * @returns {Readonly<RequestPreferences>}
 */
function prepare(values, targetHost) {
  const { numbers, headers } = toSettings(values);
  return Object.freeze({
    targetHost,
    numbers: numbersByFlags(numbers, headers ? headerFlags(headers) : 0),
    timeoutMs: numbers[NUMBER.TIMEOUT_MS],
    totalTimeoutMs: numbers[NUMBER.TOTAL_TIMEOUT_MS],
    extraHeaders: headers,
    secrets: keysIn(headers),
  });
}

/** Reads what callers ask for over the operator's own preferences. */
class Preferences {
  #base;
  #plain;

  /** @type {Lru<Readonly<RequestPreferences>>} */
  #known = new Lru(REMEMBERED, (text) => this.#parse(text));

  /** @param {Readonly<PreferenceValues>} base */
  constructor(base) {
    this.#base = base;
    this.#plain = prepare(base);
  }

  /**
   * @param {{ header(name: string): string | undefined }} exchange
   * @returns {Readonly<RequestPreferences>}
   */
  read(exchange) {
    const text = exchange.header(HEADER);
    if (text === undefined) return this.#plain;
    try {
      return this.#known.get(text);
    } catch (error) {
      if (error.code !== 'INVALID_ARGUMENT') throw error;
      throw new Refusal(400, 'INVALID_PREFERENCES', error.message);
    }
  }

  /**
   * @param {string} text
   * @returns {Readonly<RequestPreferences>}
   */
  #parse(text) {
    const fields = parseObject(text);
    checkOptionNames(fields, FIELD_NAMES, SHOWN_HEADER);
    /** @type {Record<string, unknown>} */
    const given = {};
    for (const [wire, name] of FIELDS) given[name] = fields[wire];
    const base = giveWay(this.#base, given);
    const values = readPreference(given, base, wireName);
    checkExtraHeaders(values.extraHeaders);
    const { target_host: host } = fields;
    const isNamed = isGiven(host);
    return prepare(
      values,
      isNamed ? checkString(host, 'target_host') : undefined,
    );
  }
}

module.exports = { Preferences };
