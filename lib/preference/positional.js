'use strict';

/*
 * The two orders in which the values of a preference may come: the documented
 * one, and that of Baseten's own Node package, whose documents print the first.
 */

const { describe, invalidArgument, isGiven } = require('../base/check');
const { LIMITS } = require('./limits');
const { TraceContext } = require('./trace-context');

const BEGIN = ['maxConcurrentRequests', 'batchSize'];

const MIDDLE = [
  'hedgeDelay',
  'totalTimeoutS',
  'hedgeBudgetPct',
  'retryBudgetPct',
  'maxRetries',
  'initialBackoffMs',
  'cancelToken',
  'primaryApiKeyOverride',
  'extraHeaders',
  'nonRetryableStatusCodes',
];

const ORDER = Object.freeze([
  ...[...BEGIN, 'maxCharsPerRequest', 'timeoutS'],
  ...[...MIDDLE, 'traceContext'],
]);

const OTHER_ORDER = Object.freeze([
  ...[...BEGIN, 'timeoutS', 'maxCharsPerRequest', 'pinInitialEndpointOnce'],
  ...[...MIDDLE, 'traceparent', 'tracestate'],
]);

const PIN = OTHER_ORDER.indexOf('pinInitialEndpointOnce');

const CODES = ORDER.indexOf('nonRetryableStatusCodes');

const OWNER = 'RequestProcessingPreference';

/**
 * Only the other order has a boolean in the fifth place, and is from there on
 * one place behind.
 * @param {unknown[]} args
 */
function isOtherOrder(args) {
  return (
    typeof args[PIN] === 'boolean' ||
    (isGiven(args[CODES]) && !Array.isArray(args[CODES])) ||
    Array.isArray(args[CODES + 1]) ||
    args.slice(ORDER.length).some(isGiven)
  );
}

/**
 * @param {'maxCharsPerRequest' | 'timeoutS'} name
 * @param {unknown} value
 */
function isInRange(name, value) {
  const { low, high, isWhole } = LIMITS[name];
  return (
    typeof value === 'number' &&
    value >= low &&
    value <= high &&
    (!isWhole || Number.isInteger(value))
  );
}

/**
 * Refuses a third and fourth value of which only the other order makes sense: a
 * time that is no number of characters, or characters that are no time.
 * @param {unknown[]} args
 */
function checkOrder(args) {
  const [, , third, fourth] = args;
  const isTime =
    isInRange('timeoutS', third) && !isInRange('maxCharsPerRequest', third);
  const isChars =
    isInRange('maxCharsPerRequest', fourth) && !isInRange('timeoutS', fourth);
  if (!isTime && !isChars) return;
  throw invalidArgument(
    RangeError,
    isTime ? 'maxCharsPerRequest' : 'timeoutS',
    `${OWNER} takes (${ORDER.slice(0, 5).join(', ')}, …), got ${third ?? 'nothing'} ` +
      `and ${fourth ?? 'nothing'} for the third and fourth; the order of ` +
      `@basetenlabs/performance-client (${OTHER_ORDER.slice(0, 6).join(', ')}, …) ` +
      'is known by a boolean in the fifth place; named options have no order',
  );
}

/**
 * The other order by our names.
 * @param {unknown[]} args
 * @returns {Record<string, unknown>}
 */
function namesInOtherOrder(args) {
  /** @type {Record<string, unknown>} */
  const named = Object.fromEntries(
    OTHER_ORDER.map((name, i) => [name, args[i]]),
  );
  const { traceparent, tracestate } = named;
  if (isGiven(traceparent))
    named.traceContext = new TraceContext(traceparent, tracestate);
  return named;
}

/**
 * Values that come in order, by name.
 * @param {unknown[]} args
 * @returns {Record<string, unknown>}
 */
function namesInOrder(args) {
  const isOther = isOtherOrder(args);
  const order = isOther ? OTHER_ORDER : ORDER;
  const extra = args.slice(order.length).find(isGiven);
  if (extra !== undefined)
    throw invalidArgument(
      TypeError,
      'arguments',
      `nothing may follow the ${order.length} values of ${OWNER}, got ${describe(extra)}`,
    );
  if (isOther) return namesInOtherOrder(args);
  checkOrder(args);
  return Object.fromEntries(ORDER.map((name, i) => [name, args[i]]));
}

module.exports = { namesInOrder };
