'use strict';

const { AddressBlocks } = require('../base/address-blocks');
const { Refusal } = require('../base/errors');
const { hasBody } = require('../server/request-body');
const { Dispatchers } = require('./dispatchers');
const { passedHeaders } = require('./headers');
const { Relay } = require('./relay');

/** @typedef {import('../server/exchange').Exchange} Exchange */
/** @typedef {import('../plan/plan').Plan} Plan */
/** @typedef {import('./relay').Outbound} Outbound */

/**
 * CONNECT would make a tunnel, and TRACE show the caller what the upstream was
 * sent, the operator's key with it.
 */
const REFUSED_METHODS = new Set(['CONNECT', 'TRACE', 'TRACK']);

/** Sends requests on as they are, bytes in and bytes out. */
class PassThrough {
  #config;
  #dispatchers;
  #trustedProxies;

  /** @param {import('../start/config').Config} config */
  constructor(config) {
    this.#config = config;
    this.#dispatchers = new Dispatchers(config, process.env);
    this.#trustedProxies = new AddressBlocks(config.trustedProxies);
  }

  /**
   * @param {Exchange} exchange
   * @param {Plan} plan
   * @param {Buffer} [whole] the body, where it has been read already
   * @returns {Promise<void>}
   */
  async send(exchange, plan, whole) {
    if (REFUSED_METHODS.has(exchange.method))
      throw new Refusal(
        405,
        'METHOD_NOT_ALLOWED',
        `${exchange.method} is not passed through`,
      );
    const { maxBodyBytes } = this.#config;
    const body = whole ?? (hasBody(exchange.request) ? 'stream' : 'none');
    const { timeoutMs, totalTimeoutMs } = plan.preferences;
    const dispatcher = this.#dispatchers.for(plan.target);
    const outbound = this.#outbound(exchange, plan, body);
    await new Relay(exchange, dispatcher, outbound, {
      maxBodyBytes,
      timeoutMs,
      totalTimeoutMs,
    }).run(body);
  }

  /** Ends the connections that are kept. */
  close() {
    return this.#dispatchers.close();
  }

  /**
   * @param {Exchange} exchange
   * @param {Plan} plan
   * @param {Buffer | 'stream' | 'none'} body
   * @returns {Outbound}
   */
  #outbound(exchange, plan, body) {
    const { origin, prefix } = plan.target.url;
    const headers = passedHeaders(exchange, plan, this.#trustedProxies);
    if (Buffer.isBuffer(body)) headers['content-length'] = String(body.length);
    return {
      origin,
      path: prefix + exchange.path + exchange.search,
      method: /** @type {Outbound['method']} */ (exchange.method),
      headers,
    };
  }
}

module.exports = { PassThrough };
