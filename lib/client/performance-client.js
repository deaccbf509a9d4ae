'use strict';

const { Call } = require('../call/call');
const { Coalescer } = require('../coalesce/coalescer');
const { BaseUrl } = require('../base/base-url');
const { EndpointPool } = require('../endpoints/endpoint-pool');
const { Host } = require('../call/host');
const {
  HttpClientWrapper,
  WRAPPER_NAMES,
  proxyFor,
  sharingWrapper,
} = require('../pool/http-client-wrapper');
const { ResultStream } = require('../stream/result-stream');
const {
  batchPostOptions,
  classifyOptions,
  embedOptions,
  isOptionsForm,
  readTerms,
  rerankOptions,
} = require('../call/options');
const { batchPostRequest, embedRequest } = require('../call/request');
const { classifyRequest, rerankRequest } = require('../call/scoring');
const {
  RequestProcessingPreference,
  checkApiKey,
  checkPreference,
} = require('../preference/preference');
const { checkHeaders } = require('../base/headers');
const {
  checkOptionNames,
  describe,
  invalidArgument,
  isGiven,
  isPlainObject,
  wrongType,
} = require('../base/check');
const { environmentApiKey } = require('../pool/environment');
const {
  planBatchPostStream,
  planClassifyStream,
  planEmbedStream,
  planRerankStream,
} = require('../stream/plan');

/**
 * What a client shares with its calls, and what it keeps for itself.
 * @typedef {object} ClientOptions
 * @property {import('../call/host').HostOptions} shared
 * @property {boolean} ownsWrapper was the wrapper made for this client alone?
 */

/** Options that a given wrapper's own decide in silence. */
const YIELDING_NAMES = new Set(['httpVersion', 'proxy']);

/** What a client may be told beside its base URL. */
const CLIENT_NAMES = new Set([
  ...['apiKey', 'clientWrapper', 'preference', 'headers', 'endpoints'],
  ...WRAPPER_NAMES,
]);

/** Stands under the calls of a client that is given none. */
const NO_PREFERENCE = new RequestProcessingPreference();

/**
 * The positional form (apiKey, httpVersion, clientWrapper, proxy, endpoints), or
 * one options object.
 * @param {unknown[]} args what follows the base URL
 * @returns {Record<string, unknown>}
 */
function namedArguments(args) {
  const [apiKey, httpVersion, clientWrapper, proxy, endpoints, ...others] =
    args;
  const isNamed = isPlainObject(apiKey);
  const extra = (isNamed ? args.slice(1) : others).find(isGiven);
  if (extra !== undefined)
    throw invalidArgument(
      TypeError,
      'arguments',
      `nothing may follow the ${isNamed ? 'options' : 'endpoints'} of ` +
        `PerformanceClient, got ${describe(extra)}`,
    );
  if (!isNamed) return { apiKey, httpVersion, clientWrapper, proxy, endpoints };
  checkOptionNames(apiKey, CLIENT_NAMES, 'PerformanceClient');
  return apiKey;
}

/**
 * A call that needs a key, and finds none, is refused; not the client, which
 * may send only calls that bring one.
 * @param {unknown} apiKey
 * @returns {string | undefined} '' when none is to be sent
 */
function findApiKey(apiKey) {
  if (apiKey === false) return '';
  if (isGiven(apiKey)) return checkApiKey(apiKey, 'apiKey');
  const found = environmentApiKey(process.env);
  return found && checkApiKey(found.value, found.name);
}

/**
 * @param {unknown} clientWrapper
 * @param {Record<string, unknown>} named
 * @returns {HttpClientWrapper}
 */
function checkWrapper(clientWrapper, named) {
  if (!(clientWrapper instanceof HttpClientWrapper))
    throw wrongType('clientWrapper', 'an HttpClientWrapper', clientWrapper);
  const idle = [...WRAPPER_NAMES].find(
    (name) => isGiven(named[name]) && !YIELDING_NAMES.has(name),
  );
  if (idle)
    throw invalidArgument(
      TypeError,
      idle,
      `${idle} must be given to the HttpClientWrapper, not beside it`,
    );
  return clientWrapper;
}

