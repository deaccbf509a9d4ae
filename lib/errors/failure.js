'use strict';

const { cancelledError, createError } = require('./errors');
const { parseHead } = require('../base/headers');

/** @typedef {import('../native/binding').Failure} Failure */
/** @typedef {import('../responses/response').Answers} Answers */
/** @typedef {import('../responses/response').InputFailure} InputFailure */
/** @typedef {import('./errors').PerformanceClientError} PerformanceClientError */

/**
 * What the failure's own words cannot tell.
 * @typedef {object} FailureContext
 * @property {string} method
 * @property {readonly string[]} urls where the call could go
 * @property {'input' | 'payload'} noun what a batch holds
 * @property {readonly string[]} secrets never shown
 */

/** Shorter texts occur by chance; hiding them would only garble the rest. */
const SHORTEST_SECRET = 4;

const EXCERPT_LENGTH = 200;

/** Code units of a body that an error keeps. */
const LONGEST_TEXT = 64 * 1024;

/**
 * Codes that are about an answer which did arrive, and where the error has it:
 * a response is what HTTP calls an error.
 */
const ANSWER_NAMES = new Map([
  ['HTTP_ERROR', 'response'],
  ['PARSE_ERROR', 'answer'],
  ['RESPONSE_TOO_LARGE', 'answer'],
]);

/**
 * Hides every occurrence of the secrets in a text that is about to be shown.
 * @param {string} text
 * @param {readonly string[]} secrets
 */
function redact(text, secrets) {
  return secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length)
    .reduce((shown, secret) => shown.replaceAll(secret, '[redacted]'), text);
}

/**
 * The answer for the caller.
 * @param {Failure} failure
 * @param {readonly string[]} secrets hidden wherever the server echoes them
 * @returns {import('./answer').AnswerFacts}
 */
function answerFacts({ status, head, body }, secrets) {
  return {
    status,
    headers: parseHead(redact(head, secrets)),
    text: redact(body.slice(0, LONGEST_TEXT), secrets),
  };
}

/**
 * One short line of a body.
 * @param {string} body
 */
function excerpt(body) {
  const start = body.slice(0, LONGEST_TEXT);
  // eslint-disable-next-line no-control-regex
  const line = start.replace(/[\s\u0000-\u001f\u007f]+/g, ' ').trim();
  const characters = Array.from(line.slice(0, 2 * EXCERPT_LENGTH));
  const shown = characters.slice(0, EXCERPT_LENGTH).join('');
  return shown.length < line.length ? `${shown}…` : line;
}

/**
 * Which part of the call failed: "batch 3, inputs 384-511".
 * @param {Failure} failure
 * @param {'input' | 'payload'} noun
 * @returns {string[]}
 */
function part({ batch, firstInput, inputCount }, noun) {
  if (batch < 0) return [];
  if (noun === 'payload') return [`payload ${firstInput}`];
  const last = firstInput + inputCount - 1;
  const inputs =
    last === firstInput ? `input ${last}` : `inputs ${firstInput}-${last}`;
  return [`batch ${batch}`, inputs];
}

/**
 * What was asked for and, of several endpoints, which one.
 * @param {Failure} failure
 * @param {FailureContext} context
 */
function place({ endpoint }, { method, urls }) {
  const { origin, pathname } = new URL(urls[Math.max(endpoint, 0)]);
  return `${method} ${endpoint < 0 ? '' : origin}${pathname}`;
}

/**
 * @param {Failure} failure
 * @param {FailureContext} context
 */
function message(failure, context) {
  const { noun, secrets } = context;
  const { attempts, body, code, detail, requestId, status } = failure;
  const where = place(failure, context);
  const what =
    code === 'HTTP_ERROR'
      ? `HTTP ${status} from ${where}`
      : `${failure.message}: ${where}`;
  const details = part(failure, noun);
  if (attempts > 0)
    details.push(`${attempts} attempt${attempts === 1 ? '' : 's'}`);
  if (requestId) details.push(`request ${requestId}`);

  const parts = [details.length ? `${what} (${details.join(', ')})` : what];
  if (detail) parts.push(excerpt(redact(detail, secrets)));
  if (ANSWER_NAMES.has(code) && body)
    parts.push(excerpt(redact(body.slice(0, LONGEST_TEXT), secrets)));
  return redact(parts.join(': '), secrets);
}

/**
 * Turns what the engine tells of a failed call into the caller's error.
 * @param {Failure} failure
 * @param {FailureContext} context
 * @param {AbortSignal} [signal] what cancelled the call
 * @returns {PerformanceClientError}
 */
function failureError(failure, context, signal) {
  const { code, status, requestId, attempts } = failure;
  /** @type {import('./errors').ErrorFacts} */
  const facts = { attempts };
  if (status > 0) facts.status = status;
  if (requestId) facts.requestId = requestId;
  const name = ANSWER_NAMES.get(code);
  if (status > 0 && name) facts[name] = answerFacts(failure, context.secrets);
  if (failure.batch >= 0) {
    facts.batch = failure.batch;
    facts.firstInput = failure.firstInput;
    facts.inputCount = failure.inputCount;
  }
  const words = message(failure, context);
  return code === 'CANCELLED'
    ? cancelledError(words, signal, facts)
    : createError(code, words, facts);
}

/**
 * Names an error for every input that has no answer: that of its batch, or what
 * ended the call before its batch was done.
 * @param {Answers} answers
 * @param {FailureContext} context
 * @param {{ failure: Failure, error: Error }} [end] of a call that failed
 * @returns {InputFailure[]}
 */
function inputFailures(answers, context, end) {
  return answers.gaps().map(({ first, count, failure }) => ({
    firstInput: first,
    inputCount: count,
    error:
      failure && failure.batch !== end?.failure.batch
        ? failureError(failure, context)
        : end?.error,
  }));
}

module.exports = {
  excerpt,
  failureError,
  inputFailures,
  redact,
};
