'use strict';

const { messageOf } = require('./connection');

/** Between two questions to a queue whose server answers. */
const POLL_MS = 500;

const LONGEST_WAIT_MS = 10_000;

/**
 * A queue's server that does not answer, as its worker tells it: each reason
 * once, and then that it is back. BullMQ connects again by itself, and tells
 * every attempt.
 */
class QueueOutage {
  #say;

  /** @type {Set<string>} reasons, since the server last answered */
  #told = new Set();

  #waitMs = POLL_MS;

  /** @param {(text: string) => void} say */
  constructor(say) {
    this.#say = say;
  }

  /** Until the next question: longer each time that one failed. */
  get waitMs() {
    return this.#waitMs;
  }

  /** @param {any} error */
  tell(error) {
    const reason = messageOf(error);
    if (this.#told.has(reason)) return;
    this.#told.add(reason);
    this.#say(`queue: ${reason}; trying again`);
  }

  /** A question failed. @param {any} error */
  meet(error) {
    this.tell(error);
    this.#waitMs = Math.min(2 * this.#waitMs, LONGEST_WAIT_MS);
  }

  /** A question was answered. */
  end() {
    this.#waitMs = POLL_MS;
    if (this.#told.size === 0) return;
    this.#told.clear();
    this.#say('queue: it answers again');
  }
}

module.exports = { QueueOutage };
