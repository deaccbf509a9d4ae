'use strict';

const { Readable } = require('node:stream');

const { Refusal } = require('../base/errors');
const { tooLarge } = require('../server/request-body');
const { passedAnswerHeaders } = require('./headers');

/** @typedef {import('undici').Dispatcher} Dispatcher */
/** @typedef {import('undici').Dispatcher.DispatchController} DispatchController */
/** @typedef {import('../server/exchange').Exchange} Exchange */

/**
 * What may be sent twice when the connection is lost before its answer begins
 * (RFC 9110, 9.2.2): an upstream may close a connection in the moment we use
 * it again.
 */
const IDEMPOTENT_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

const LOST = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/**
 * Did the upstream close a connection that it had answered on before? That is
 * what it does with idle ones, and so what becomes of a request that crosses
 * the close on its way, whose method does not matter as nobody has read it. The
 * engine sends batches again for the same reason.
 * @param {{ code?: string, socket?: { bytesRead?: number } | null }} error
 */
function wasIdle({ code, socket }) {
  return code === 'UND_ERR_SOCKET' && (socket?.bytesRead ?? 0) > 0;
}

const BROKEN_ANSWERS = new Set([
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
]);

/**
 * @typedef {object} RelayLimits
 * @property {number} maxBodyBytes
 * @property {number} timeoutMs without any progress of the upstream
 * @property {number} totalTimeoutMs of all of it, 0 for no limit
 */

/**
 * @typedef {import('undici').Dispatcher.DispatchOptions} Outbound
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
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return upstreamTimeout(cause);
  if (cause.name === 'HTTPParserError' || BROKEN_ANSWERS.has(code))
    return brokenAnswer(cause);
  return new Refusal(
    502,
    'CONNECTION_ERROR',
    'the connection to the upstream failed',
    { cause },
  );
}

/** @param {Error} cause */
function brokenAnswer(cause) {
  return new Refusal(502, 'PARSE_ERROR', "the upstream's answer is broken", {
    cause,
  });
}

/** @param {Error} [cause] */
function upstreamTimeout(cause) {
  return new Refusal(504, 'TIMEOUT', 'the upstream did not answer in time', {
    cause,
  });
}

function bodyTimeout() {
  return new Refusal(408, 'BODY_TIMEOUT', 'the body did not arrive in time');
}

/** Failures of an upload are told by its request. */
function ignoreError() {}

/** One request passed through, and its answer, both as they stream in. */
class Relay {
  #exchange;
  #dispatcher;
  #outbound;
  #limits;

  /** @type {NodeJS.Timeout | undefined} of whoever's turn it is */
  #timer;

  /** @type {NodeJS.Timeout | undefined} of all of it */
  #deadline;

  /** @type {NodeJS.Timeout | undefined} of the body that goes by */
  #lateness;

  /** @type {DispatchController | undefined} */
  #controller;

  /** @type {Readable | undefined} the body, while it is on its way */
  #upload;

  #startedAt = performance.now();
  #hasBegun = false;
  #isWhole = false;
  #isOver = false;
  #mayRepeat = true;

  /** @type {() => void} */
  #resolve = () => {};

  /** @type {(refusal: Refusal) => void} */
  #reject = () => {};

  /**
   * @param {Exchange} exchange
   * @param {Dispatcher} dispatcher
   * @param {Outbound} outbound without its body
   * @param {RelayLimits} limits
   */
  constructor(exchange, dispatcher, outbound, limits) {
    this.#exchange = exchange;
    this.#dispatcher = dispatcher;
    this.#outbound = outbound;
    this.#limits = limits;
  }

