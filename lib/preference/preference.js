'use strict';

const { checkCancelSource } = require('../cancellation/cancellation');
const {
  checkBoolean,
  checkFunction,
  checkInteger,
  checkIntegers,
  checkNumber,
  checkOptionNames,
  invalidArgument,
  isGiven,
  isPlainObject,
  outOfRange,
  wrongType,
} = require('../base/check');
const {
  checkHeaders,
  isHeaderValue,
  mergeHeaders,
} = require('../base/headers');
const { FLAG, MOST, NUMBER } = require('../native/contract');
const { LIMITS, STATUS_CODES } = require('./limits');
const { namesInOrder } = require('./positional');
const { checkTraceContext, traceHeaders } = require('./trace-context');

/** @typedef {import('../cancellation/cancellation').CancelSource} CancelSource */
/** @typedef {import('../base/headers').HeaderMap} HeaderMap */

/**
 * The checked values a caller gave; what it left out is missing here.
 * @typedef {object} PreferenceValues
 * @property {number} [maxConcurrentRequests]
 * @property {number} [batchSize]
 * @property {number} [maxCharsPerRequest]
 * @property {number} [timeoutS]
 * @property {number} [hedgeDelay]
 * @property {number} [totalTimeoutS]
 * @property {number} [hedgeBudgetPct]
 * @property {number} [retryBudgetPct]
 * @property {number} [maxRetries]
 * @property {number} [initialBackoffMs]
 * @property {number} [requestsPerMinute]
 * @property {number} [tokensPerMinute]
 * @property {(text: string) => number} [countTokens]
 * @property {boolean} [adaptive]
 * @property {CancelSource} [cancelToken]
 * @property {string} [primaryApiKeyOverride]
 * @property {HeaderMap} [extraHeaders]
 * @property {readonly number[]} [nonRetryableStatusCodes]
 * @property {import('./trace-context').TraceContext | false} [traceContext]
 * @property {boolean} [timeoutHeaders]
 * @property {boolean} [requestIdHeader]
 * @property {boolean} [pinInitialEndpointOnce]
 */

/**
 * A preference as a call uses it.
 * @typedef {object} Settings
 * @property {Readonly<Float64Array>} numbers in the engine's order: limits, the
 * flags that follow from options, statuses that are never tried again
 * @property {CancelSource} [cancelToken]
 * @property {string} [apiKey]
 * @property {HeaderMap} [headers] with those of a trace that was given
 * @property {(text: string) => number} [countTokens]
 * @property {boolean} followsTrace do calls join the trace that is active?
 */

const OWNER = 'RequestProcessingPreference';

/**
 * @param {unknown} value never shown, whatever it is
 * @param {string} argument
 * @returns {string}
 */
function checkApiKey(value, argument) {
  const expected =
    typeof value !== 'string' || value === ''
      ? 'a non-empty string'
      : 'latin-1 text without control characters';
  if (typeof value === 'string' && value !== '' && isHeaderValue(value))
    return value;
  const message = `${argument} must be ${expected}`;
  throw invalidArgument(TypeError, argument, message);
}

/**
 * @param {unknown} value
 * @param {string} argument
 * @returns {readonly number[]}
 */
function checkStatusCodes(value, argument) {
  const codes = checkIntegers(
    value,
    argument,
    STATUS_CODES.low,
    STATUS_CODES.high,
  );
  const distinct = Object.freeze([...new Set(codes)].sort((a, b) => a - b));
  if (distinct.length > MOST.FINAL_STATUSES)
    throw invalidArgument(
      RangeError,
      argument,
      `${argument} must hold at most ${MOST.FINAL_STATUSES} codes, got ${distinct.length}`,
    );
  return distinct;
}

/**
 * The options that are no numbers.
 * @type {Readonly<Record<string, (value: unknown, argument: string) => unknown>>}
 */
