'use strict';

const { NUMBER } = require('../native/contract');

/**
 * A number that a caller may set.
 * @typedef {object} Limit
 * @property {number} position in the numbers of a call
 * @property {number | undefined} fallback when it is left out, if any
 * @property {number} low
 * @property {number} high
 * @property {boolean} isWhole
 * @property {number} scale what the engine counts of one
 */

/** @type {(position: number, fallback: number | undefined, low: number, high: number) => Limit} */
function whole(position, fallback, low, high) {
  return { position, fallback, low, high, isWhole: true, scale: 1 };
}

/** @type {(position: number, fallback: number | undefined, low: number, high: number) => Limit} */
function share(position, fallback, low, high) {
  return { position, fallback, low, high, isWhole: false, scale: 1 };
}

/** @type {(position: number, fallback: number | undefined, low: number, high: number) => Limit} */
function seconds(position, fallback, low, high) {
  return { position, fallback, low, high, isWhole: false, scale: 1000 };
}

const NONE = undefined;

const YEAR_S = 365 * 24 * 3600;

/**
 * Every number of a preference: its default, its lowest and its highest value.
 * Here alone they stand; a test holds the documents against it.
 */
const LIMITS = Object.freeze({
  maxConcurrentRequests: whole(NUMBER.MAX_CONCURRENT_REQUESTS, 128, 1, 1024),
  batchSize: whole(NUMBER.BATCH_SIZE, 128, 1, 1024),
  maxCharsPerRequest: whole(NUMBER.MAX_CHARS_PER_REQUEST, NONE, 50, 256000),
  timeoutS: seconds(NUMBER.TIMEOUT_MS, 3600, 0.1, 7200),
  hedgeDelay: seconds(NUMBER.HEDGE_DELAY_MS, NONE, 0.045, 30),
  totalTimeoutS: seconds(NUMBER.TOTAL_TIMEOUT_MS, NONE, 0.1, YEAR_S),
  hedgeBudgetPct: share(NUMBER.HEDGE_BUDGET_PCT, 0.1, 0, 3),
  retryBudgetPct: share(NUMBER.RETRY_BUDGET_PCT, 0.05, 0, 3),
  maxRetries: whole(NUMBER.MAX_RETRIES, 5, 0, 6),
  initialBackoffMs: whole(NUMBER.INITIAL_BACKOFF_MS, 125, 50, 45000),
  requestsPerMinute: whole(NUMBER.REQUESTS_PER_MINUTE, NONE, 1, 1e8),
  tokensPerMinute: whole(NUMBER.TOKENS_PER_MINUTE, NONE, 100, 1e12),
});

/** Of each code in nonRetryableStatusCodes. */
const STATUS_CODES = Object.freeze({ low: 100, high: 599 });

module.exports = { LIMITS, STATUS_CODES };
