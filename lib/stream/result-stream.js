'use strict';

const { RunningStream } = require('./running-stream');

/** @typedef {import('./running-stream').StreamPlan} StreamPlan */

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