const CHECKS = Object.freeze({
  cancelToken: checkCancelSource,
  primaryApiKeyOverride: checkApiKey,
  extraHeaders: checkHeaders,
  nonRetryableStatusCodes: checkStatusCodes,
  traceContext: checkTraceContext,
  countTokens: checkFunction,
  adaptive: checkBoolean,
  timeoutHeaders: checkBoolean,
  requestIdHeader: checkBoolean,
  pinInitialEndpointOnce: checkBoolean,
});

/** @type {Readonly<Record<string, unknown>>} */
const DEFAULTS = Object.freeze({
  ...Object.fromEntries(
    Object.entries(LIMITS).map(([name, { fallback }]) => [name, fallback]),
  ),
  nonRetryableStatusCodes: Object.freeze([]),
  adaptive: true,
  timeoutHeaders: true,
  requestIdHeader: true,
  pinInitialEndpointOnce: false,
});

const PREFERENCE_NAMES = Object.freeze([
  ...Object.keys(LIMITS),
  ...Object.keys(CHECKS),
]);

const KNOWN_NAMES = new Set(PREFERENCE_NAMES);

/**
 * @param {string} name of the option
 * @param {unknown} value
 * @param {string} argument
 * @returns {unknown}
 */
function checkOption(name, value, argument) {
  if (!(name in LIMITS)) return CHECKS[name](value, argument);
  const { low, high, isWhole } = LIMITS[name];
  const check = isWhole ? checkInteger : checkNumber;
  return check(value, argument, low, high);
}

/**
 * @param {PreferenceValues} values
 * @param {(name: string) => string} nameOf
 */
function checkTimes({ timeoutS, hedgeDelay, totalTimeoutS }, nameOf) {
  const timeout = `${nameOf('timeoutS')} (${timeoutS})`;
  if (hedgeDelay !== undefined && hedgeDelay >= (timeoutS ?? Infinity))
    throw outOfRange(nameOf('hedgeDelay'), `less than ${timeout}`, hedgeDelay);
  if (totalTimeoutS !== undefined && totalTimeoutS < (timeoutS ?? 0))
    throw outOfRange(
      nameOf('totalTimeoutS'),
      `at least ${timeout}`,
      totalTimeoutS,
    );
}

/**
 * Checks what was given; it goes over the values of `base`.
 * @param {Record<string, unknown>} given
 * @param {Readonly<PreferenceValues>} [base]
 * @param {(name: string) => string} [nameOf] how whoever gave them spells them
 * @returns {Readonly<PreferenceValues>}
 */
function readPreference(given, base, nameOf = (name) => name) {
  /** @type {Record<string, unknown>} */
  const values = { ...base };
  for (const name of PREFERENCE_NAMES)
    if (isGiven(given[name]))
      values[name] = checkOption(name, given[name], nameOf(name));
  checkTimes(values, nameOf);
  return Object.freeze(values);
}

/**
 * @param {Readonly<PreferenceValues>} values
 * @returns {number} of FLAG
 */
function flagsOf(values) {
  const { adaptive, timeoutHeaders, requestIdHeader } = values;
  let flags = values.maxRetries === undefined ? 0 : FLAG.OWN_RETRIES;
  if (values.pinInitialEndpointOnce) flags |= FLAG.PINNING;
  if (adaptive === false) flags |= FLAG.UNYIELDING;
  if (timeoutHeaders === false) flags |= FLAG.OWN_TIMEOUT | FLAG.OWN_DEADLINE;
  if (requestIdHeader === false) flags |= FLAG.OWN_REQUEST_ID;
  return flags;
}

/**
 * @param {Readonly<PreferenceValues>} values
 * @returns {Settings}
 */
