'use strict';

const internal = require('baseten-performance-client/internal');

const { WORD, engineFor, fromNative, lifecycleOf } = internal;

/** @typedef {import('baseten-performance-client/internal').Failure} Failure */
/** @typedef {import('baseten-performance-client/internal').Job} Job */
/** @typedef {import('baseten-performance-client/internal').SpliceSummary} SpliceSummary */
/** @typedef {import('baseten-performance-client/internal').HttpClientWrapper} HttpClientWrapper */
/** @typedef {import('../server/exchange').Exchange} Exchange */

/**
 * How a call of batches ended.
 * @typedef {object} BatchOutcome
 * @property {Failure} [failure]
 * @property {SpliceSummary} summary
 */

/**
 * One body that the engine splits into batches, sends and joins the answers
 * of. It ends with the exchange it is made for, at the latest.
 */
class BatchCall {
  #isClosed = false;

  /** @type {Job | undefined} */
  #job;

  /** @type {(outcome: BatchOutcome) => void} */
  #resolve = () => {};

  /**
   * @param {HttpClientWrapper} wrapper
   * @param {Exchange} exchange
   * @param {number} form
   * @param {Readonly<Float64Array>} numbers
   * @param {string[]} words
   * @param {Buffer} body not to be changed before the end
   * @returns {Promise<BatchOutcome>}
   */
  async run(wrapper, exchange, form, numbers, words, body) {
    const lifecycle = lifecycleOf(wrapper);
    lifecycle.check();
    const engine = engineFor(wrapper, words[WORD.URL]);
    lifecycle.enter(this);
    try {
      const end = new Promise((resolve) => {
        this.#resolve = resolve;
      });
      this.#job = internal
        .native()
        .splice(engine, form, numbers, words, body, this);
      exchange.whenDone(() => this.#cancel());
      return await end;
    } catch (error) {
      throw fromNative(error);
    } finally {
      lifecycle.leave(this);
    }
  }

  /** Cancels because its pool of connections is going away. */
  close() {
    this.#isClosed = true;
    this.#cancel();
  }

  /**
   * Called by the engine, once and last.
   * @param {Failure | undefined} failure
   * @param {SpliceSummary} summary
   */
  onEnd(failure, summary) {
    this.#job = undefined;
    const isClosed = this.#isClosed && failure?.code === 'CANCELLED';
    this.#resolve({
      failure: isClosed ? { ...failure, code: 'CLOSED' } : failure,
      summary,
    });
  }

  #cancel() {
    if (this.#job) internal.native().cancel(this.#job);
  }
}

module.exports = { BatchCall };
