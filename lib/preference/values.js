'use strict';

const { checkCancelSource } = require('../cancellation/cancellation');
const {
  checkInteger,
  checkIntegers,
  checkNumber,
  invalidArgument,
  isGiven,
  outOfRange,
} = require('../base/check');
const { checkHeaders, isHeaderValue } = require('../base/headers');
const { MOST } = require('../native/contract');

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
 * @property {CancelSource} [cancelToken]
 * @property {string} [primaryApiKeyOverride]
 * @property {HeaderMap} [extraHeaders]
 * @property {readonly number[]} [nonRetryableStatusCodes]
 */

/**
 * A preference as a call uses it.
 * @typedef {object} Settings
 * @property {Readonly<Float64Array>} numbers in the engine's order: limits, no
 * flags yet, statuses that are never tried again
 * @property {CancelSource} [cancelToken]
 * @property {string} [apiKey]
 * @property {HeaderMap} [headers]
 */

const LONGEST_CALL_S = 365 * 24 * 3600;

const DEFAULTS = Object.freeze({
  maxConcurrentRequests: 128,
  batchSize: 128,
  timeoutS: 3600,
  hedgeBudgetPct: 0.1,
  retryBudgetPct: 0.05,
  maxRetries: 5,
  initialBackoffMs: 125,
  nonRetryableStatusCodes: Object.freeze([]),
});

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

/** @typedef {(value: unknown, argument: string) => unknown} Check */

/**
 * @param {number} least
 * @param {number} most
 * @returns {Check}
 */
function integer(least, most) {
  return (value, argument) => checkInteger(value, argument, least, most);
}

/**
 * @param {number} least
 * @param {number} most
 * @returns {Check}
 */
function number(least, most) {
  return (value, argument) => checkNumber(value, argument, least, most);
}

/**
 * @param {unknown} value
 * @param {string} argument
 * @returns {readonly number[]}
 */
function checkStatusCodes(value, argument) {
  const codes = checkIntegers(value, argument, 100, 599);
  const distinct = Object.freeze([...new Set(codes)]);
  if (distinct.length > MOST.FINAL_STATUSES)
    throw invalidArgument(
      RangeError,
      argument,
      `${argument} must hold at most ${MOST.FINAL_STATUSES} codes, got ${distinct.length}`,
    );
  return distinct;
}

/**
 * Every option with its check, in the order of the positional form; behind
 * extraHeaders those that only have names.
 * @type {Readonly<Record<string, Check>>}
 */
const CHECKS = Object.freeze({
  maxConcurrentRequests: integer(1, 1024),
  batchSize: integer(1, 1024),
  maxCharsPerRequest: integer(50, 256000),
  timeoutS: number(0.1, 7200),
  hedgeDelay: number(0.2, 30),
  totalTimeoutS: number(0.1, LONGEST_CALL_S),
  hedgeBudgetPct: number(0, 3),
  retryBudgetPct: number(0, 3),
  maxRetries: integer(0, 6),
  initialBackoffMs: integer(50, 45000),
  cancelToken: checkCancelSource,
  primaryApiKeyOverride: checkApiKey,
  extraHeaders: checkHeaders,
  nonRetryableStatusCodes: checkStatusCodes,
});

const PREFERENCE_NAMES = Object.freeze(Object.keys(CHECKS));

const POSITIONAL_NAMES = Object.freeze(
  PREFERENCE_NAMES.slice(0, PREFERENCE_NAMES.indexOf('extraHeaders') + 1),
);

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
      values[name] = CHECKS[name](given[name], nameOf(name));
  checkTimes(values, nameOf);
  return Object.freeze(values);
}

/**
 * @param {number} [seconds]
 * @returns {number} 0 when there is none
 */
function milliseconds(seconds = 0) {
  return Math.round(seconds * 1000);
}

/**
 * @param {Readonly<PreferenceValues>} values
 * @returns {Settings}
 */
function toSettings(values) {
  const all = { ...DEFAULTS, ...values };
  return Object.freeze({
    numbers: Float64Array.of(
      all.maxConcurrentRequests,
      all.batchSize,
      all.maxCharsPerRequest ?? 0,
      milliseconds(all.timeoutS),
      milliseconds(all.totalTimeoutS),
      milliseconds(all.hedgeDelay),
      all.hedgeBudgetPct,
      all.retryBudgetPct,
      all.maxRetries,
      all.initialBackoffMs,
      0,
      ...all.nonRetryableStatusCodes,
    ),
    cancelToken: all.cancelToken,
    apiKey: all.primaryApiKeyOverride,
    headers: all.extraHeaders,
  });
}

module.exports = {
  DEFAULTS,
  POSITIONAL_NAMES,
  PREFERENCE_NAMES,
  checkApiKey,
  readPreference,
  toSettings,
};
