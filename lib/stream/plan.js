'use strict';

const { Answers } = require('../call/answers');
const { Call } = require('../call/call');
const {
  cancelSources,
  readSettings,
  wantsPartial,
} = require('../call/options');
const { failureContext } = require('../errors/conclusion');
const { StreamBatches } = require('./batches');
const { acceptedSize } = require('./results');
const { streamSettings } = require('./settings');
const { traceCall } = require('../call/tracing');

/** @typedef {import('../call/request').CallRequest} CallRequest */
/** @typedef {import('../cancellation/token').CancellationToken} CancellationToken */
/** @typedef {import('../preference/preference').Settings} Settings */
/** @typedef {import('../call/request-headers').RenderedHeaders} RenderedHeaders */
/** @typedef {import('./batches').StreamBatch} StreamBatch */
/** @typedef {import('./request').StreamRequest} StreamRequest */

/**
 * What the batches of a stream have in common.
 * @typedef {object} BatchCall
 * @property {CallRequest} request
 * @property {Settings} settings of each batch
 * @property {string} url
 * @property {boolean} isPartial
 */

/**
 * The client that a stream belongs to, as far as the stream may see it.
 * @typedef {object} StreamHost
 * @property {import('../client/endpoint').Endpoint} endpoint
 * @property {import('../call/request-headers').RequestHeaders} headers
 * @property {import('../pool/latencies').Latencies} latencies
 * @property {import('../pool/lifecycle').Lifecycle[]} lifecycles
 * @property {(call: Call, batchCall: BatchCall, headers: RenderedHeaders) => Promise<import('../call/call').Outcome>} send
 */

/**
 * Checks what is left to check, and says how the stream is to run.
 * @param {StreamRequest} stream
 * @param {StreamHost} host
 * @returns {import('./running-stream').StreamPlan}
 */
function planStream(stream, host) {
  const { request, source, options, isOrdered } = stream;
  const given = readSettings(options);
  const { settings, limits, ...bounds } = streamSettings(given, request);
  const sources = cancelSources(given, options);
  const isPartial = wantsPartial(options);
  const url = host.endpoint.urlFor(request.path);
  const batchCall = { request, settings, url, isPartial };
  const batches = new StreamBatches(source, stream.toText, limits);
  const sender = new BatchSender(host, batchCall, batches, stream.toResults);
  return {
    source,
    batches,
    send: (batch, token) => sender.send(batch, token),
    isOrdered,
    sources,
    lifecycles: host.lifecycles,
    where: `${request.method} ${new URL(url).pathname}`,
    ...bounds,
  };
}

/** Sends each batch of a stream as a call of its own. */
class BatchSender {
  #host;
  #batchCall;
  #batches;
  #toResults;
  #headers;
  #about;

  /**
   * @param {StreamHost} host
   * @param {BatchCall} batchCall
   * @param {StreamBatches} batches told when they are too large
   * @param {StreamRequest['toResults']} toResults
   */
  constructor(host, batchCall, batches, toResults) {
    const { request, settings, url } = batchCall;
    this.#host = host;
    this.#batchCall = batchCall;
    this.#batches = batches;
    this.#toResults = toResults;
    this.#headers = host.headers.forRequest(settings, request);
    this.#about = failureContext(request, url, this.#headers.secrets);
  }

  /**
   * @param {StreamBatch} batch
   * @param {CancellationToken} token
   * @returns {Promise<object[]>} what the stream yields for it
   */
  async send(batch, token) {
    const { operation, method } = this.#batchCall.request;
    const { url } = this.#batchCall;
    const context = { operation, method, url, inputs: batch.inputs.length };
    return await traceCall(context, () => this.#run(batch, token, context));
  }

  /**
   * @param {StreamBatch} batch
   * @param {CancellationToken} token
   * @param {import('../call/tracing').CallContext} context
   * @returns {Promise<object[]>}
   */
  async #run(batch, token, context) {
    const { inputs } = batch;
    const { request, isPartial } = this.#batchCall;
    const answers = new Answers(inputs.length);
    const call = new Call(answers, [token], context, this.#host.latencies);
    const outcome = await this.#host.send(
      call,
      { ...this.#batchCall, request: { ...request, inputs } },
      this.#headers,
    );
    this.#batches.limit(acceptedSize(answers));
    const about = this.#about;
    return this.#toResults({ batch, answers, outcome, about, isPartial });
  }
}

module.exports = { planStream };