  /**
   * Resolves when the answer is over, whole or broken off.
   * @param {Buffer | 'stream' | 'none'} body
   * @returns {Promise<void>}
   */
  run(body) {
    const { timeoutMs, totalTimeoutMs } = this.#limits;
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#await(timeoutMs, () => this.#onTimeout());
      if (totalTimeoutMs > 0)
        this.#deadline = setTimeout(
          () => this.#fail(upstreamTimeout()),
          totalTimeoutMs,
        );
      this.#exchange.whenDone(() => this.#end());
      if (body === 'stream') this.#outbound.body = this.#stream();
      else if (body !== 'none') this.#outbound.body = body;
      this.#dispatch();
    });
  }

  /** @param {DispatchController} controller */
  onRequestStart(controller) {
    this.#controller = controller;
    if (this.#isOver) controller.abort(new Error('the caller left'));
  }

  /**
   * @param {DispatchController} controller
   * @param {number} status
   * @param {import('node:http').IncomingHttpHeaders} headers
   */
  onResponseStart(controller, status, headers) {
    if (this.#isOver || status < 200) return;
    this.#hasBegun = true;
    this.#exchange.facts.upstreamStatus = status;
    this.#clock();
    try {
      this.#begin(status, headers);
    } catch (error) {
      this.#fail(brokenAnswer(error));
      return;
    }
    this.#awaitUpstream();
    this.#exchange.response.on('drain', () => {
      if (this.#isWhole) return;
      this.#awaitUpstream();
      controller.resume();
    });
  }

  /**
   * @param {DispatchController} controller
   * @param {Buffer} chunk
   */
  onResponseData(controller, chunk) {
    const { response, facts } = this.#exchange;
    if (this.#isOver) return;
    facts.bytesOut += chunk.length;
    if (response.write(chunk)) {
      this.#timer?.refresh();
    } else {
      controller.pause();
      this.#awaitReader();
    }
  }

  onResponseEnd() {
    if (this.#isOver) return;
    this.#isWhole = true;
    this.#clock();
    clearTimeout(this.#deadline);
    this.#exchange.response.end();
    this.#awaitReader();
  }

  /**
   * @param {DispatchController} _controller
   * @param {NodeJS.ErrnoException} error
   */
  onResponseError(_controller, error) {
    if (this.#isOver) return;
    if (this.#hasBegun) {
      // For the log: its caller only sees that the answer has no end.
      const sentence = "the upstream's answer broke off";
      this.#fail(new Refusal(502, 'CONNECTION_ERROR', sentence));
    } else if (this.#mayRepeat && this.#isRepeatable(error)) {
      this.#mayRepeat = false;
      this.#dispatch();
    } else {
      this.#fail(connectionRefusal(error));
    }
  }

  /** @param {NodeJS.ErrnoException} error */
  #isRepeatable(error) {
    const { method } = this.#outbound;
    return IDEMPOTENT_METHODS.has(method)
      ? LOST.has(error.code ?? '')
      : wasIdle(error);
  }

  #dispatch() {
    this.#dispatcher.dispatch(this.#outbound, this);
  }

  /** @returns {Readable} the body, piece by piece as the upstream takes it */
  #stream() {
    const { request } = this.#exchange;
    this.#mayRepeat = false;
    this.#upload = new Readable({ read: () => void request.resume() });
    this.#upload.on('error', ignoreError);
    this.#lateness = this.#exchange.whenLate((refusal) => this.#fail(refusal));
    request.on('data', this.#onData);
    request.on('end', this.#onEnd);
    return this.#upload;
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
    if (!this.#hasBegun) this.#timer?.refresh();
    if (!this.#upload?.push(chunk)) request.pause();
  };

  #onEnd = () => {
    clearTimeout(this.#lateness);
    this.#upload?.push(null);
    this.#upload = undefined;
  };

  /**
   * @param {number} milliseconds
   * @param {() => void} onTimeout
   */
  #await(milliseconds, onTimeout) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(onTimeout, milliseconds);
  }

  #awaitUpstream() {
    this.#await(this.#limits.timeoutMs, () => this.#onTimeout());
  }

  /** It is the caller's turn. */
  #awaitReader() {
    clearTimeout(this.#timer);
    this.#exchange.watchReader();
  }

  #onTimeout() {
    const isCallers =
      !this.#hasBegun && this.#upload && !this.#exchange.request.isPaused();
    this.#fail(isCallers ? bodyTimeout() : upstreamTimeout());
  }

  /**
   * @param {number} status
   * @param {import('node:http').IncomingHttpHeaders} upstream
   */
  #begin(status, upstream) {
    const headers = passedAnswerHeaders(upstream);
    this.#exchange.writeHead(status, headers);
    // Without a length it may be a stream whose first bytes are far away.
    if (headers['content-length'] === undefined)
      this.#exchange.response.flushHeaders();
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
    clearTimeout(this.#deadline);
    clearTimeout(this.#lateness);
    const { request } = this.#exchange;
    request.off('data', this.#onData).off('end', this.#onEnd);
    if (!this.#isWhole || this.#upload) {
      request.pause();
      this.#controller?.abort(new Error('the exchange is over'));
    }
    this.#resolve(); // without effect on what is rejected
  }
}

module.exports = { Relay };
