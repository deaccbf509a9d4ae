'use strict';

const { channel, tracingChannel } = require('node:diagnostics_channel');

/**
 * What is told of a call to those who listen: never a key, never an input.
 * @typedef {object} CallContext
 * @property {'embed' | 'rerank' | 'classify' | 'batchPost'} operation
 * @property {string} method
 * @property {string} url
 * @property {number} inputs
 */

/**
 * A batch that was answered, or failed for good.
 * @typedef {object} RequestEvent
 * @property {CallContext} call the object that the call's own events carry
 * @property {number} batch
 * @property {number} firstInput
 * @property {number} inputCount
 * @property {number} [seconds] when it was answered
 * @property {number} status 0 when no answer came
 * @property {string} [code] when it failed
 */

/** The names of the channels, for those who want to listen. */
const CHANNELS = Object.freeze({
  call: 'baseten-performance-client:call',
  request: 'baseten-performance-client:request',
});

const calls = tracingChannel(CHANNELS.call);

const requests = channel(CHANNELS.request);

/**
 * Each channel is asked, because the first releases of Node 20 cannot ask them
 * as one.
 * @returns {boolean} whether anybody wants to hear of calls
 */
function isTraced() {
  return (
    calls.start.hasSubscribers ||
    calls.end.hasSubscribers ||
    calls.asyncStart.hasSubscribers ||
    calls.asyncEnd.hasSubscribers ||
    calls.error.hasSubscribers
  );
}

/**
 * Runs a call, told to those who listen.
 * @template Result
 * @param {CallContext} context
 * @param {() => Promise<Result>} run
 * @returns {Promise<Result>}
 */
function traceCall(context, run) {
  return isTraced() ? calls.tracePromise(run, context) : run();
}

/** @returns {boolean} whether anybody wants to hear of each batch */
function areRequestsTraced() {
  return requests.hasSubscribers;
}

/** @param {RequestEvent} event */
function traceRequest(event) {
  requests.publish(event);
}

module.exports = { CHANNELS, areRequestsTraced, traceCall, traceRequest };
