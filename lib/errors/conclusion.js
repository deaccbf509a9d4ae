'use strict';

const { setPartial } = require('./errors');
const { failureError, inputFailures } = require('./failure');

/** @typedef {import('../call/answers').Answers} Answers */
/** @typedef {import('../call/call').Outcome} Outcome */
/** @typedef {import('../responses/response').CallResponse} CallResponse */
/** @typedef {import('../responses/response').CallResult} CallResult */
/** @typedef {import('./failure').FailureContext} FailureContext */

/**
 * How a call's end is told to its caller.
 * @template {CallResponse} Response
 * @typedef {object} Telling
 * @property {number} totalSeconds
 * @property {boolean} isPartial
 * @property {(result: CallResult) => Response} makeResponse
 */

/**
 * What the errors of a call tell beside what the engine knows.
 * @param {import('../call/request').CallRequest} request
 * @param {string} url
 * @param {readonly string[]} secrets
 * @returns {FailureContext}
 */
function failureContext({ operation, method }, url, secrets) {
  const noun = operation === 'batchPost' ? 'payload' : 'input';
  return { method, url, noun, secrets };
}

/**
 * The response of a call that has ended; or throws its error, which holds a
 * response of what there is.
 * @template {CallResponse} Response
 * @param {Answers} answers
 * @param {Outcome} outcome
 * @param {FailureContext} context
 * @param {Telling<Response>} telling
 * @returns {Response}
 */
function conclude(answers, { failure, cause, summary }, context, telling) {
  const { totalSeconds, isPartial, makeResponse } = telling;
  const result = { answers, totalSeconds, summary };
  if (failure) {
    const error = failureError(failure, { ...context, cause });
    const end = { failure, error };
    const makeErrors = () => inputFailures(answers, context, end);
    setPartial(error, () => makeResponse({ ...result, makeErrors }));
    throw error;
  }
  if (!isPartial) return makeResponse(result);
  const makeErrors = () => inputFailures(answers, context);
  return makeResponse({ ...result, makeErrors });
}

module.exports = { conclude, failureContext };
