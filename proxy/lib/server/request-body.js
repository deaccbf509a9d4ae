'use strict';

const { decode, decoderFor } = require('./content-coding');
const { GrowingBuffer } = require('./growing-buffer');
const { Refusal } = require('../base/refusal');

/** @typedef {import('./exchange').Exchange} Exchange */
/** @typedef {import('./exchange').ExchangeContext} ExchangeContext */

/**
 * @param {number} most
 * @returns {Refusal}
 */
function tooLarge(most) {
  return new Refusal(
    413,
    'BODY_TOO_LARGE',
    `the body must have at most ${most} bytes`,
  );
}

/**
 * @param {number} timeoutMs
 * @returns {Refusal}
 */
function tooSlow(timeoutMs) {
  return new Refusal(
    408,
    'BODY_TIMEOUT',
    `the body did not arrive within ${timeoutMs / 1000} seconds`,
  );
}

/** Nobody is left to read it; it only ends the handler. */
function callerLeft() {
  return new Refusal(499, 'CALLER_LEFT', 'the caller left');
}

/** Gathers the body of one request as it arrives. */
class BodyReader {
  #exchange;
  #context;
  #bytes;

  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /** @type {(bytes: Buffer) => void} */
  #resolve = () => {};

  /** @type {(refusal: Refusal) => void} */
  #reject = () => {};

  /**
   * @param {Exchange} exchange
   * @param {ExchangeContext} context
   * @param {number} declared size, 0 when unknown
   */
  constructor(exchange, context, declared) {
    this.#exchange = exchange;
    this.#context = context;
    this.#bytes = new GrowingBuffer(declared);
  }

  /** @returns {Promise<Buffer>} */
  read() {
    const { request } = this.#exchange;
    const { bodyTimeoutMs } = this.#context;
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#timer = setTimeout(
        () => this.#fail(tooSlow(bodyTimeoutMs)),
        bodyTimeoutMs,
      );
      request.on('data', this.#onData);
      request.on('end', this.#onEnd);
      request.on('close', this.#onClose);
    });
  }

  /** @param {Buffer} chunk */
  #onData = (chunk) => {
    const { maxBodyBytes, admission } = this.#context;
    const before = this.#bytes.capacity;
    this.#exchange.facts.bytesIn += chunk.length;
    if (this.#bytes.length + chunk.length > maxBodyBytes) {
      this.#fail(tooLarge(maxBodyBytes));
      return;
    }
    this.#bytes.append(chunk);
    try {
      admission.hold(this.#exchange, this.#bytes.capacity - before);
    } catch (error) {
      this.#fail(error);
    }
  };

  #onEnd = () => {
    this.#stop();
    this.#resolve(this.#bytes.take());
  };

  #onClose = () => this.#fail(callerLeft());

  #stop() {
    const { request } = this.#exchange;
    clearTimeout(this.#timer);
    request.off('data', this.#onData);
    request.off('end', this.#onEnd);
    request.off('close', this.#onClose);
  }

  /** @param {Refusal} refusal */
  #fail(refusal) {
    this.#stop();
    this.#exchange.request.pause();
    this.#reject(refusal);
  }
}

/**
 * The whole body of a request in one Buffer, decoded.
 * @param {Exchange} exchange
 * @param {ExchangeContext} context
 * @returns {Promise<Buffer>}
 */
async function readBody(exchange, context) {
  const { maxBodyBytes } = context;
  const decoder = decoderFor(exchange.header('content-encoding'));
  const declared = Number(exchange.header('content-length') ?? 0);
  if (declared > maxBodyBytes) throw tooLarge(maxBodyBytes);
  if (exchange.isOver) throw callerLeft();

  const body = await new BodyReader(exchange, context, declared).read();
  if (!decoder || body.length === 0) return body;

  const decoded = await decode(body, decoder, maxBodyBytes);
  if (!decoded) throw tooLarge(maxBodyBytes);
  context.admission.hold(exchange, decoded.length);
  return decoded;
}

module.exports = { readBody };
