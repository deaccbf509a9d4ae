'use strict';

const http = require('node:http');
const https = require('node:https');

const { Refusal } = require('../base/errors');
const { lookupPublic } = require('../plan/public-addresses');
const { hasBody, tooLarge } = require('../server/request-body');
const { passedAnswerHeaders, passedHeaders } = require('./headers');

/** @typedef {import('node:http').ClientRequest} ClientRequest */
/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('../server/exchange').Exchange} Exchange */
/** @typedef {import('../plan/plan').Plan} Plan */

/** How long a connection is kept for the next request. */
const IDLE_MS = 30_000;

/**
 * CONNECT would make a tunnel, and TRACE show the caller what the upstream was
 * sent, the operator's key with it.
 */
const REFUSED_METHODS = new Set(['CONNECT', 'TRACE', 'TRACK']);

/**
 * @typedef {object} RelayLimits
 * @property {number} maxBodyBytes
 * @property {number} timeoutMs without any progress before the answer begins
 */

/** @param {NodeJS.ErrnoException} cause */
function connectionRefusal(cause) {
  const { code = '', message } = cause;
  if (code === 'ERR_ADDRESS_NOT_PUBLIC')
    return new Refusal(
      403,
      'TARGET_FORBIDDEN',
      `${message}: the proxy must be started with an --allow-target for it`,
    );
  const [name, sentence] = code.startsWith('HPE_')
    ? ['PARSE_ERROR', "the upstream's answer is broken"]
    : ['CONNECTION_ERROR', 'the connection to the upstream failed'];
  return new Refusal(502, name, sentence, { cause });
}

/** One request passed through, and its answer, both as they stream in. */
class Relay {
  #exchange;
  #upstream;
  #limits;
  #timer;
  #startedAt = performance.now();
  #isOver = false;

  /** @type {IncomingMessage | undefined} */
  #answer;

  /** @type {() => void} */
  #resolve = () => {};

  /** @type {(refusal: Refusal) => void} */
  #reject = () => {};

  /**
   * @param {Exchange} exchange
   * @param {ClientRequest} upstream
   * @param {RelayLimits} limits
   */
  constructor(exchange, upstream, limits) {
    this.#exchange = exchange;
    this.#upstream = upstream;
    this.#limits = limits;
    this.#timer = setTimeout(() => this.#onTimeout(), limits.timeoutMs);
  }

  /**
   * Resolves when the answer is over, whole or broken off.
   * @param {Buffer | 'stream' | 'none'} body
   * @returns {Promise<void>}
   */
  run(body) {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#upstream.on('response', (answer) => this.#onAnswer(answer));
      this.#upstream.on('error', (error) =>
        this.#fail(connectionRefusal(error)),
      );
      this.#exchange.whenDone(() => this.#end());
      if (body === 'stream') this.#stream();
      else if (body === 'none') this.#upstream.end();
      else this.#upstream.end(body);
    });
  }

  #stream() {
    const { request } = this.#exchange;
    this.#exchange.whenLate((refusal) => this.#fail(refusal));
    request.on('data', this.#onData);
    request.on('end', this.#onEnd);
    this.#upstream.on('drain', () => request.resume());
  }

  /** @param {Buffer} chunk */
  #onData = (chunk) => {
    const { request, facts } = this.#exchange;
    const { maxBodyBytes } = this.#limits;
    facts.bytesIn += chunk.length;
    if (facts.bytesIn > maxBodyBytes) {
      this.#fail(tooLarge(maxBodyBytes));
      return;
    }
    if (!this.#answer) this.#timer.refresh();
    if (!this.#upstream.write(chunk)) request.pause();
  };

  #onEnd = () => this.#upstream.end();

  #onTimeout() {
    const isCallers =
      !this.#upstream.writableEnded && !this.#exchange.request.isPaused();
    this.#fail(
      isCallers
        ? new Refusal(408, 'BODY_TIMEOUT', 'the body did not arrive in time')
        : new Refusal(504, 'TIMEOUT', 'the upstream did not answer in time'),
    );
  }

  /** @param {IncomingMessage} answer */
  #onAnswer(answer) {
    if (this.#isOver) return;
    clearTimeout(this.#timer);
    this.#answer = answer;
    this.#exchange.facts.upstreamStatus = answer.statusCode ?? 0;
    this.#clock();
    try {
      this.#begin(answer);
    } catch (error) {
      this.#fail(
        connectionRefusal(Object.assign(error, { code: 'HPE_UNUSABLE' })),
      );
      return;
    }
    this.#pour(answer);
  }

  /** @param {IncomingMessage} answer */
  #begin(answer) {
    const headers = passedAnswerHeaders(answer.headers);
    this.#exchange.writeHead(answer.statusCode ?? 0, headers);
    // Without a length it may be a stream whose first bytes are far away.
    if (headers['content-length'] === undefined)
      this.#exchange.response.flushHeaders();
  }

  /** @param {IncomingMessage} answer */
  #pour(answer) {
    const { response, facts } = this.#exchange;
    answer.on('data', (chunk) => {
      facts.bytesOut += chunk.length;
      if (response.write(chunk)) return;
      answer.pause();
      this.#exchange.watchReader();
    });
    response.on('drain', () => answer.resume());
    answer.on('error', () => {}); // its close tells the same
    answer.on('end', () => {
      this.#clock();
      response.end();
      this.#exchange.watchReader();
    });
    answer.on('close', () => {
      if (answer.complete) return;
      // For the log: its caller only sees that the answer has no end.
      const sentence = "the upstream's answer broke off";
      this.#fail(new Refusal(502, 'CONNECTION_ERROR', sentence));
    });
  }

  /** @param {Refusal} refusal */
  #fail(refusal) {
    if (this.#isOver) return;
    if (this.#exchange.response.headersSent) {
      this.#exchange.refuse(refusal);
      return;
    }
    this.#clock();
    this.#reject(refusal);
    this.#end();
  }

  /** Notes how long the upstream has taken until now. */
  #clock() {
    const seconds = (performance.now() - this.#startedAt) / 1000;
    this.#exchange.facts.upstreamSeconds = seconds;
  }

  /** Lets the connection go, back to its pool only when both sides are done. */
  #end() {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    const { request } = this.#exchange;
    request.off('data', this.#onData).off('end', this.#onEnd);
    if (!this.#answer?.complete || !this.#upstream.writableFinished) {
      request.pause();
      this.#upstream.destroy();
    }
    this.#resolve(); // without effect on what is rejected
  }
}

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
    const body = whole ?? (hasBody(exchange.request) ? 'stream' : 'none');
    const upstream = this.#request(exchange, plan, body);
    const limits = {
      maxBodyBytes,
      timeoutMs: plan.preferences.timeoutMs,
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
  #request(exchange, { target, authorization, path, preferences }, body) {
    const { url, isTrusted } = target;
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
      path: url.prefix + path,
      headers,
    });
  }
}

module.exports = { PassThrough };
