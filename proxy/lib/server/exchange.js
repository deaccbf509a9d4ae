'use strict';

const crypto = require('node:crypto');
const http2 = require('node:http2');

const {
  isJoined,
  isUnread,
  release,
  sendEarly,
  sendPaced,
  sizeOf,
} = require('./answer-body');
const { Refusal } = require('../base/errors');
const { corsHeaders } = require('./cors');
const { FORMAT_HEADER, describeRefusal } = require('./refusal');
const { targetOf, usableId } = require('./head');
const { readBody, readStart, tooLarge } = require('./request-body');

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */
/** @typedef {import('../base/errors').AnswerHeaders} AnswerHeaders */
/** @typedef {import('../telemetry/labels').Target} Target */
/** @typedef {import('./answer-body').AnswerBody} AnswerBody */

/**
 * What all exchanges of a proxy share.
 * @typedef {object} ExchangeContext
 * @property {readonly string[]} corsOrigins
 * @property {'plain' | 'openai'} errorFormat unless the caller names another
 * @property {number} maxBodyBytes
 * @property {number} bodyTimeoutMs
 * @property {number} sendTimeoutMs how long a caller may take for one piece
 * of an answer
 * @property {import('./admission').Admission} admission
 * @property {boolean} isDraining
 */

/** The status in log and metrics of a caller that did not wait. */
const CALLER_LEFT = 499;

/** Failures of a connection end in its 'close', which is listened to. */
function ignoreError() {}

/**
 * @param {(refusal: Refusal) => void} listener
 * @param {number} ms
 */
function onLate(listener, ms) {
  const sentence = `the body did not arrive within ${ms / 1000} seconds`;
  listener(new Refusal(408, 'BODY_TIMEOUT', sentence));
}

/** One inbound request and its answer, HTTP/1.1 and HTTP/2 alike. */
class Exchange {
  #context;

  /** @type {AbortController | undefined} */
  #controller;

  /** @type {((exchange: Exchange) => void)[]} */
  #listeners = [];

  #isOver = false;

  /** Did all of the answer leave for the caller? */
  #isSent = false;

  #hasLeft = false;

  /** Did we break its answer off? */
  #isBroken = false;

  /** @type {NodeJS.Timeout | undefined} runs while the caller has to read */
  #readerTimer;

