'use strict';

const { Refusal } = require('../base/errors');

/** @typedef {import('./exchange').Exchange} Exchange */

/** Seconds after which a refused caller may try again. */
const RETRY_AFTER_S = 1;

/** @param {string} message */
function overloaded(message) {
  return new Refusal(503, 'OVERLOADED', message, {
    headers: { 'retry-after': RETRY_AFTER_S },
  });
}

/**
 * Which calls may start, by their number and by the memory that the bodies of
 * those in progress hold.
 */
class Admission {
  #mostCalls;
  #mostBytes;
  #calls = 0;
  #bytes = 0;

  /** @type {Map<Exchange, number>} bytes held, of those that hold any */
  #held = new Map();

  /**
   * @param {{ maxInFlight: number, maxQueue: number,
   *   maxBufferedBytes: number }} limits
   */
  constructor({ maxInFlight, maxQueue, maxBufferedBytes }) {
    // A call that runs has a request upstream, so more calls than requests
    // can only be waiting.
    this.#mostCalls = maxInFlight === 0 ? Infinity : maxInFlight + maxQueue;
    this.#mostBytes = maxBufferedBytes;
  }

  /** Calls in progress. */
  get calls() {
    return this.#calls;
  }

  /** Bytes that their bodies hold. */
  get bytes() {
    return this.#bytes;
  }

  /**
   * Counts a call until it is over, or refuses it.
   * @param {Exchange} exchange
   */
  enter(exchange) {
    if (this.#calls >= this.#mostCalls)
      throw overloaded('too many calls are waiting, try again later');
    this.#calls += 1;
    exchange.whenDone(this.#leave);
  }

  /**
   * Counts bytes that the call keeps in memory until it is over.
   * @param {Exchange} exchange one that has entered
   * @param {number} bytes
   */
  hold(exchange, bytes) {
    if (this.#bytes + bytes > this.#mostBytes)
      throw overloaded(
        'too many large bodies are in progress, try again later',
      );
    this.#bytes += bytes;
    this.#held.set(exchange, (this.#held.get(exchange) ?? 0) + bytes);
  }

  /** @param {Exchange} exchange */
  #leave = (exchange) => {
    this.#calls -= 1;
    this.#bytes -= this.#held.get(exchange) ?? 0;
    this.#held.delete(exchange);
  };
}

module.exports = { Admission };
