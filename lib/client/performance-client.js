'use strict';

const crypto = require('node:crypto');

const { Answers } = require('../call/answers');
const { BatchPostResponse } = require('../responses/batch-post');
const { Call } = require('../call/call');
const {
  batchPostForm,
  classifyForm,
  embedForm,
  rerankForm,
} = require('../call/forms');
const {
  cancelSources,
  progressCallback,
  readSettings,
  wantsPartial,
} = require('../call/options');
const {
  batchPostRequest,
  classifyRequest,
  embedRequest,
  rerankRequest,
} = require('../call/request');
const { refuseCancelled } = require('../cancellation/cancellation');
const { ClassificationResponse } = require('../responses/classification');
const { readClientOptions } = require('./options');
const { conclude, failureContext } = require('../errors/conclusion');
const { EmbeddingsResponse } = require('../responses/embeddings');
const { Endpoint } = require('./endpoint');
const { requestIdPrefix } = require('../pool/environment');
const { FLAG, withFlags, wordList } = require('../native/contract');
const { fromNative } = require('../errors/errors');
const {
  engineFor,
  latenciesOf,
  lifecycleOf,
} = require('../pool/http-client-wrapper');
const { Lifecycle } = require('../pool/lifecycle');
const { Progress } = require('../call/progress');
const { RequestHeaders } = require('../call/request-headers');
const { RerankResponse } = require('../responses/rerank');
const { ResultStream } = require('../stream/result-stream');
const { planStream } = require('../stream/plan');
const {
  batchPostStreamRequest,
  embedStreamRequest,
} = require('../stream/request');
const { traceCall } = require('../call/tracing');

/** @typedef {import('../call/call').Outcome} Outcome */
/** @typedef {import('../call/request').CallRequest} CallRequest */
/** @typedef {import('../responses/response').CallResponse} CallResponse */
/** @typedef {import('../responses/response').CallResult} CallResult */
/** @typedef {import('../preference/preference').Settings} Settings */
/** @typedef {import('../call/tracing').CallContext} CallContext */

/**
 * One call, checked and ready to be sent.
 * @template {CallResponse} Response
 * @typedef {object} PreparedCall
 * @property {CallRequest} request
 * @property {Settings} settings
 * @property {string} url
 * @property {CallContext} context what listeners are told; theirs, not ours
 * @property {import('../cancellation/cancellation').CancelSource[]} sources
 * @property {boolean} isPartial
 * @property {Progress} [progress]
 * @property {(result: CallResult) => Response} makeResponse
 */

/**
 * As much of a call as the engine needs to know.
 * @typedef {Pick<PreparedCall<CallResponse>,
 *   'request' | 'settings' | 'url' | 'isPartial' | 'progress'>} SendableCall
 */

/**
 * Ten hexadecimal digits, from the random end of a UUID.
 * @returns {string}
 */
function randomDigits() {
  return crypto.randomUUID().slice(-10);
}

/** Sends many requests at once to one deployment; safe to share and reuse. */
class PerformanceClient {
  #endpoint;
  #headers;
  #wrapper;
  #ownsWrapper;
  #requestIdPrefix = requestIdPrefix(process.env);
  #lifecycle = new Lifecycle('PerformanceClient');

  /**
   * @param {string} baseUrl
   * @param {unknown[]} args apiKey, httpVersion, clientWrapper, proxy; or one
   * options object
   */
  constructor(baseUrl, ...args) {
    this.#endpoint = new Endpoint(baseUrl);
    const { apiKey, wrapper, ownsWrapper } = readClientOptions(args);
    this.#headers = new RequestHeaders(apiKey);
    this.#wrapper = wrapper;
    this.#ownsWrapper = ownsWrapper;
  }

  get clientWrapper() {
    return this.#wrapper;
  }

  getClientWrapper() {
    return this.#wrapper;
  }

  /**
   * @param {string[]} input
   * @param {string} model
   * @param {unknown[]} rest encodingFormat, dimensions, user, preference; or an
   * options object
   */
  async embed(input, model, ...rest) {
    PerformanceClient.#checkThis(this, 'embed');
    const options = embedForm(rest);
    const request = embedRequest(input, model, options);
    const makeResponse = (result) =>
      new EmbeddingsResponse(result, model, request.form);
    return await this.#run(request, options, makeResponse);
  }

  /**
   * @param {string} query
   * @param {string[]} texts
   * @param {unknown[]} rest model, returnText, preference; or rawScores, model,
   * returnText, truncate, truncationDirection, preference; or an options object
   */
  async rerank(query, texts, ...rest) {
    PerformanceClient.#checkThis(this, 'rerank');
    const options = rerankForm(rest);
    const request = rerankRequest(query, texts, options);
    const makeResponse = (result) => new RerankResponse(result);
    return await this.#run(request, options, makeResponse);
  }

  /**
   * @param {string[]} inputs
   * @param {unknown[]} rest model, preference; or model, rawScores, truncate,
   * truncationDirection, preference; or an options object
   */
  async classify(inputs, ...rest) {
    PerformanceClient.#checkThis(this, 'classify');
    const options = classifyForm(rest);
    const request = classifyRequest(inputs, options);
    const makeResponse = (result) => new ClassificationResponse(result);
    return await this.#run(request, options, makeResponse);
  }

