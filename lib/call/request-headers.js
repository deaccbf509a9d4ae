'use strict';

const binding = require('../native/binding');
const { FLAG } = require('../native/contract');
const { keysIn, mergeHeaders, renderHeaders } = require('../base/headers');
const { version } = require('../base/version');

/** @typedef {import('../base/headers').HeaderMap} HeaderMap */
/** @typedef {import('../preference/preference').Settings} Settings */

/**
 * @typedef {object} RenderedHeaders
 * @property {string} lines
 * @property {number} flags per-attempt headers that the caller took over
 * @property {readonly string[]} secrets what errors must never show
 */

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
 * The credential behind the scheme of an authorization header.
 * @param {string} authorization
 * @returns {string}
 */
function credential(authorization) {
  return authorization.slice(authorization.lastIndexOf(' ') + 1);
}

/** The headers of a client's requests, rendered once for each preference. */
class RequestHeaders {
  #apiKey;

  /** @type {WeakMap<Settings, Map<boolean, RenderedHeaders>>} */
  #rendered = new WeakMap();

  /** @param {string} apiKey */
  constructor(apiKey) {
    this.#apiKey = apiKey;
  }

  /**
   * @param {Settings} settings
   * @param {{ hasBody: boolean, headers?: HeaderMap }} request
   * @returns {RenderedHeaders}
   */
  forRequest(settings, { hasBody, headers }) {
    if (headers) return this.#render(settings, hasBody, headers);
    let known = this.#rendered.get(settings);
    if (!known) {
      known = new Map();
      this.#rendered.set(settings, known);
    }
    let rendered = known.get(hasBody);
    if (!rendered) {
      rendered = this.#render(settings, hasBody);
      known.set(hasBody, rendered);
    }
    return rendered;
  }

  /**
   * @param {Settings} settings
   * @param {boolean} hasBody
   * @param {HeaderMap} [headers] of this call alone
   * @returns {RenderedHeaders}
   */
  #render(settings, hasBody, headers) {
    const apiKey = settings.apiKey ?? this.#apiKey;
    /** @type {HeaderMap} */
    const ours = new Map([['authorization', `Bearer ${apiKey}`]]);
    if (hasBody) ours.set('content-type', 'application/json');
    ours.set('user-agent', USER_AGENT);
    ours.set('accept', 'application/json');
    const { encodings } = binding.native().info();
    if (encodings) ours.set('accept-encoding', encodings);

    const all = mergeHeaders(ours, settings.headers, headers);
    const sent = credential(/** @type {string} */ (all.get('authorization')));
    return {
      lines: renderHeaders(all),
      flags: headerFlags(all),
      secrets: [this.#apiKey, apiKey, sent, ...keysIn(all)],
    };
  }
}

module.exports = { RequestHeaders, headerFlags };
