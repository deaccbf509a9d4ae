'use strict';

/*
 * One body that the engine splits into batches, sends, and whose answers it
 * joins, byte for byte.
 */

const internal = require('baseten-performance-client/internal');

const { engineFor, fromNative, lifecycleOf } = internal;

/** @typedef {import('baseten-performance-client/internal').Failure} Failure */
/** @typedef {import('baseten-performance-client/internal').Job} Job */
/** @typedef {import('baseten-performance-client/internal').SpliceSummary} SpliceSummary */
/** @typedef {import('baseten-performance-client/internal').HttpClientWrapper} HttpClientWrapper */
/** @typedef {import('../server/exchange').Exchange} Exchange */

/**
 * A kind of body that the engine knows how to split.
 * @typedef {object} Kind
 * @property {number} number as the engine counts them
 * @property {string} path where the upstream serves it
 * @property {number} flags
 * @property {string} defaults members for a body that lacks them, each with a
 * comma behind it
 */

/**
 * How a splice ended.
 * @typedef {object} SpliceOutcome
 * @property {Failure} [failure]
 * @property {SpliceSummary} summary
 */

/** A batch that the upstream finds too large may be split further. */
const FLAG_SPLIT = 64;

/** Answers are sent without an object around their list. */
const FLAG_BARE = 128;

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
  EMBEDDINGS: makeKind(0, '/v1/embeddings', FLAG_SPLIT, ''),
  RERANK: makeKind(
    1,
    '/rerank',
    FLAG_SPLIT,
    `${TRUNCATION}"return_text":false,`,
  ),
  CLASSIFY: makeKind(2, '/predict', FLAG_SPLIT, TRUNCATION),
  GENERIC: makeKind(3, '', 0, ''),
});

/**
 * The members that are put into a body which lacks them.
 * @param {Readonly<Kind>} kind
 * @param {string} [model]
 * @returns {string} JSON
 */
function defaultsOf({ number, defaults }, model) {
  const isModelUsed = model !== undefined && number !== KINDS.GENERIC.number;
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
    const engine = engineFor(wrapper, words[0]);
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

module.exports = { FLAG_BARE, KINDS, Splice, defaultsOf };