  /**
   * @param {string} urlPath
   * @param {unknown[]} payloads
   * @param {unknown[]} rest preference, headers and method, in any order; or an
   * options object
   */
  async batchPost(urlPath, payloads, ...rest) {
    PerformanceClient.#checkThis(this, 'batchPost');
    const options = batchPostForm(rest);
    const request = batchPostRequest(urlPath, payloads, options);
    const makeResponse = (result) => new BatchPostResponse(result);
    return await this.#run(request, options, makeResponse);
  }

  /**
   * @param {Iterable<string> | AsyncIterable<string>} source
   * @param {string} model
   * @param {unknown} [options]
   */
  embedStream(source, model, options) {
    return new ResultStream(() => {
      PerformanceClient.#checkThis(this, 'embedStream');
      return this.#planStream(embedStreamRequest(source, model, options));
    });
  }

  /**
   * @param {string} urlPath
   * @param {Iterable<unknown> | AsyncIterable<unknown>} source
   * @param {unknown} [options]
   */
  batchPostStream(urlPath, source, options) {
    return new ResultStream(() => {
      PerformanceClient.#checkThis(this, 'batchPostStream');
      return this.#planStream(batchPostStreamRequest(urlPath, source, options));
    });
  }

  /** What its pool of connections has done so far, for all clients of it. */
  stats() {
    PerformanceClient.#checkThis(this, 'stats');
    return this.#wrapper.stats();
  }

  /** Refuses new calls, lets the running ones finish, then lets go. */
  async close() {
    await this.#lifecycle.finish();
    if (this.#ownsWrapper) await this.#wrapper.close();
  }

  /** Ends the running calls of this client now, with code CLOSED. */
  async destroy() {
    const finished = this.#lifecycle.finish();
    this.#lifecycle.interrupt();
    await finished;
    if (this.#ownsWrapper) await this.#wrapper.destroy();
  }

  [Symbol.asyncDispose]() {
    return this.close();
  }

  /**
   * @param {unknown} self
   * @param {string} method
   */
  static #checkThis(self, method) {
    if (typeof self !== 'object' || self === null || !(#endpoint in self))
      throw new TypeError(`${method} must be called on a PerformanceClient`);
  }

  /**
   * Checks what is left to check, and makes the call. Everything up to the
   * first await happens before the method returns, so the caller's arrays are
   * its own again.
   * @template {CallResponse} Response
   * @param {CallRequest} request
   * @param {Record<string, unknown>} options
   * @param {(result: CallResult) => Response} makeResponse
   * @returns {Promise<Response>}
   */
  async #run(request, options, makeResponse) {
    const settings = readSettings(options);
    const sources = cancelSources(settings, options);
    const isPartial = wantsPartial(options);
    const onProgress = progressCallback(options);
    const url = this.#endpoint.urlFor(request.path);
    this.#lifecycle.check();
    lifecycleOf(this.#wrapper).check();
    refuseCancelled(sources);

    const { operation, method } = request;
    const context = { operation, method, url, inputs: request.inputs.length };
    const progress = onProgress && new Progress(onProgress);
    return await traceCall(context, () =>
      this.#perform({
        request,
        settings,
        url,
        context,
        sources,
        isPartial,
        progress,
        makeResponse,
      }),
    );
  }

  /**
   * Sends a call and waits for its end. Errors are made here, behind the await:
   * their stack is the caller's.
   * @template {CallResponse} Response
   * @param {PreparedCall<Response>} prepared
   * @returns {Promise<Response>}
   */
  async #perform(prepared) {
    const { request, settings, url, isPartial, makeResponse } = prepared;
    const startedAt = performance.now();
    const headers = this.#headers.forRequest(settings, request);
    const latencies = latenciesOf(this.#wrapper);
    const answers = new Answers(request.inputs.length);
    const { context, sources } = prepared;
    const call = new Call(answers, sources, context, latencies);
    const outcome = await this.#send(call, prepared, headers);
    const totalSeconds = (performance.now() - startedAt) / 1000;
    const about = failureContext(request, url, headers.secrets);
    const telling = { totalSeconds, isPartial, makeResponse };
    return conclude(answers, outcome, about, telling);
  }

  /**
   * @param {Call} call
   * @param {SendableCall} prepared
   * @param {import('../call/request-headers').RenderedHeaders} headers
   * @returns {Promise<Outcome>}
   */
  async #send(call, { request, settings, url, isPartial, progress }, headers) {
    const stem = `${this.#requestIdPrefix}-${randomDigits()}`;
    const flags =
      request.flags | headers.flags | (isPartial ? FLAG.PARTIAL : 0);
    const wrapperLifecycle = lifecycleOf(this.#wrapper);
    this.#lifecycle.enter(call);
    wrapperLifecycle.enter(call);
    try {
      const outcome = call.start(
        engineFor(this.#wrapper, url),
        request.kind,
        withFlags(settings.numbers, flags),
        wordList({
          URL: url,
          METHOD: request.method,
          HEADERS: headers.lines,
          ID_STEM: stem,
          ...request.frame,
        }),
        request.inputs,
      );
      progress?.start(call);
      return await outcome;
    } catch (error) {
      throw fromNative(error);
    } finally {
      progress?.finish(call);
      this.#lifecycle.leave(call);
      wrapperLifecycle.leave(call);
    }
  }

  /** @param {import('../stream/request').StreamRequest} stream */
  #planStream(stream) {
    return planStream(stream, {
      endpoint: this.#endpoint,
      headers: this.#headers,
      latencies: latenciesOf(this.#wrapper),
      lifecycles: [this.#lifecycle, lifecycleOf(this.#wrapper)],
      send: (call, prepared, headers) => this.#send(call, prepared, headers),
    });
  }
}

module.exports = { PerformanceClient };