/**
 * One engine sends all that goes to a pool, and so by one way.
 * @param {unknown} endpoints
 * @param {HttpClientWrapper} wrapper
 * @returns {EndpointPool | undefined}
 */
function checkPool(endpoints, wrapper) {
  if (!isGiven(endpoints)) return undefined;
  if (!(endpoints instanceof EndpointPool))
    throw wrongType('endpoints', 'an EndpointPool', endpoints);
  const urls = endpoints.endpoints.map(({ baseUrl }) => baseUrl);
  if (new Set(urls.map((url) => proxyFor(wrapper, url))).size > 1)
    throw invalidArgument(
      RangeError,
      'endpoints',
      'endpoints of one pool must be reached through the same forward proxy, ' +
        'but http and https have different ones in the environment',
    );
  return endpoints;
}

/**
 * @param {Record<string, unknown>} named
 * @returns {HttpClientWrapper}
 */
function makeWrapper(named) {
  return sharingWrapper(
    Object.fromEntries(
      Array.from(WRAPPER_NAMES, (name) => [name, named[name]]),
    ),
  );
}

/**
 * Without a wrapper the client makes its own, which shares the pools of clients
 * with equal settings; with one, httpVersion and proxy are the wrapper's.
 * @param {unknown[]} args what follows the base URL
 * @returns {ClientOptions}
 */
function readClientOptions(args) {
  const named = namedArguments(args);
  const { preference, headers, clientWrapper } = named;
  const ownsWrapper = !isGiven(clientWrapper);
  const wrapper = ownsWrapper
    ? makeWrapper(named)
    : checkWrapper(clientWrapper, named);
  const shared = {
    apiKey: findApiKey(named.apiKey),
    wrapper,
    endpoints: checkPool(named.endpoints, wrapper),
    preference: isGiven(preference)
      ? checkPreference(preference, 'preference')
      : NO_PREFERENCE,
    headers: isGiven(headers) ? checkHeaders(headers, 'headers') : undefined,
  };
  return { shared, ownsWrapper };
}

/** Sends many requests at once to one deployment; safe to share and reuse. */
class PerformanceClient {
  #host;
  #ownsWrapper;

  /**
   * @param {string | null | undefined} baseUrl of no use where there are
   * endpoints
   * @param {unknown[]} args apiKey, httpVersion, clientWrapper, proxy, endpoints;
   * or one options object
   */
  constructor(baseUrl, ...args) {
    const { shared, ownsWrapper } = readClientOptions(args);
    const base =
      shared.endpoints && !isGiven(baseUrl) ? undefined : new BaseUrl(baseUrl);
    this.#host = new Host(base, shared);
    this.#ownsWrapper = ownsWrapper;
  }

  get clientWrapper() {
    return this.#host.wrapper;
  }

  getClientWrapper() {
    return this.#host.wrapper;
  }

  /**
   * @param {string | string[]} input
   * @param {string} model
   * @param {unknown[]} rest encodingFormat, dimensions, user, preference; or an
   * options object
   */
  async embed(input, model, ...rest) {
    PerformanceClient.#checkThis(this, 'embed');
    const options = embedOptions(rest);
    const mayBeEmpty = isOptionsForm(rest);
    const request = embedRequest(input, model, options, mayBeEmpty);
    return await this.#run(request, options);
  }

  /**
   * @param {string} query
   * @param {string[]} texts
   * @param {unknown[]} rest model, returnText, preference; or rawScores, model,
   * returnText, truncate, truncationDirection, preference; or an options object
   */
  async rerank(query, texts, ...rest) {
    PerformanceClient.#checkThis(this, 'rerank');
    const options = rerankOptions(rest);
    const mayBeEmpty = isOptionsForm(rest);
    const request = rerankRequest(query, texts, options, mayBeEmpty);
    return await this.#run(request, options);
  }

