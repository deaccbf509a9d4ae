'use strict';

const { createError } = require('./errors');
const { parseHead } = require('../base/headers');

/** @typedef {import('../native/binding').Failure} Failure */
/** @typedef {import('../responses/response').Answers} Answers */
/** @typedef {import('../responses/response').InputFailure} InputFailure */
/** @typedef {import('./errors').PerformanceClientError} PerformanceClientError */

/**
 * What the failure's own words cannot tell.
 * @typedef {object} FailureContext
 * @property {string} method
 * @property {string} url
 * @property {'input' | 'payload'} noun what a batch holds
 * @property {readonly string[]} secrets never shown
 */

/** Shorter texts occur by chance; hiding them would only garble the rest. */
const SHORTEST_SECRET = 4;

const EXCERPT_LENGTH = 200;

/** Codes that are about an answer which did arrive. */
const ANSWERED = new Set(['HTTP_ERROR', 'PARSE_ERROR', 'RESPONSE_TOO_LARGE']);

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

/** The HTTP answer behind an error. */
class ErrorResponse {
  /**
   * @param {number} status
   * @param {string} head raw header block
   * @param {string} body
   * @param {readonly string[]} secrets hidden wherever the server echoes them
   */
  constructor(status, head, body, secrets) {
    this.status = status;
    this.headers = parseHead(redact(head, secrets));
    this.text = redact(body, secrets);
  }

  /**
   * The body as a value; throws a SyntaxError when it is not JSON.
   * @returns {unknown}
   */
  json() {
    return JSON.parse(this.text);
  }
}

/**
 * One short line of a body.
 * @param {string} body
 */
function excerpt(body) {
  // eslint-disable-next-line no-control-regex
  const line = body.replace(/[\s\u0000-\u001f\u007f]+/g, ' ').trim();
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
 */
function message(failure, { method, url, noun, secrets }) {
  const { attempts, body, code, detail, requestId, status } = failure;
  const where = `${method} ${new URL(url).pathname}`;
  const what =
    code === 'HTTP_ERROR'
      ? `HTTP ${status} from ${where}`
      : `${failure.message}: ${where}`;
  const details = place(failure, noun);
  if (attempts > 0)
    details.push(`${attempts} attempt${attempts === 1 ? '' : 's'}`);
  if (requestId) details.push(`request ${requestId}`);

  const parts = [details.length ? `${what} (${details.join(', ')})` : what];
  if (detail) parts.push(excerpt(redact(detail, secrets)));
  if (ANSWERED.has(code) && body) parts.push(excerpt(redact(body, secrets)));
  return redact(parts.join(': '), secrets);
}

/**
 * Turns what the engine tells of a failed call into the caller's error.
 * @param {Failure} failure
 * @param {FailureContext} context
 * @param {unknown} [cause] why the call was cancelled
 * @returns {PerformanceClientError}
 */
function failureError(failure, context, cause) {
  const { code, status, head, body, requestId, attempts } = failure;
  /** @type {import('./errors').ErrorFacts} */
  const facts = { attempts, cause };
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
  ErrorResponse,
  excerpt,
  failureError,
  inputFailures,
  redact,
};