function toSettings(values) {
  const { traceContext, nonRetryableStatusCodes: statuses = [] } = values;
  const numbers = new Float64Array(NUMBER.FINAL_STATUSES + statuses.length);
  for (const [name, { position, fallback, scale }] of Object.entries(LIMITS)) {
    const value = values[name] ?? fallback ?? 0;
    numbers[position] = scale === 1 ? value : Math.round(value * scale);
  }
  numbers[NUMBER.FLAGS] = flagsOf(values);
  numbers.set(statuses, NUMBER.FINAL_STATUSES);
  return Object.freeze({
    numbers,
    cancelToken: values.cancelToken,
    apiKey: values.primaryApiKeyOverride,
    headers: traceContext
      ? mergeHeaders(traceHeaders(traceContext), values.extraHeaders)
      : values.extraHeaders,
    countTokens: values.countTokens,
    followsTrace: traceContext === undefined,
  });
}

/** @type {(preference: RequestProcessingPreference) => Settings} */
let settingsOf;

/** @type {(preference: RequestProcessingPreference) => Readonly<PreferenceValues>} */
let valuesOf;

/**
 * @param {unknown[]} args
 * @returns {Record<string, unknown>}
 */
function namedArguments(args) {
  const [first, ...others] = args;
  if (isPlainObject(first) && !others.some(isGiven)) {
    checkOptionNames(first, KNOWN_NAMES, OWNER);
    return first;
  }
  return namesInOrder(args);
}

/**
 * How the requests of a call are sent: checked once, then never changed.
 * Each option can be read back under its name.
 */
class RequestProcessingPreference {
  /** @type {Readonly<PreferenceValues>} */
  #values;

  /** @type {Settings} */
  #settings;

  /** @param {unknown[]} args one options object, or the values in order */
  constructor(...args) {
    this.#values = readPreference(namedArguments(args));
    this.#settings = toSettings(this.#values);
    Object.freeze(this);
  }

  /** Shows the values in a console, but never the key or a header's text. */
  [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) {
    const shown = Object.fromEntries(
      PREFERENCE_NAMES.map((name) => [name, this[name]]),
    );
    if (shown.primaryApiKeyOverride) shown.primaryApiKeyOverride = '[redacted]';
    if (shown.extraHeaders)
      shown.extraHeaders = Object.keys(shown.extraHeaders);
    return `${OWNER} ${inspect(shown, options)}`;
  }

  static {
    settingsOf = (preference) => preference.#settings;
    valuesOf = (preference) => preference.#values;

    for (const name of PREFERENCE_NAMES)
      Object.defineProperty(RequestProcessingPreference.prototype, name, {
        get() {
          return this.#values[name] ?? DEFAULTS[name];
        },
        configurable: true,
      });
    Object.defineProperty(
      RequestProcessingPreference.prototype,
      'extraHeaders',
      {
        get() {
          const headers = this.#values.extraHeaders;
          return headers && Object.freeze(Object.fromEntries(headers));
        },
        configurable: true,
      },
    );
  }
}

/** @type {import('../base/check').Check<RequestProcessingPreference>} */
function checkPreference(value, argument) {
  if (value instanceof RequestProcessingPreference) return value;
  if (isPlainObject(value)) return new RequestProcessingPreference(value);
  throw wrongType(
    argument,
    'a RequestProcessingPreference or an options object',
    value,
  );
}

/** @type {WeakMap<object, WeakMap<object, RequestProcessingPreference>>} */
const layers = new WeakMap();

/**
 * One preference over another, option by option; the same one each time.
 * @param {RequestProcessingPreference} ground
 * @param {RequestProcessingPreference} upper
 * @returns {RequestProcessingPreference}
 */
function layered(ground, upper) {
  const below = valuesOf(ground);
  if (Object.keys(below).length === 0) return upper;
  let known = layers.get(ground);
  if (!known) layers.set(ground, (known = new WeakMap()));
  let both = known.get(upper);
  if (!both) {
    both = new RequestProcessingPreference({ ...below, ...valuesOf(upper) });
    known.set(upper, both);
  }
  return both;
}

module.exports = {
  DEFAULTS,
  PREFERENCE_NAMES,
  RequestProcessingPreference,
  checkApiKey,
  checkPreference,
  layered,
  readPreference,
  settingsOf,
  toSettings,
  valuesOf,
};