  /**
   * @param {IncomingMessage} request or HTTP/2's, of the same shape
   * @param {ServerResponse} response
   * @param {ExchangeContext} context
   */
  constructor(request, response, context) {
    const target = targetOf(request.url ?? '/');
    const query = target.indexOf('?');
    this.request = request;
    this.response = response;
    this.method = request.method ?? '';
    this.path = query < 0 ? target : target.slice(0, query);
    this.search = query < 0 ? '' : target.slice(query);
    /** Name of the route, for log and metrics. */
    this.route = 'other';
    /** Where the caller's connection comes from. */
    this.caller = request.socket.remoteAddress;
    this.startedAt = performance.now();
    this.id = usableId(request.headers['x-request-id']) ?? crypto.randomUUID();
    /** What the log and the metrics want to know; filled in on the way. */
    this.facts = {
      inputs: 0,
      batches: 0,
      retries: 0,
      hedges: 0,
      upstreamStatus: 0, // for no answer of an upstream
      upstreamSeconds: 0,
      bytesIn: 0, // of the body, as it came
      bytesOut: 0, // of the body
      code: /** @type {string | undefined} */ (undefined), // of a refusal
      target: /** @type {Target | undefined} */ (undefined), // once it is known
      model: '', // that figures may show
    };
    this.#context = context;
    request.on('error', ignoreError);
    response.on('error', ignoreError);
    response.on('finish', () => this.#onFinish());
    response.on('close', () => this.end());
  }

  /** The caller's own id for this request, when it gave a usable one. */
  get customerId() {
    return usableId(this.request.headers['x-baseten-customer-request-id']);
  }

  /** Has the answer been sent, or the caller left? */
  get isOver() {
    return this.#isOver;
  }

  /** The answer's status; 499 when the caller left before its end. */
  get status() {
    const isAbandoned = this.#hasLeft && !this.#isBroken;
    return isAbandoned ? CALLER_LEFT : this.response.statusCode;
  }

  /** Aborted when the caller leaves before the answer is complete. */
  get signal() {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#hasLeft) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  /**
   * @param {string} name in lower case
   * @returns {string | undefined}
   */
  header(name) {
    const value = this.request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  /**
   * The whole body, decoded; refused when it is too large, too slow or broken.
   * @returns {Promise<Buffer>}
   */
  readBody() {
    return readBody(this, this.#context);
  }

  /**
   * The beginning of the body; unless it is whole, it is still to be read.
   * @param {import('./request-body').IsEnough} isEnough
   * @returns {Promise<import('./request-body').BodyStart>}
   */
  readStart(isEnough) {
    return readStart(this, isEnough);
  }

  /** Lets the body come, or refuses it for what is known of it. */
  startUpload() {
    const { maxBodyBytes, admission } = this.#context;
    if (Number(this.header('content-length') ?? 0) > maxBodyBytes)
      throw tooLarge(maxBodyBytes);
    admission.enterUpload(this);
    if (/^100-continue$/i.test(this.header('expect') ?? ''))
      this.response.writeContinue();
  }

  /** Counts it among the calls that go upstream, or refuses it. */
  enterCall() {
    this.#context.admission.enterCall(this);
  }

  /**
   * Counts memory that it keeps until it is over, or refuses it.
   * @param {number} bytes
   */
  hold(bytes) {
    this.#context.admission.hold(this, bytes);
  }

  /** How many bytes it could hold now beside those that it holds. */
  get room() {
    return this.#context.admission.roomOf(this);
  }

  /**
   * Calls back when the body has not arrived within the time that the head of
   * the request began.
   * @param {(refusal: Refusal) => void} listener
   * @returns {NodeJS.Timeout} to be cleared when the body is there
   */
  whenLate(listener) {
    const { bodyTimeoutMs } = this.#context;
    const left = this.startedAt + bodyTimeoutMs - performance.now();
    return setTimeout(onLate, Math.max(0, left), listener, bodyTimeoutMs);
  }

  /**
   * Calls back once, when the answer is over or the caller has left.
   * @param {(exchange: Exchange) => void} listener
   */
  whenDone(listener) {
    if (this.#isOver) listener(this);
    else this.#listeners.push(listener);
  }

  /**
   * Begins the answer with these headers and those that every answer has.
   * @param {number} status
   * @param {AnswerHeaders} headers names in lower case
   */
  writeHead(status, headers) {
    this.response.writeHead(status, this.#allHeaders(headers));
  }

  /**
   * The whole answer at once.
   * @param {number} status
   * @param {AnswerHeaders} headers names in lower case
   * @param {AnswerBody} [body]
   */
  reply(status, headers, body = '') {
    if (this.#isOver || this.response.headersSent) {
      release(body);
      return;
    }
    const size = sizeOf(body);
    const isEarly = isUnread(this.request);
    const framed = this.#allHeaders(headers);
    if (status !== 204 && status !== 304) framed['content-length'] = size;
    if (isEarly && !this.#isHttp2) framed.connection = 'close';
    this.response.writeHead(status, framed);

    const isHead = this.method === 'HEAD';
    if (isHead) release(body);
    this.facts.bytesOut = isHead ? 0 : size;
    this.#send(isHead ? '' : body, isEarly);
  }

  /**
   * Lets go of a caller that does not take what waits to be sent: asked after
   * each write that said so, and after the last one. The pieces of an answer
   * have a size, so this is a deadline and a least rate. Over HTTP/2 it holds
   * for callers whose window stays shut.
   */
  watchReader() {
    const { response } = this;
    const { stream } = /** @type {any} */ (response);
    clearTimeout(this.#readerTimer);
    const { writableLength } = stream ?? response;
    if (this.#isOver || (writableLength === 0 && response.writableFinished))
      return;
    if (!stream && !response.socket) {
      // Answers before it on its connection are not complete.
      response.once('socket', () => this.watchReader());
      return;
    }
    // The kernel has all of it.
    if (!stream && response.writableEnded && writableLength === 0) return;
    this.#readerTimer = setTimeout(
      () => this.breakOff(),
      this.#context.sendTimeoutMs,
    );
    if (!response.writableEnded)
      response.once('drain', () => clearTimeout(this.#readerTimer));
  }

  /**
   * @param {number} status
   * @param {unknown} value
   * @param {AnswerHeaders} [headers]
   */
  replyJson(status, value, headers) {
    const all = { 'content-type': 'application/json', ...headers };
    this.reply(status, all, JSON.stringify(value));
  }

  /**
   * Answers with the error, or breaks off an answer that has begun.
   * @param {Refusal} refusal
   */
  refuse(refusal) {
    this.facts.code ??= refusal.code;
    if (this.response.headersSent) {
      this.#isBroken = true;
      this.breakOff();
      return;
    }
    const { status, headers } = refusal;
    const format = this.header(FORMAT_HEADER) ?? this.#context.errorFormat;
    this.replyJson(status, describeRefusal(refusal, this, format), headers);
  }

  /** Ends the answer so that the caller cannot take it for complete. */
  breakOff() {
    const { stream } = /** @type {any} */ (this.response);
    if (stream) stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
    else this.request.socket.destroy();
  }

  /** The answer has left, or nobody waits for it any more. */
  end() {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#readerTimer);
    this.#hasLeft = !this.#isComplete();
    if (this.#hasLeft) this.#controller?.abort();
    for (const listener of this.#listeners) listener(this);
  }

  get #isHttp2() {
    return this.request.httpVersionMajor >= 2;
  }

  /**
   * @param {AnswerHeaders} headers
   * @returns {AnswerHeaders} a copy with those that every answer has
   */
  #allHeaders(headers) {
    const { corsOrigins, isDraining } = this.#context;
    /** @type {AnswerHeaders} */
    const all = { ...headers, 'x-request-id': this.id };
    const { customerId } = this;
    if (customerId) all['x-baseten-customer-request-id'] = customerId;
    if (corsOrigins.length > 0)
      Object.assign(
        all,
        corsHeaders(this.header('origin'), corsOrigins, headers.vary),
      );
    if (this.#isHttp2) delete all.connection;
    else if (isDraining) all.connection = 'close';
    return all;
  }

  /**
   * @param {AnswerBody} body
   * @param {boolean} isEarly
   */
  #send(body, isEarly) {
    const { request, response } = this;
    const onSent = () => {
      this.#isSent = true;
    };
    if (isJoined(body)) {
      sendPaced(response, body, () => this.watchReader());
      return;
    }
    if (isEarly) sendEarly(request, response, body, onSent);
    else response.end(body);
    this.watchReader();
  }

  #onFinish() {
    const { request } = this;
    // Node also says so of what a broken connection will never send; HTTP/2
    // is judged by how its stream ended.
    if (request.httpVersionMajor < 2 && !request.socket.destroyed)
      this.#isSent = true;
  }

  /** @returns {boolean} */
  #isComplete() {
    const { stream } = /** @type {any} */ (this.response);
    if (!stream || this.#isSent) return this.#isSent;
    return this.response.headersSent && !stream.aborted && stream.rstCode === 0;
  }
}

module.exports = { Exchange };
