'use strict';

const { Refusal } = require('../base/errors');

/** @typedef {import('./exchange').Exchange} Exchange */

/**
 * The part of the memory that is kept for small calls, so that a few large
 * ones do not leave others without any.
 */
const RESERVED = 1 / 8;

const MOST_OF_A_SMALL_CALL = 1024 * 1024;

/** The same as a part of the memory, where that is less. */
const SMALL = 1 / 64;

/** Seconds after which a refused caller may try again. */
const RETRY_AFTER = Object.freeze({ 'retry-after': 1 });

/**
 * @param {string} message
 * @param {number} [status]
 * @param {string} [code]
 */
function overloaded(message, status = 503, code = 'OVERLOADED') {
  return new Refusal(status, code, message, { headers: RETRY_AFTER });
}

/**
 * Which calls may go on, by their number and by the memory that the bodies and
 * answers of those in progress hold. A call whose body is still on its way is
 * an upload: it has nothing upstream yet, and takes no call's place.
 */
class Admission {
  #mostCalls;
  #mostUploads;
  #mostBytes;
  #mostBytesOfLarge;
  #mostOfSmall;
  #bytes = 0;

  /** @type {Set<Exchange>} all that have entered and are not over */
  #entered = new Set();

  /** @type {Set<Exchange>} those that count against mostCalls */
  #calls = new Set();

  /** @type {Map<Exchange, string>} by whom */
  #uploads = new Map();

  /** @type {Map<string, number>} uploads of each caller that has any */
  #uploadsOf = new Map();

  /** @type {Map<Exchange, number>} bytes held, of those that hold any */
  #held = new Map();

  /**
   * @param {{ maxInFlight: number, maxQueue: number, maxUploads: number,
   *   maxBufferedBytes: number }} limits
   */
  constructor({ maxInFlight, maxQueue, maxUploads, maxBufferedBytes }) {
    // A call that runs has a request upstream, so more calls than requests
    // can only be waiting.
    this.#mostCalls = maxInFlight === 0 ? Infinity : maxInFlight + maxQueue;
    this.#mostUploads = maxUploads;
    this.#mostBytes = maxBufferedBytes;
    this.#mostBytesOfLarge = (1 - RESERVED) * maxBufferedBytes;
    this.#mostOfSmall = Math.min(
      MOST_OF_A_SMALL_CALL,
      SMALL * maxBufferedBytes,
    );
  }

  /** Calls in progress, uploads among them. */
  get calls() {
    return this.#entered.size;
  }

  /** Bytes that their bodies and answers hold. */
  get bytes() {
    return this.#bytes;
  }

  /**
   * Counts an upload until its body is there or it is over, or refuses it: one
   * caller has at most half of the places.
   * @param {Exchange} exchange
   */
  enterUpload(exchange) {
    const { caller = '', request } = exchange;
    const count = this.#uploadsOf.get(caller) ?? 0;
    if (2 * count >= this.#mostUploads)
      throw overloaded(
        'too many of your uploads are in progress, try again later',
        429,
        'TOO_MANY_UPLOADS',
      );
    if (this.#uploads.size >= this.#mostUploads)
      throw overloaded('too many uploads are in progress, try again later');
    this.#uploads.set(exchange, caller);
    this.#uploadsOf.set(caller, count + 1);
    request.once('end', () => this.#leaveUpload(exchange));
    this.#enter(exchange);
  }

  /**
   * Counts a call until it is over, or refuses it; once for each exchange.
   * @param {Exchange} exchange
   */
  enterCall(exchange) {
    if (this.#calls.has(exchange)) return;
    if (this.#calls.size >= this.#mostCalls)
      throw overloaded('too many calls are waiting, try again later');
    this.#calls.add(exchange);
    this.#enter(exchange);
  }

  /**
   * Counts bytes that the call keeps in memory until it is over, or refuses
   * them.
   * @param {Exchange} exchange one that has entered; may be over
   * @param {number} bytes less than 0 when it was too much
   */
  hold(exchange, bytes) {
    if (!this.#entered.has(exchange)) return;
    const held = (this.#held.get(exchange) ?? 0) + bytes;
    const most =
      held > this.#mostOfSmall ? this.#mostBytesOfLarge : this.#mostBytes;
    if (bytes > 0 && this.#bytes + bytes > most)
      throw overloaded(
        'too many large bodies and answers are in progress, try again later',
      );
    this.#bytes += bytes;
    this.#held.set(exchange, held);
  }

  /** @param {Exchange} exchange */
  #enter(exchange) {
    if (this.#entered.has(exchange)) return;
    this.#entered.add(exchange);
    exchange.whenDone(this.#leave);
  }

  /** @param {Exchange} exchange */
  #leave = (exchange) => {
    this.#entered.delete(exchange);
    this.#calls.delete(exchange);
    this.#leaveUpload(exchange);
    this.#bytes -= this.#held.get(exchange) ?? 0;
    this.#held.delete(exchange);
  };

  /** @param {Exchange} exchange */
  #leaveUpload(exchange) {
    const caller = this.#uploads.get(exchange);
    if (caller === undefined) return;
    this.#uploads.delete(exchange);
    const count = (this.#uploadsOf.get(caller) ?? 0) - 1;
    if (count > 0) this.#uploadsOf.set(caller, count);
    else this.#uploadsOf.delete(caller);
  }
}

module.exports = { Admission };
