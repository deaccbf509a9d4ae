'use strict';

const { mayBePublic } = require('./public-addresses');
const { Recent } = require('../base/lru');
const { Refusal } = require('../base/refusal');
const { TargetPattern } = require('./target-pattern');
const { parseTargetUrl } = require('./target-url');

/** @typedef {import('./credentials').Credentials} Credentials */
/** @typedef {import('../server/exchange').Exchange} Exchange */
/** @typedef {import('./preferences').RequestPreferences} RequestPreferences */
/** @typedef {import('./target-url').TargetUrl} TargetUrl */

/**
 * @typedef {object} Destination
 * @property {Readonly<TargetUrl>} url
 * @property {boolean} isTrusted did the operator name it?
 */

/**
 * Where one request goes, and what it shows there.
 * @typedef {object} Target
 * @property {Readonly<TargetUrl>} url
 * @property {boolean} isTrusted
 * @property {string} [authorization]
 */

/** Targets of at most this many different texts are remembered. */
const REMEMBERED = 256;

/** Decides where a request goes. Only the operator's targets see its key. */
class Targets {
  #credentials;
  #allowed;

  /** @type {Destination | undefined} */
  #default;

  /** @type {Recent<Destination>} */
  #recent = new Recent(REMEMBERED, (text) => this.#judge(text));

  /**
   * @param {{ targetUrl?: string, allowTargets: readonly string[] }} config
   * @param {Credentials} credentials
   */
  constructor({ targetUrl, allowTargets }, credentials) {
    this.#credentials = credentials;
    this.#allowed = allowTargets.map((text) => new TargetPattern(text));
    if (targetUrl !== undefined)
      this.#default = Object.freeze({
        url: parseTargetUrl(targetUrl, '--target-url'),
        isTrusted: true,
      });
  }

  /**
   * @param {Exchange} exchange
   * @param {Readonly<RequestPreferences>} preferences
   * @param {string | undefined} own the authorization the caller brought
   * @returns {Target}
   */
  resolve(exchange, { targetHost }, own) {
    const destination = this.#destination(exchange, targetHost);
    const { url, isTrusted } = destination;
    if (isTrusted)
      return {
        ...destination,
        authorization: own ?? this.#credentials.operators,
      };
    if (own === undefined)
      throw new Refusal(
        403,
        'TARGET_FORBIDDEN',
        `the operator's key is not sent to ${url.origin}: bring a key of your own, or have the proxy started with --allow-target ${url.origin}`,
      );
    if (!mayBePublic(url.hostname))
      throw new Refusal(
        403,
        'TARGET_FORBIDDEN',
        `${url.hostname} is not a public address: the proxy must be started with --allow-target ${url.origin}`,
      );
    return { ...destination, authorization: own };
  }

  /**
   * @param {Exchange} exchange
   * @param {string} [targetHost]
   * @returns {Destination}
   */
  #destination(exchange, targetHost) {
    const header = exchange.header('x-target-host');
    const text = header ?? targetHost;
    if (text !== undefined) {
      const argument = header === undefined ? 'target_host' : 'X-Target-Host';
      return this.#read(text, argument);
    }
    if (this.#default) return this.#default;
    throw new Refusal(
      400,
      'NO_TARGET',
      'no target: send X-Target-Host, or have the proxy started with --target-url',
    );
  }

  /**
   * @param {string} text
   * @param {string} argument
   * @returns {Destination}
   */
  #read(text, argument) {
    try {
      return this.#recent.get(text);
    } catch (error) {
      if (error.code !== 'INVALID_ARGUMENT') throw error;
      const message = error.message.replace(error.argument, argument);
      throw new Refusal(400, 'INVALID_TARGET', message);
    }
  }

  /**
   * @param {string} text
   * @returns {Destination}
   */
  #judge(text) {
    const url = parseTargetUrl(text, 'X-Target-Host');
    const isTrusted =
      url.origin === this.#default?.url.origin ||
      this.#allowed.some((pattern) => pattern.matches(url));
    return Object.freeze({ url, isTrusted });
  }
}

module.exports = { Targets };
