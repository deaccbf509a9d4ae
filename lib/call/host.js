'use strict';

const crypto = require('node:crypto');

const binding = require('../native/binding');
const { invalidArgument } = require('../base/check');
const { FLAG } = require('../native/contract');
const { keysIn, mergeHeaders, renderHeaders } = require('../base/headers');
const { Lifecycle } = require('../cancellation/cancellation');
const { lifecycleOf } = require('../pool/http-client-wrapper');
const { sitesOf } = require('../endpoints/endpoint-pool');
const { activeTrace } = require('../preference/trace-context');
const { requestIdPrefix } = require('../pool/environment');
const { USER_AGENT } = require('../base/version');

/** @typedef {import('../base/base-url').BaseUrl} BaseUrl */
/** @typedef {import('../base/headers').HeaderMap} HeaderMap */
/** @typedef {import('../endpoints/endpoint').Site} Site */
/** @typedef {import('../pool/http-client-wrapper').HttpClientWrapper} HttpClientWrapper */
/** @typedef {import('../preference/preference').RequestProcessingPreference} RequestProcessingPreference */
/** @typedef {import('../preference/preference').Settings} Settings */

/**
 * @typedef {object} RenderedHeaders
 * @property {readonly string[]} lines of each base URL, as their keys differ
 * @property {boolean} hasTrace do they say which trace the call belongs to?
 * @property {number} flags per-attempt headers that the caller took over
 * @property {readonly string[]} secrets what errors must never show
 */

/**
 * What the headers of a call follow from.
 * @typedef {object} RequestFacts
 * @property {boolean} hasBody
 * @property {string} accept
 * @property {HeaderMap} [headers] of this call alone
 */

/**
 * What a client brings to all its calls.
 * @typedef {object} HostOptions
 * @property {string} [apiKey] '' for none; left out where only calls with a key
 * of their own may be sent
 * @property {HttpClientWrapper} wrapper
 * @property {RequestProcessingPreference} preference that calls stand on
 * @property {HeaderMap} [headers]
 * @property {import('../endpoints/endpoint-pool').EndpointPool} [endpoints] to
 * which the calls go instead
 */

/** Headers made anew for every attempt, and the flag that says: not by us. */
const PER_ATTEMPT_FLAGS = new Map([
  ['x-baseten-customer-request-id', FLAG.OWN_REQUEST_ID],
  ['request-timeout-ms', FLAG.OWN_TIMEOUT],
  ['request-deadline-ms', FLAG.OWN_DEADLINE],
]);

/**
 * Tells the engine which of its per-attempt headers the caller took over.
 * @param {HeaderMap} headers
 * @returns {number} flags
 */
function headerFlags(headers) {
  let flags = 0;
  for (const [name, flag] of PER_ATTEMPT_FLAGS)
    if (headers.has(name)) flags |= flag;
  return flags;
}

function missingApiKey() {
  return invalidArgument(
    TypeError,
    'apiKey',
    'apiKey must be given, or stand in BASETEN_API_KEY or OPENAI_API_KEY; ' +
      'give apiKey: false to a server that needs none',
  );
}

/**
 * @param {string | undefined} apiKey '' for none
 * @param {RequestFacts} request
 * @param {HeaderMap} asked what callers want goes over what is ours
 * @returns {HeaderMap}
 */
function headersWith(apiKey, { hasBody, accept }, asked) {
  /** @type {HeaderMap} */
  const ours = new Map();
  if (apiKey) ours.set('authorization', `Bearer ${apiKey}`);
  if (hasBody) ours.set('content-type', 'application/json');
  ours.set('user-agent', USER_AGENT);
  ours.set('accept', accept);
  const { encodings } = binding.native().info();
  if (encodings) ours.set('accept-encoding', encodings);
  return mergeHeaders(ours, asked);
}

/** @param {HeaderMap} headers */
function credentialIn(headers) {
  const authorization = headers.get('authorization') ?? '';
  return authorization.slice(authorization.lastIndexOf(' ') + 1);
}

/** What the calls of one client share. */
class Host {
  /** @type {readonly Site[]} */
  #sites;

  #requestIdPrefix = requestIdPrefix(process.env);

  #headers;

  /** @type {WeakMap<Settings, Map<string, RenderedHeaders>>} */
  #rendered = new WeakMap();

  /** Has its server refused base64? Then calls do not ask for it unbidden. */
  refusesBase64 = false;

  /**
   * @param {BaseUrl | undefined} base left out where there are endpoints
   * @param {HostOptions} options
   */
  constructor(base, { apiKey, wrapper, preference, headers, endpoints }) {
    const only = /** @type {Site} */ ({ base, apiKey });
    this.#sites = endpoints ? sitesOf(endpoints) : [only];
    this.endpoints = endpoints;
    this.#headers = headers;
    this.wrapper = wrapper;
    this.preference = preference;
    this.lifecycle = new Lifecycle('PerformanceClient');
    this.lifecycles = [this.lifecycle, lifecycleOf(wrapper)];
  }

  /**
   * Where a call can go.
   * @param {string} path
   * @returns {string[]} one URL, or one for each endpoint
   */
  urlsFor(path) {
    return this.#sites.map(({ base }) => base.urlFor(path));
  }

  /**
   * What the ids of a call's requests begin with; its ten hexadecimal digits
   * are from the random end of a UUID.
   */
  newRequestIdStem() {
    return `${this.#requestIdPrefix}-${crypto.randomUUID().slice(-10)}`;
  }

  /**
   * The headers of a call, with those of the trace that is active here.
   * @param {Settings} settings
   * @param {RequestFacts} request
   * @returns {RenderedHeaders}
   */
  headersFor(settings, request) {
    const rendered = this.#headersOf(settings, request);
    const trace =
      settings.followsTrace && !rendered.hasTrace ? activeTrace() : undefined;
    if (!trace) return rendered;
    const last = renderHeaders(trace);
    const lines = rendered.lines.map((own) => `${own}\n${last}`);
    return { ...rendered, lines };
  }

  /**
   * Rendered once for each preference, unless the call has some of its own.
   * @param {Settings} settings
   * @param {RequestFacts} request
   * @returns {RenderedHeaders}
   */
  #headersOf(settings, request) {
    const { hasBody, accept } = request;
    if (request.headers) return this.#render(settings, request);
    let known = this.#rendered.get(settings);
    if (!known) {
      known = new Map();
      this.#rendered.set(settings, known);
    }
    const key = hasBody ? accept : `bodiless ${accept}`;
    let rendered = known.get(key);
    if (!rendered) {
      rendered = this.#render(settings, request);
      known.set(key, rendered);
    }
    return rendered;
  }

  /**
   * @param {Settings} settings
   * @param {RequestFacts} request
   * @returns {RenderedHeaders}
   */
  #render(settings, request) {
    const asked = mergeHeaders(
      this.#headers,
      settings.headers,
      request.headers,
    );
    const keys = this.#sites.map(({ apiKey }) => settings.apiKey ?? apiKey);
    if (keys.includes(undefined) && !asked.has('authorization'))
      throw missingApiKey();
    const all = keys.map((key) => headersWith(key, request, asked));
    const [first] = all;
    return {
      lines: all.map(renderHeaders),
      hasTrace: first.has('traceparent'),
      flags: headerFlags(first),
      secrets: [
        settings.apiKey ?? '',
        ...this.#sites.map(({ apiKey }) => apiKey ?? ''),
        ...all.flatMap((one) => [credentialIn(one), ...keysIn(one)]),
      ],
    };
  }
}

module.exports = { Host, headerFlags };
