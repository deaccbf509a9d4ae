'use strict';

const crypto = require('node:crypto');

const binding = require('../native/binding');
const {
  checkString,
  invalidArgument,
  outOfRange,
  wrongType,
} = require('../base/check');
const { FLAG } = require('../native/contract');
const { keysIn, mergeHeaders, renderHeaders } = require('../base/headers');
const { Lifecycle } = require('../cancellation/cancellation');
const { lifecycleOf } = require('../pool/http-client-wrapper');
const { activeTrace } = require('../preference/trace-context');
const { requestIdPrefix } = require('../pool/environment');
const { version } = require('../base/version');

/** @typedef {import('../base/headers').HeaderMap} HeaderMap */
/** @typedef {import('../pool/http-client-wrapper').HttpClientWrapper} HttpClientWrapper */
/** @typedef {import('../preference/preference').RequestProcessingPreference} RequestProcessingPreference */
/** @typedef {import('../preference/preference').Settings} Settings */

/**
 * @typedef {object} RenderedHeaders
 * @property {string} lines
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
 */

/** Blanks and control characters, which URL parsers drop in silence. */
// eslint-disable-next-line no-control-regex
const UNPRINTABLE = /[\u0000-\u0020\u007f]/;

const BASE_URL = 'an http or https URL';

/** Base URLs of OpenAI's kind end in what paths here begin with: once is enough. */
const VERSION = '/v1';
const VERSION_PATH = `${VERSION}/`;

const USER_AGENT = `baseten-performance-client/${version}`;

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

/**
 * A URL without the login it may hold.
 * @param {string} text
 */
function withoutLogin(text) {
  return text.replace(/\/\/[^/]*@/, '//[redacted]@');
}

/**
 * @param {unknown} value
 * @returns {URL}
 */
function checkBaseUrl(value) {
  if (typeof value !== 'string') throw wrongType('baseUrl', BASE_URL, value);
  const text = value.trim();
  const url =
    UNPRINTABLE.test(text) || !URL.canParse(text) ? undefined : new URL(text);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw outOfRange('baseUrl', BASE_URL, withoutLogin(text));
  if (url.username || url.password || url.search || url.hash)
    throw invalidArgument(
      RangeError,
      'baseUrl',
      'baseUrl must not hold a login, a query or a fragment',
    );
  return url;
}

/** Where a client's requests go: an origin and perhaps a path in front. */
class Endpoint {
  #origin;
  #prefix;

  /** The path asked for last; most clients ask for one. */
  #lastPath = '';
  #lastUrl = '';

  /** @param {unknown} baseUrl */
  constructor(baseUrl) {
    const url = checkBaseUrl(baseUrl);
    this.#origin = url.origin;
    this.#prefix = url.pathname.replace(/\/+$/, '');
  }

  /**
   * The full URL of a path below the endpoint.
   * @param {string} path
   * @returns {string}
   */
  urlFor(path) {
    if (path !== this.#lastPath || this.#lastUrl === '') {
      this.#lastUrl = this.#resolve(path);
      this.#lastPath = path;
    }
    return this.#lastUrl;
  }

  /** @param {string} path */
  #resolve(path) {
    const text = checkString(path, 'urlPath').trim();
    if (UNPRINTABLE.test(text) || /^[a-z][a-z0-9+.-]*:\/\/|[\\#]/i.test(text))
      throw outOfRange(
        'urlPath',
        'a path without scheme, blanks, backslashes and fragment',
        withoutLogin(text),
      );
    const below = text.startsWith('/') ? text : `/${text}`;
    const isTwice =
      this.#prefix.endsWith(VERSION) && below.startsWith(VERSION_PATH);
    const rest = isTwice ? below.slice(VERSION.length) : below;
    const url = new URL(`${this.#origin}${this.#prefix}${rest}`);
    if (!url.pathname.startsWith(`${this.#prefix}/`))
      throw outOfRange('urlPath', 'a path inside the base URL', text);
    return url.href;
  }
}

function missingApiKey() {
  return invalidArgument(
    TypeError,
    'apiKey',
    'apiKey must be given, or stand in BASETEN_API_KEY or OPENAI_API_KEY; ' +
      'give apiKey: false to a server that needs none',
  );
}

/** What the calls of one client share. */
class Host {
  #apiKey;
  #requestIdPrefix = requestIdPrefix(process.env);

  #headers;

  /** @type {WeakMap<Settings, Map<string, RenderedHeaders>>} */
  #rendered = new WeakMap();

  /** Has its server refused base64? Then calls do not ask for it unbidden. */
  refusesBase64 = false;

  /**
   * @param {Endpoint} endpoint
   * @param {HostOptions} options
   */
  constructor(endpoint, { apiKey, wrapper, preference, headers }) {
    this.endpoint = endpoint;
    this.#apiKey = apiKey;
    this.#headers = headers;
    this.wrapper = wrapper;
    this.preference = preference;
    this.lifecycle = new Lifecycle('PerformanceClient');
    this.lifecycles = [this.lifecycle, lifecycleOf(wrapper)];
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
    const lines = `${rendered.lines}\n${renderHeaders(trace)}`;
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
  #render(settings, { hasBody, accept, headers }) {
    const apiKey = settings.apiKey ?? this.#apiKey;
    const asked = mergeHeaders(this.#headers, settings.headers, headers);
    if (apiKey === undefined && !asked.has('authorization'))
      throw missingApiKey();
    /** @type {HeaderMap} */
    const ours = new Map();
    if (apiKey) ours.set('authorization', `Bearer ${apiKey}`);
    if (hasBody) ours.set('content-type', 'application/json');
    ours.set('user-agent', USER_AGENT);
    ours.set('accept', accept);
    const { encodings } = binding.native().info();
    if (encodings) ours.set('accept-encoding', encodings);

    const all = mergeHeaders(ours, asked);
    const authorization = all.get('authorization') ?? '';
    const credential = authorization.slice(authorization.lastIndexOf(' ') + 1);
    return {
      lines: renderHeaders(all),
      hasTrace: all.has('traceparent'),
      flags: headerFlags(all),
      secrets: [this.#apiKey ?? '', apiKey ?? '', credential, ...keysIn(all)],
    };
  }
}

module.exports = { Endpoint, Host, headerFlags };
