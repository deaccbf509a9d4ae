'use strict';

const { Refusal } = require('../base/refusal');

/** @typedef {import('../server/exchange').Exchange} Exchange */

/**
 * The first bytes of a body, or a whole one.
 * @typedef {object} BodyStart
 * @property {Buffer} bytes
 * @property {boolean} isWhole if not, these bytes are still to be read as well
 */

/**
 * Judges what has arrived; `before` bytes of it have been judged already.
 * @typedef {(bytes: Buffer, before: number) => boolean} IsEnough
 */

/**
 * @param {Exchange} exchange
 * @returns {boolean}
 */
function hasBody({ request }) {
  if (request.httpVersionMajor >= 2) {
    const { stream } = /** @type {any} */ (request);
    return !stream.endAfterHeaders;
  }
  const { headers } = request;
  return (
    headers['transfer-encoding'] !== undefined ||
    Number(headers['content-length'] ?? 0) > 0
  );
}

/** Looks at the beginning of a body and puts it back. */
class BodyStartReader {
  #exchange;
  #request;
  #isEnough;
  #bytes = Buffer.alloc(0);

  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /** @type {(start: BodyStart) => void} */
  #resolve = () => {};

  /** @type {(refusal: Refusal) => void} */
  #reject = () => {};

  /**
   * @param {Exchange} exchange
   * @param {IsEnough} isEnough
   */
  constructor(exchange, isEnough) {
    this.#exchange = exchange;
    this.#request = exchange.request;
    this.#isEnough = isEnough;
  }

  /**
   * @param {number} timeoutMs
   * @returns {Promise<BodyStart>}
   */
  read(timeoutMs) {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#timer = setTimeout(
        () => this.#refuse(408, 'BODY_TIMEOUT', 'the body is too slow'),
        timeoutMs,
      );
      this.#request.on('readable', this.#onReadable);
      this.#request.on('end', this.#onEnd);
      this.#request.on('close', this.#onClose);
    });
  }

  #onReadable = () => {
    const chunk = this.#request.read();
    if (chunk === null) return;
    const before = this.#bytes.length;
    this.#bytes = before === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    if (!this.#isEnough(this.#bytes, before)) return;
    this.#stop();
    this.#request.unshift(this.#bytes);
    this.#resolve({ bytes: this.#bytes, isWhole: false });
  };

  #onEnd = () => {
    this.#stop();
    this.#exchange.facts.bytesIn += this.#bytes.length;
    this.#resolve({ bytes: this.#bytes, isWhole: true });
  };

  #onClose = () => this.#refuse(499, 'CALLER_LEFT', 'the caller left');

  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message
   */
  #refuse(status, code, message) {
    this.#stop();
    this.#reject(new Refusal(status, code, message));
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#request.off('readable', this.#onReadable);
    this.#request.off('end', this.#onEnd);
    this.#request.off('close', this.#onClose);
  }
}

/**
 * The beginning of a body: as much as `isEnough` wants, or all of it.
 * @param {Exchange} exchange
 * @param {IsEnough} isEnough
 * @param {number} timeoutMs
 * @returns {Promise<BodyStart>}
 */
function readStart(exchange, isEnough, timeoutMs) {
  return new BodyStartReader(exchange, isEnough).read(timeoutMs);
}

module.exports = { hasBody, readStart };
