'use strict';

const {
  refuseCancelled,
  unwatch,
  watch,
} = require('../cancellation/cancellation');
const { CancellationToken } = require('../cancellation/token');
const { createError } = require('../errors/errors');
const { ResultWindow } = require('./result-window');

/** @typedef {import('../cancellation/cancellation').CancelSource} CancelSource */
/** @typedef {import('./batches').StreamBatch} StreamBatch */

/**
 * All that a stream needs, checked and ready to begin.
 * @typedef {object} StreamPlan
 * @property {import('./source').StreamSource} source
 * @property {import('./batches').StreamBatches} batches
 * @property {(batch: StreamBatch, token: CancellationToken) => Promise<object[]>} send
 * @property {number} width batches sent and not yet taken, at most
 * @property {boolean} isOrdered
 * @property {readonly CancelSource[]} sources
 * @property {import('../pool/lifecycle').Lifecycle[]} lifecycles
 * @property {number} totalTimeoutMs 0 for none
 * @property {string} where method and path, for messages
 */

/** The longest time a timer takes. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Nobody is left to be told. */
function ignore() {}

/**
 * A stream from its first read to its end. Two things run beside each other:
 * the pump reads the source and sends batches while the window has room, and
 * the reader takes results from the window. Each sleeps where the other wakes
 * it, never on a promise of the source, which may never settle.
 */
class RunningStream {
  #plan;
  #window;
  #token = new CancellationToken();
  #isOver = false;
  #endsAt;

  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /** @type {{ error: unknown } | undefined} */
  #failure;

  /** @type {Promise<void>} */
  #closing = Promise.resolve();

  /** @type {() => void} */
  #wakePump = ignore;

  /** @type {() => void} */
  #wakeReader = ignore;

  /** @param {StreamPlan} plan */
  constructor(plan) {
    this.#plan = plan;
    this.#window = new ResultWindow(plan.isOrdered);
    this.#endsAt = performance.now() + plan.totalTimeoutMs;
  }

  /** Refuses what cannot begin, and begins. */
  start() {
    const { lifecycles, sources, totalTimeoutMs } = this.#plan;
    for (const lifecycle of lifecycles) lifecycle.check();
    refuseCancelled(sources);
    for (const lifecycle of lifecycles) lifecycle.enter(this);
    for (const source of sources) watch(source, this);
    if (totalTimeoutMs > 0) this.#watchClock();
    this.#pump();
  }

  /**
   * The results of the next batch; undefined at the end. What was ready before
   * a batch or the source failed comes before the error.
   * @returns {Promise<object[] | undefined>}
   */
  async take() {
    for (;;) {
      const results = this.#window.take();
      if (results) {
        this.#wakePump();
        return results;
      }
      if (this.#failure) throw this.#failure.error;
      if (this.#isOver) return undefined;
      await new Promise((resolve) => {
        this.#wakeReader = () => resolve(undefined);
      });
    }
  }

  /** Cancels what is in flight, and closes the source. */
  end() {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    for (const source of this.#plan.sources) unwatch(source, this);
    this.#token.cancel();
    this.#closing = this.#plan.source.close();
    this.#closing.catch(ignore);
    for (const lifecycle of this.#plan.lifecycles) lifecycle.leave(this);
    this.#wakePump();
    this.#wakeReader();
  }

  /**
   * Settles when the source is closed; its own error counts only where there is
   * no other.
   * @returns {Promise<void>}
   */
  closed() {
    return this.#failure ? this.#closing.catch(ignore) : this.#closing;
  }

  /**
   * Called by a token or a signal.
   * @param {unknown} [reason]
   */
  cancel(reason) {
    this.#stop('CANCELLED', 'the call was cancelled', reason);
  }

  /** Called when its client is going away. */
  close() {
    this.#stop('CLOSED', 'the client is closed');
  }

  async #pump() {
    const { batches, width } = this.#plan;
    try {
      for (;;) {
        const batch = await batches.next();
        if (!batch) break;
        await this.#fewerThan(width);
        if (this.#isOver) return;
        this.#send(batch);
      }
      await this.#fewerThan(1);
      this.end();
    } catch (error) {
      this.#fail(error);
    }
  }

  /**
   * Settles when the window holds fewer batches, or the stream is over.
   * @param {number} count
   */
  async #fewerThan(count) {
    while (!this.#isOver && this.#window.size >= count)
      await new Promise((resolve) => {
        this.#wakePump = () => resolve(undefined);
      });
  }

  /** @param {StreamBatch} batch */
  async #send(batch) {
    const place = this.#window.reserve();
    try {
      const results = await this.#plan.send(batch, this.#token);
      if (this.#isOver) return;
      place.settle(results);
      this.#wakeReader();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @param {unknown} error of a batch or of the source */
  #fail(error) {
    if (this.#isOver) return;
    this.#failure = { error };
    this.end();
  }

  /**
   * Ends it from outside, where results that wait are no longer wanted.
   * @param {string} code
   * @param {string} words
   * @param {unknown} [cause]
   */
  #stop(code, words, cause) {
    if (this.#isOver) return;
    this.#window.clear();
    const message = `${words}: ${this.#plan.where}`;
    this.#fail(createError(code, message, { cause }));
  }

  /** Timers are shorter than the longest stream, so it may take several. */
  #watchClock() {
    const leftMs = this.#endsAt - performance.now();
    if (leftMs <= 0) {
      this.#stop('TIMEOUT', 'the call took longer than totalTimeoutS');
      return;
    }
    const delayMs = Math.min(Math.ceil(leftMs), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => this.#watchClock(), delayMs);
    this.#timer.unref(); // an abandoned stream shall not keep the process
  }
}

module.exports = { RunningStream };
