'use strict';

/*
 * How a call has ended, and what its caller is given for it.
 */

const { failureError, inputFailures } = require('../errors/failure');
const { setPartial } = require('../errors/errors');

/** @typedef {import('../native/binding').Failure} Failure */
/** @typedef {import('../native/binding').Summary} Summary */
/** @typedef {import('../responses/response').Answers} Answers */
/** @typedef {import('./request').CallRequest} CallRequest */

/**
 * How the engine ended a call.
 * @typedef {object} Outcome
 * @property {Failure} [failure]
 * @property {AbortSignal} [signal] what cancelled it, unless a token did
 * @property {Error} [refusal] of an input that was read while the call ran
 * @property {Summary} summary
 */

/**
 * How a call ended, and with what.
 * @typedef {object} CallFacts
 * @property {Answers} answers
 * @property {number} totalSeconds
 * @property {boolean} isPartial
 * @property {import('../errors/failure').FailureContext} about
 *
 * @typedef {Outcome & CallFacts} CallEnd
 */

/**
 * To the caller of a destroyed client its calls were not cancelled, but closed.
 * @param {Failure} [failure]
 * @returns {Failure | undefined}
 */
function closedInstead(failure) {
  return failure?.code === 'CANCELLED'
    ? { ...failure, code: 'CLOSED', message: 'the client is closed' }
    : failure;
}

/**
 * Gives the refusal of an input that came late the stack of who waits, and what
 * the call had brought home, as the errors of the engine have it.
 * @param {Error} refusal
 * @param {() => import('../responses/response').CallResponse} makePartial
 */
function completeRefusal(refusal, makePartial) {
  Error.captureStackTrace(refusal, completeRefusal);
  /** @type {ReturnType<typeof makePartial> | undefined} */
  let partial;
  Object.defineProperty(refusal, 'partial', {
    get: () => (partial ??= makePartial()),
    configurable: true,
  });
}

/**
 * The response of a call that has ended; or throws its error, which holds a
 * response of what there is.
 * @param {CallEnd} end
 * @param {CallRequest['makeResponse']} makeResponse
 */
function responseOf(end, makeResponse) {
  const { answers, totalSeconds, summary, failure, about, refusal } = end;
  const result = { answers, totalSeconds, summary };
  if (failure && refusal) {
    const cause = { failure: { ...failure, batch: -1 }, error: refusal };
    const makeErrors = () => inputFailures(answers, about, cause);
    completeRefusal(refusal, () => makeResponse({ ...result, makeErrors }));
    throw refusal;
  }
  if (failure) {
    const error = failureError(failure, about, end.signal);
    const makeErrors = () => inputFailures(answers, about, { failure, error });
    setPartial(error, () => makeResponse({ ...result, makeErrors }));
    throw error;
  }
  if (!end.isPartial) return makeResponse(result);
  const makeErrors = () => inputFailures(answers, about);
  return makeResponse({ ...result, makeErrors });
}

/**
 * The result of a call that has nothing to ask.
 * @param {Answers} answers
 * @param {boolean} isPartial
 * @returns {import('../responses/response').CallResult}
 */
function emptyResult(answers, isPartial) {
  const made = { batches: 0, retries: 0, hedges: 0 };
  const none = { rowSize: 0, rows: 0, promptTokens: 0, totalTokens: 0 };
  return {
    answers,
    totalSeconds: 0,
    summary: { ...made, ...none, model: '' },
    makeErrors: isPartial ? () => [] : undefined,
  };
}

module.exports = { closedInstead, emptyResult, responseOf };
