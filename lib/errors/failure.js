'use strict';

const { ErrorResponse } = require('./error-response');
const { createError } = require('./errors');
const { redact } = require('./redact');

/** @typedef {import('../call/answers').Answers} Answers */
/** @typedef {import('../native/binding').Failure} Failure */
/** @typedef {import('../responses/response').InputFailure} InputFailure */
/** @typedef {import('./errors').ErrorFacts} ErrorFacts */
/** @typedef {import('./errors').PerformanceClientError} PerformanceClientError */

/**
 * What the failure's own words cannot tell.
 * @typedef {object} FailureContext
 * @property {string} method
 * @property {string} url
 * @property {'input' | 'payload'} noun what a batch holds
 * @property {readonly string[]} secrets never shown
 * @property {unknown} [cause] why the call was cancelled
 */

const EXCERPT_LENGTH = 200;

/** Codes that are about an answer which did arrive. */
const ANSWERED = new Set(['HTTP_ERROR', 'PARSE_ERROR', 'RESPONSE_TOO_LARGE']);

/**
 * One short line of a body.
 * @param {string} body
 * @returns {string}
 */
function excerpt(body) {
  // eslint-disable-next-line no-control-regex
  const line = body.replace(/[\s\u0000-\u001f\u007f]+/g, ' ').trim();
  const characters = Array.from(line.slice(0, 2 * EXCERPT_LENGTH));
  const shown = characters.slice(0, EXCERPT_LENGTH).join('');
  return shown.length < line.length ? `${shown}…` : line;
}

/**
 * @param {number} count
 * @param {string} noun
 * @returns {string}
 */
function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/**
 * Which part of the call failed: "batch 3, inputs 384-511".
 * @param {Failure} failure
 * @param {'input' | 'payload'} noun
 * @returns {string[]}
 */
function place({ batch, firstInput, inputCount }, noun) {
  if (batch < 0) return [];
  if (noun === 'payload') return [`payload ${firstInput}`];
  const last = firstInput + inputCount - 1;
  const inputs =
    last === firstInput ? `input ${last}` : `inputs ${firstInput}-${last}`;
  return [`batch ${batch}`, inputs];
}

/**
 * @param {Failure} failure
 * @param {FailureContext} context
 * @returns {string}
 */
function message(failure, { method, url, noun, secrets }) {
  const where = `${method} ${new URL(url).pathname}`;
  const what =
    failure.code === 'HTTP_ERROR'
      ? `HTTP ${failure.status} from ${where}`
      : `${failure.message}: ${where}`;
  const details = place(failure, noun);
  if (failure.attempts > 0) details.push(counted(failure.attempts, 'attempt'));
  if (failure.requestId) details.push(`request ${failure.requestId}`);

  const parts = [details.length ? `${what} (${details.join(', ')})` : what];
  if (failure.detail) parts.push(excerpt(redact(failure.detail, secrets)));
  if (ANSWERED.has(failure.code) && failure.body)
    parts.push(excerpt(redact(failure.body, secrets)));
  return redact(parts.join(': '), secrets);
}

/**
 * Turns what the engine tells of a failed call into the caller's error.
 * @param {Failure} failure
 * @param {FailureContext} context
 * @returns {import('./errors').PerformanceClientError}
 */
function failureError(failure, context) {
  const { code, status, head, body, requestId, attempts } = failure;
  /** @type {ErrorFacts} */
  const facts = { attempts, cause: context.cause };
  if (status > 0) facts.status = status;
  if (requestId) facts.requestId = requestId;
  if (status > 0 && ANSWERED.has(code))
    facts.response = new ErrorResponse(status, head, body, context.secrets);
  if (failure.batch >= 0) {
    facts.batch = failure.batch;
    facts.firstInput = failure.firstInput;
    facts.inputCount = failure.inputCount;
  }
  return createError(code, message(failure, context), facts);
}

/**
 * Names an error for every input that has no answer: that of its batch, or what
 * ended the call before its batch was done.
 * @param {Answers} answers
 * @param {FailureContext} context
 * @param {{ failure: Failure, error: PerformanceClientError }} [end] of a call
 * that failed
 * @returns {InputFailure[]}
 */
function inputFailures(answers, context, end) {
  /** @param {Failure} [failure] */
  const errorFor = (failure) =>
    failure && failure.batch !== end?.failure.batch
      ? failureError(failure, context)
      : end?.error;

  return answers.gaps().map(({ first, count, failure }) => ({
    firstInput: first,
    inputCount: count,
    error: errorFor(failure),
  }));
}

module.exports = { excerpt, failureError, inputFailures };
