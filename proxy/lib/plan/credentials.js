'use strict';

const crypto = require('node:crypto');

const { Refusal } = require('../base/errors');

/** @typedef {import('../server/exchange').Exchange} Exchange */

/** Schemes whose credential is a key, as OpenAI and Baseten send it. */
const KEY_SCHEME = /^(?:bearer|api-key)$/i;

/** @param {string} message */
function unauthorized(message) {
  return new Refusal(401, 'UNAUTHORIZED', message, {
    headers: {
      'www-authenticate': 'Bearer realm="baseten-performance-proxy"',
    },
  });
}

/** @typedef {{ scheme: string, credential: string }} Authorization */

/**
 * @param {string | undefined} authorization
 * @returns {Authorization | undefined}
 */
function parse(authorization = '') {
  const text = authorization.trim();
  const blank = text.search(/\s/);
  if (blank < 0) return undefined;
  return {
    scheme: text.slice(0, blank),
    credential: text.slice(blank).trim(),
  };
}

/** Who may call, and with whose key the upstream is asked. */
class Credentials {
  #operatorKey;
  #salt = crypto.randomBytes(32);

  /** @type {Buffer[] | undefined} */
  #clientDigests;

  /**
   * @param {object} config
   * @param {{ current(): string }} [config.upstreamApiKey]
   * @param {readonly string[]} [config.clientApiKeys]
   */
  constructor({ upstreamApiKey, clientApiKeys }) {
    this.#operatorKey = upstreamApiKey;
    if (clientApiKeys?.length)
      this.#clientDigests = clientApiKeys.map((key) => this.#digest(key));
  }

  /**
   * The authorization that a caller brings for the upstream. With client keys
   * there is none: what a caller brings is then meant for the proxy alone.
   * @param {Exchange} exchange
   * @returns {string | undefined}
   */
  ownOf(exchange) {
    const given = parse(exchange.header('authorization'));
    if (this.#clientDigests) {
      this.#admit(given, this.#clientDigests);
      return undefined;
    }
    if (given) return `${given.scheme} ${given.credential}`;
    if (this.#operatorKey) return undefined;
    throw unauthorized(
      'an API key is needed: send it as "Authorization: Bearer <key>"',
    );
  }

  /** What the operator's own targets are sent when the caller brings nothing. */
  get operators() {
    return this.#operatorKey && `Bearer ${this.#operatorKey.current()}`;
  }

  /**
   * What no answer may show.
   * @param {string} [authorization] what was sent to the upstream
   * @returns {string[]}
   */
  secrets(authorization) {
    const secrets = this.#operatorKey ? [this.#operatorKey.current()] : [];
    const sent = parse(authorization);
    if (sent) secrets.push(sent.credential);
    return secrets;
  }

  /**
   * Every key is compared, and digests of equal length, so that the time it
   * takes tells nothing about them.
   * @param {Authorization | undefined} given
   * @param {Buffer[]} digests
   */
  #admit(given, digests) {
    const isKey = given !== undefined && KEY_SCHEME.test(given.scheme);
    const digest = this.#digest(isKey ? given.credential : '');
    let matches = 0;
    for (const known of digests)
      matches += Number(crypto.timingSafeEqual(known, digest));
    if (isKey && matches > 0) return;
    throw unauthorized(
      isKey
        ? 'the API key is not one of those this proxy accepts'
        : 'this proxy needs one of its API keys: send it as "Authorization: Bearer <key>"',
    );
  }

  /** @param {string} key */
  #digest(key) {
    return crypto.createHmac('sha256', this.#salt).update(key).digest();
  }
}

module.exports = { Credentials };
