'use strict';

const { createError } = require('../errors/errors');

/**
 * Something that runs and can be ended before its time.
 * @typedef {{ close(): void }} Closable
 */

/** Whether new calls may start, and which ones are still running. */
class Lifecycle {
  #owner;

  /** @type {Set<Closable>} */
  #running = new Set();

  /** @type {Promise<void> | undefined} */
  #finished;

  /** @type {(() => void) | undefined} */
  #onIdle;

  /** @param {string} owner what is closed, for the message */
  constructor(owner) {
    this.#owner = owner;
  }

  /** Refuses when it is closed. */
  check() {
    if (this.#finished)
      throw createError('CLOSED', `the ${this.#owner} is closed`);
  }

  /** @param {Closable} call */
  enter(call) {
    this.#running.add(call);
  }

  /** @param {Closable} call */
  leave(call) {
    this.#running.delete(call);
    if (this.#running.size === 0) this.#onIdle?.();
  }

  /**
   * Lets no new call start; resolves when the running ones have ended.
   * @returns {Promise<void>}
   */
  finish() {
    this.#finished ??= new Promise((resolve) => {
      this.#onIdle = resolve;
      if (this.#running.size === 0) resolve();
    });
    return this.#finished;
  }

  /** Ends the running calls now. */
  interrupt() {
    for (const call of this.#running) call.close();
  }
}

module.exports = { Lifecycle };
