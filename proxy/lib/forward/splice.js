'use strict';

/*
 * One body that the engine splits into batches, sends, and whose answers it
 * joins, byte for byte.
 */

const internal = require('baseten-performance-client/internal');

const { FLAG, FORM, WORD, fromNative, lifecycleOf, poolFor } = internal;

/** @typedef {import('baseten-performance-client/internal').Failure} Failure */
/** @typedef {import('baseten-performance-client/internal').Job} Job */
/** @typedef {import('baseten-performance-client/internal').SpliceSummary} SpliceSummary */
/** @typedef {import('baseten-performance-client/internal').HttpClientWrapper} HttpClientWrapper */
/** @typedef {import('../server/exchange').Exchange} Exchange */

/**
 * A kind of body that the engine knows how to split.
 * @typedef {object} Kind
 * @property {number} number of FORM
 * @property {string} path where the upstream serves it
 * @property {number} flags of FLAG
 * @property {string} defaults members for a body that lacks them, each with a
 * comma behind it
 */

/**
 * How a splice ended.
 * @typedef {object} SpliceOutcome
 * @property {Failure} [failure]
 * @property {SpliceSummary} summary
 */

const TRUNCATION =
  '"raw_scores":false,"truncate":false,"truncation_direction":"Right",';

/**
 * @param {number} number
 * @param {string} path
 * @param {number} flags
 * @param {string} defaults
 * @returns {Readonly<Kind>}
 */
function makeKind(number, path, flags, defaults) {
  return Object.freeze({ number, path, flags, defaults });
}

const KINDS = Object.freeze({
  EMBEDDINGS: makeKind(FORM.EMBEDDINGS, '/v1/embeddings', FLAG.SPLIT, ''),
  RERANK: makeKind(
    FORM.RERANK,
    '/rerank',
    FLAG.SPLIT,
    `${TRUNCATION}"return_text":false,`,
  ),
  CLASSIFY: makeKind(FORM.CLASSIFY, '/predict', FLAG.SPLIT, TRUNCATION),
  GENERIC: makeKind(FORM.GENERIC, '', 0, ''),
});

/**
 * The members that are put into a body which lacks them.
 * @param {Readonly<Kind>} kind
 * @param {string} [model]
 * @returns {string} JSON
 */
function defaultsOf({ number, defaults }, model) {
  const isModelUsed = model !== undefined && number !== FORM.GENERIC;
  const members = isModelUsed
    ? `${defaults}"model":${JSON.stringify(model)},`
    : defaults;
  return `{${members.slice(0, -1)}}`;
}

/** Runs once, and ends with the exchange it is made for, at the latest. */
class Splice {
  #isClosed = false;

  /** @type {Job | undefined} */
  #job;

  /** @type {(outcome: SpliceOutcome) => void} */
  #resolve = () => {};

  /**
   * @param {HttpClientWrapper} wrapper
   * @param {Exchange} exchange
   * @param {Readonly<Kind>} kind
   * @param {Readonly<Float64Array>} numbers
   * @param {string[]} words
   * @param {Buffer} body not to be changed before the end
   * @returns {Promise<SpliceOutcome>}
   */
  async run(wrapper, exchange, kind, numbers, words, body) {
    const lifecycle = lifecycleOf(wrapper);
    lifecycle.check();
    const { engine } = poolFor(wrapper, words[WORD.URL]);
    lifecycle.enter(this);
    try {
      const end = new Promise((resolve) => {
        this.#resolve = resolve;
      });
      this.#job = internal
        .native()
        .splice(engine, kind.number, numbers, words, body, this);
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

module.exports = { KINDS, Splice, defaultsOf };