  /**
   * @param {string[]} inputs
   * @param {unknown[]} rest model, preference; or model, rawScores, truncate,
   * truncationDirection, preference; or an options object
   */
  async classify(inputs, ...rest) {
    PerformanceClient.#checkThis(this, 'classify');
    const options = classifyOptions(rest);
    const request = classifyRequest(inputs, options, isOptionsForm(rest));
    return await this.#run(request, options);
  }

  /**
   * @param {string} urlPath
   * @param {unknown[]} payloads
   * @param {unknown[]} rest preference, headers and method, in any order; or an
   * options object
   */
  async batchPost(urlPath, payloads, ...rest) {
    PerformanceClient.#checkThis(this, 'batchPost');
    const options = batchPostOptions(rest);
    const mayBeEmpty = isOptionsForm(rest);
    const request = batchPostRequest(urlPath, payloads, options, mayBeEmpty);
    return await this.#run(request, options);
  }

  /**
   * @param {Iterable<unknown> | AsyncIterable<unknown>} source
   * @param {string} model
   * @param {unknown} [options]
   */
  embedStream(source, model, options) {
    return new ResultStream(() => {
      PerformanceClient.#checkThis(this, 'embedStream');
      return planEmbedStream(source, model, options, this.#host);
    });
  }

  /**
   * @param {string} query
   * @param {Iterable<unknown> | AsyncIterable<unknown>} source
   * @param {unknown} [options]
   */
  rerankStream(query, source, options) {
    return new ResultStream(() => {
      PerformanceClient.#checkThis(this, 'rerankStream');
      return planRerankStream(query, source, options, this.#host);
    });
  }

  /**
   * @param {Iterable<unknown> | AsyncIterable<unknown>} source
   * @param {unknown} [options]
   */
  classifyStream(source, options) {
    return new ResultStream(() => {
      PerformanceClient.#checkThis(this, 'classifyStream');
      return planClassifyStream(source, options, this.#host);
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
      return planBatchPostStream(urlPath, source, options, this.#host);
    });
  }

  /**
   * Calls of single texts that travel together.
   * @param {unknown} [options] maxDelayMs, maxBatchSize
   */
  coalesce(options) {
    PerformanceClient.#checkThis(this, 'coalesce');
    return new Coalescer(this.#host, options);
  }

  /** What its pool of connections has done so far, for all clients of it. */
  stats() {
    PerformanceClient.#checkThis(this, 'stats');
    return this.#host.wrapper.stats();
  }

  /** Refuses new calls, lets the running ones finish, then lets go. */
  async close() {
    await this.#host.lifecycle.finish();
    if (this.#ownsWrapper) await this.#host.wrapper.close();
  }

  /** Ends the running calls of this client now, with code CLOSED. */
  async destroy() {
    const finished = this.#host.lifecycle.finish();
    this.#host.lifecycle.interrupt();
    await finished;
    if (this.#ownsWrapper) await this.#host.wrapper.destroy();
  }

  [Symbol.asyncDispose]() {
    return this.close();
  }

  /**
   * @param {unknown} self
   * @param {string} method
   */
  static #checkThis(self, method) {
    if (typeof self !== 'object' || self === null || !(#host in self))
      throw new TypeError(`${method} must be called on a PerformanceClient`);
  }

  /**
   * Checks what is left to check, and makes the call.
   * @param {import('../call/request').CallRequest} request
   * @param {import('../call/options').RawOptions} options
   */
  async #run(request, options) {
    const terms = readTerms(options, this.#host.preference);
    const call = new Call(request, terms, this.#host);
    call.check();
    return await call.respond();
  }
}

module.exports = { CLIENT_NAMES, PerformanceClient };
