'use strict';

const http = require('node:http');
const https = require('node:https');

const { hasBody } = require('./body-start');
const { lookupPublic } = require('../plan/public-addresses');
const { Refusal } = require('../base/refusal');
const { Relay } = require('./relay');
const { requestPath } = require('../plan/request-path');
const { passedHeaders } = require('./upstream-headers');

/** @typedef {import('../server/exchange').Exchange} Exchange */
/** @typedef {import('../plan/plan').Plan} Plan */

/** How long a connection is kept for the next request. */
const IDLE_MS = 30_000;

/**
 * @param {number} maxInFlight 0 for no limit
 * @param {import('node:net').LookupFunction} [lookup]
 */
function createAgents(maxInFlight, lookup) {
  const options = {
    keepAlive: true,
    timeout: IDLE_MS,
    maxSockets: maxInFlight || Infinity,
    ...(lookup && { lookup }),
  };
  return {
    'http:': new http.Agent(options),
    'https:': new https.Agent(options),
  };
}

/**
 * CONNECT would make a tunnel, and TRACE show the caller what the upstream was
 * sent, the operator's key with it.
 */
const REFUSED_METHODS = new Set(['CONNECT', 'TRACE', 'TRACK']);

/** Sends requests on as they are, bytes in and bytes out. */
class PassThrough {
  #config;
  #trusted;
  #open;

  /** @param {import('../start/config').Config} config */
  constructor(config) {
    this.#config = config;
    this.#trusted = createAgents(config.maxInFlight);
    this.#open = createAgents(
      config.maxInFlight,
      /** @type {any} */ (lookupPublic),
    );
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
    const declared = Number(exchange.header('content-length') ?? 0);
    if (declared > maxBodyBytes)
      throw new Refusal(
        413,
        'BODY_TOO_LARGE',
        `the body must have at most ${maxBodyBytes} bytes`,
      );
    const body = whole ?? (hasBody(exchange) ? 'stream' : 'none');
    const upstream = this.#request(exchange, plan, body);
    const limits = {
      maxBodyBytes,
      timeoutMs: plan.preferences.timeoutMs,
      idleTimeoutMs: 1000 * this.#config.idleTimeoutS,
    };
    await new Relay(exchange, upstream, limits).run(body);
  }

  /** Ends the connections that are kept. */
  close() {
    for (const agents of [this.#trusted, this.#open])
      for (const agent of Object.values(agents)) agent.destroy();
  }

  /**
   * @param {Exchange} exchange
   * @param {Plan} plan
   * @param {Buffer | 'stream' | 'none'} body
   * @returns {http.ClientRequest}
   */
  #request(exchange, { target, preferences }, body) {
    const { url, isTrusted, authorization } = target;
    const headers = passedHeaders(
      exchange,
      url.host,
      authorization,
      preferences.extraHeaders,
    );
    if (Buffer.isBuffer(body)) headers['content-length'] = String(body.length);
    else if (body === 'stream' && headers['content-length'] === undefined)
      headers['transfer-encoding'] = 'chunked';
    const agents = isTrusted ? this.#trusted : this.#open;
    const { request } = url.protocol === 'https:' ? https : http;
    return request({
      agent: agents[url.protocol],
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port,
      method: exchange.method,
      path: url.prefix + requestPath(exchange),
      headers,
    });
  }
}

module.exports = { PassThrough };
