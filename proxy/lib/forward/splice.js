'use strict';

/*
 * One body that the engine splits into batches, sends, and whose answers it
 * joins, byte for byte.
 */

const internal = require('baseten-performance-client/internal');
const { Refusal } = require('../base/errors');
const { release } = require('../server/answer-body');
const { engineRefusal } = require('./upstream-failure');

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
 * @property {string} defaults members for a body that lacks them
 */

/**
 * Where the batches may go, each to one of them.
 * @typedef {object} Places
 * @property {import('./target-pool').TargetPool} pool
 * @property {string[]} texts URL and header lines of each of its targets
 */

/**
 * How a splice ended.
 * @typedef {object} SpliceOutcome
 * @property {Failure} [failure]
 * @property {SpliceSummary} summary
 */

const TRUNCATION =
  '"raw_scores":false,"truncate":false,"truncation_direction":"Right"';

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
    `${TRUNCATION},"return_text":false`,
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
  if (model === undefined || number === FORM.GENERIC) return `{${defaults}}`;
  const comma = defaults === '' ? '' : ',';
  return `{${defaults}${comma}"model":${JSON.stringify(model)}}`;
}

/**
 * How often the bytes of answers that arrive are counted, and the engine told
 * how many more there may be: should the loop be late, it ends the call itself.
 */
const COUNT_INTERVAL_MS = 10;

/** @type {Set<Splice>} */
const running = new Set();

/** @type {NodeJS.Timeout | undefined} */
let counting;

/** @param {Splice} splice */
function startCounting(splice) {
  running.add(splice);
  counting ??= setInterval(() => {
    for (const one of running) one.count();
  }, COUNT_INTERVAL_MS);
}

/** @param {Splice} splice */
function stopCounting(splice) {
  running.delete(splice);
  if (running.size > 0) return;
  clearInterval(counting);
  counting = undefined;
}

/** Runs once, and ends with the exchange it is made for, at the latest. */
class Splice {
  #exchange;
  #held = 0;

  /** What its answers may hold, as the engine was told. */
  #allowed = 0;
  #isClosed = false;

  /** @type {Error | undefined} why it was cancelled */
  #refusal;

  /** @type {Job | undefined} */
  #job;

  /** @type {(outcome: SpliceOutcome) => void} */
  #resolve = () => {};

  /** @param {Exchange} exchange */
  constructor(exchange) {
    this.#exchange = exchange;
  }

  /**
   * @param {HttpClientWrapper} wrapper
   * @param {Readonly<Kind>} kind
   * @param {Readonly<Float64Array>} numbers
   * @param {string[]} words
   * @param {Buffer} body not to be changed before the end
   * @param {Places} [places] instead of the words' URL and headers
   * @returns {Promise<SpliceOutcome>}
   */
  async run(wrapper, kind, numbers, words, body, places) {
    const lifecycle = lifecycleOf(wrapper);
    try {
      lifecycle.check();
      const connections = poolFor(wrapper, words[WORD.URL]);
      lifecycle.enter(this);
      this.#job = internal
        .native()
        .splice(
          connections.engine,
          kind.number,
          numbers,
          words,
          body,
          this,
          places?.pool.endpointsFor(connections),
          places?.texts,
        );
      startCounting(this);
      this.count();
      this.#exchange.whenDone(() => this.#cancel());
      const outcome = await new Promise((resolve) => {
        this.#resolve = resolve;
      });
      return this.#keep(outcome);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      const failure = fromNative(error);
      throw engineRefusal(failure.code, failure) ?? failure;
    } finally {
      stopCounting(this);
      lifecycle.leave(this);
    }
  }

  /** Counts what has arrived of the answers; cancels when it is too much. */
  count() {
    if (!this.#job) return;
    this.#allowed = this.#held + this.#exchange.room;
    try {
      this.#hold(internal.native().allow(this.#job, this.#allowed));
    } catch (error) {
      this.#refusal = error;
      this.#cancel();
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

  /**
   * What it ended with, its memory counted.
   * @param {SpliceOutcome} outcome
   */
  #keep(outcome) {
    if (this.#refusal) throw this.#refusal;
    // By now there may be room, and the answers are lost all the same.
    if (outcome.failure?.code === 'OVERLOADED') this.#hold(this.#allowed + 1);
    if (outcome.failure) return outcome;
    const { joined, size } = outcome.summary;
    try {
      this.#hold(size);
    } catch (error) {
      if (joined) release({ joined, size });
      throw error;
    }
    return outcome;
  }

  /** @param {number} bytes of answers, all in all */
  #hold(bytes) {
    this.#exchange.hold(bytes - this.#held);
    this.#held = bytes;
  }

  #cancel() {
    if (this.#job) internal.native().cancel(this.#job);
  }
}

module.exports = { KINDS, Splice, defaultsOf };
