'use strict';

const crypto = require('node:crypto');

const { BatchPostResponse } = require('./batch-post-response');
const { Call } = require('./call');
const {
  batchPostForm,
  classifyForm,
  embedForm,
  rerankForm,
} = require('./call-forms');
const { cancelSources, readSettings } = require('./call-options');
const {
  batchPostRequest,
  classifyRequest,
  embedRequest,
  rerankRequest,
} = require('./call-request');
const { refuseCancelled } = require('./cancellation');
const { ClassificationResponse } = require('./classification-response');
const { readClientOptions } = require('./client-options');
const { EmbeddingsResponse } = require('./embeddings-response');
const { Endpoint } = require('./endpoint');
const { requestIdPrefix } = require('./environment');
const { fromNative } = require('./errors');
const { failureError } = require('./failure');
const { engineFor, lifecycleOf } = require('./http-client-wrapper');
const { Lifecycle } = require('./lifecycle');
const { RequestHeaders } = require('./request-headers');
const { RerankResponse } = require('./rerank-response');

/** @typedef {import('./call-request').CallRequest} CallRequest */
/** @typedef {import('./preference-values').Settings} Settings */

const FLAGS = 10;

const KIND_BATCH_POST = 3;

/**
 * The engine's numbers with the flags of one call.
 * @param {Settings} settings
 * @param {number} flags
 * @returns {Readonly<Float64Array>}
 */
function numbersWith({ numbers }, flags) {
  if (flags === 0) return numbers;
  const own = numbers.slice();
  own[FLAGS] = flags;
  return own;
}

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
    const { answers, summary } = await this.#run(request, options);
    return new EmbeddingsResponse(answers, summary, model, request.form);
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
    const { answers, values } = await this.#run(request, options);
    return new RerankResponse(answers, values);
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
    const { answers, values } = await this.#run(request, options);
    return new ClassificationResponse(answers, values);
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
    const { answers, values } = await this.#run(request, options);
    return new BatchPostResponse(answers, values);
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
   * Sends a call and waits for its end. Everything up to the first await
   * happens before the method returns, so the caller's arrays are its own
   * again. Errors are made here, behind the await: their stack is the caller's.
   * @param {CallRequest} request
   * @param {Record<string, unknown>} options
   */
  async #run(request, options) {
    const settings = readSettings(options);
    const sources = cancelSources(settings, options);
    const url = this.#endpoint.urlFor(request.path);
    this.#lifecycle.check();
    lifecycleOf(this.#wrapper).check();
    refuseCancelled(sources);

    const startedAt = performance.now();
    const headers = this.#headers.forRequest(settings, request);
    const call = new Call(sources);
    const outcome = await this.#send(call, request, settings, url, headers);
    if (outcome.failure)
      throw failureError(outcome.failure, {
        method: request.method,
        url,
        noun: request.kind === KIND_BATCH_POST ? 'payload' : 'input',
        secrets: headers.secrets,
        cause: outcome.cause,
      });
    const totalSeconds = (performance.now() - startedAt) / 1000;
    const { heads, seconds, values } = call;
    const answers = { heads, seconds, totalSeconds };
    return { answers, values, summary: outcome.summary };
  }

  /**
   * @param {Call} call
   * @param {CallRequest} request
   * @param {Settings} settings
   * @param {string} url
   * @param {import('./request-headers').RenderedHeaders} headers
   */
  async #send(call, request, settings, url, { lines, flags }) {
    const stem = `${this.#requestIdPrefix}-${randomDigits()}`;
    const wrapperLifecycle = lifecycleOf(this.#wrapper);
    this.#lifecycle.enter(call);
    wrapperLifecycle.enter(call);
    try {
      return await call.start(
        engineFor(this.#wrapper, url),
        request.kind,
        numbersWith(settings, request.flags | flags),
        [url, request.method, lines, stem, ...request.frame],
        request.inputs,
      );
    } catch (error) {
      throw fromNative(error);
    } finally {
      this.#lifecycle.leave(call);
      wrapperLifecycle.leave(call);
    }
  }
}

module.exports = { PerformanceClient };
