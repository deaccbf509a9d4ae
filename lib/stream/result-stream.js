'use strict';

const { CancellationToken } = require('../cancellation/cancellation');
const { cancelledError, createError } = require('../errors/errors');

/** @typedef {import('./batches').StreamBatch} StreamBatch */
/** @typedef {import('./plan').StreamPlan} StreamPlan */

/** The longest time a timer takes. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Nobody is left to be told. */
function ignore() {}

/**
 * The batches of a stream that were sent and not yet taken, in the order in
 * which they are to be taken: that of the inputs, or that of completion.
 */
class ResultWindow {
  #isOrdered;

  /** @type {{ results: object[] | undefined }[]} */
  #waiting = [];

  /** @type {object[][]} */
  #ready = [];

  #size = 0;

  /** @param {boolean} isOrdered */
  constructor(isOrdered) {
    this.#isOrdered = isOrdered;
  }

  /** Batches in it, with and without results. */
  get size() {
    return this.#size;
  }

  /**
   * Keeps the place of a batch until its results are there.
   * @returns {{ settle(results: object[]): void }}
   */
  reserve() {
    this.#size += 1;
    if (!this.#isOrdered)
      return { settle: (results) => void this.#ready.push(results) };
    /** @type {{ results: object[] | undefined }} */
    const place = { results: undefined };
    this.#waiting.push(place);
    return {
      settle: (results) => {
        place.results = results;
        this.#advance();
      },
    };
  }

  /**
   * @returns {object[] | undefined} results whose turn it is
   */
  take() {
    const results = this.#ready.shift();
    if (results) this.#size -= 1;
    return results;
  }

  /** Drops all results. */
  clear() {
    this.#size = 0;
    this.#waiting = [];
    this.#ready = [];
  }

  #advance() {
    while (this.#waiting[0]?.results)
      this.#ready.push(
        /** @type {object[]} */ (this.#waiting.shift()?.results),
      );
  }
}

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
    const { enders, totalTimeoutMs } = this.#plan;
    for (const ender of enders) ender.check();
    for (const ender of enders) ender.enter(this);
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
    this.#token.cancel();
    this.#closing = this.#plan.source.close();
    this.#closing.catch(ignore);
    for (const ender of this.#plan.enders) ender.leave(this);
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
   * @param {AbortSignal} [signal]
   */
  cancel(signal) {
    this.#stop(
      cancelledError(`the call was cancelled: ${this.#plan.where}`, signal),
    );
  }

  /** Called when its client is going away. */
  close() {
    const message = `the client is closed: ${this.#plan.where}`;
    this.#stop(createError('CLOSED', message));
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
   * @param {Error} error
   */
  #stop(error) {
    if (this.#isOver) return;
    this.#window.clear();
    this.#fail(error);
  }

  /** Timers are shorter than the longest stream, so it may take several. */
  #watchClock() {
    const leftMs = this.#endsAt - performance.now();
    if (leftMs <= 0) {
      const words = 'the call took longer than totalTimeoutS';
      this.#stop(createError('TIMEOUT', `${words}: ${this.#plan.where}`));
      return;
    }
    const delayMs = Math.min(Math.ceil(leftMs), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => this.#watchClock(), delayMs);
    this.#timer.unref(); // an abandoned stream shall not keep the process
  }
}

/**
 * What could not be prepared fails at the first read, as a call would reject.
 * @param {() => StreamPlan} prepare
 * @returns {() => StreamPlan}
 */
function preparedNow(prepare) {
  try {
    const plan = prepare();
    return () => plan;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/**
 * What the stream methods hand out: used like an async generator, but return()
 * ends it also while a read is waiting.
 */
class ResultStream {
  #generator;

  /** @type {RunningStream | undefined} */
  #running;

  /** @param {() => StreamPlan} prepare is called at once */
  constructor(prepare) {
    this.#generator = this.#results(preparedNow(prepare));
  }

  /** The next result. */
  next() {
    return this.#generator.next();
  }

  /** @param {unknown} [value] */
  return(value) {
    this.#running?.end();
    return this.#generator.return(value);
  }

  /** @param {unknown} error */
  throw(error) {
    this.#running?.end();
    return this.#generator.throw(error);
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  async [Symbol.asyncDispose]() {
    await this.return();
  }

  /**
   * @param {() => StreamPlan} plan
   * @returns {AsyncGenerator<object, any, void>}
   */
  async *#results(plan) {
    const running = new RunningStream(plan());
    running.start();
    this.#running = running;
    try {
      for (;;) {
        const results = await running.take();
        if (!results) return;
        for (const result of results) yield result;
      }
    } finally {
      running.end();
      await running.closed();
    }
  }
}

module.exports = { ResultStream };
