'use strict';

/*
 * Sends the inputs of blocks and hands the results on in their order. A window
 * of calls is in flight; each is one batch, so that the client's own rules of
 * retrying, hedging and halving hold for it.
 */

const { FinalError } = require('../base/errors');
const { failureOf, kindOf } = require('./failures');
const { Outage } = require('./outage');

/** @typedef {import('../parts/part-builder').Results} Results */
/** @typedef {import('./calls').Send} Send */

/**
 * @typedef {object} SenderTerms
 * @property {Send} send
 * @property {number} batchSize inputs of a call
 * @property {number} width calls in flight
 * @property {any} options of each call
 * @property {number} outageS the longest that the server may be away
 * @property {number} [busyS] the longest that it may refuse with 429, before
 * the job is to be taken up later
 * @property {number} [perMinute] calls that may begin
 * @property {boolean} [isRetry] the rows have failed before, and may again
 * @property {number} maxFailures rows that may fail; Infinity for any number
 * @property {(results: Results) => Promise<void>} take is given all results in
 * the order of their inputs, and holds the sender back
 */

/** Attempts that fail as in an outage while others are answered. */
const MOST_STUCK = 3;

/** Failures before the first success that tell a job that cannot succeed. */
const HOPELESS = 64;

class Sender {
  #terms;
  #outage;
  #ending = new AbortController();
  #batchSize;

  /** Calls answered so far. */
  #successes = 0;

  /** An input that was answered. @type {any} */
  #canary;

  /** When the next call may begin, in ms of performance.now(). */
  #nextStart = 0;

  /** @type {{ results?: Results[] }[]} in order; without results: in flight */
  #window = [];

  #isHanding = false;
  #failure;

  /** @type {() => void} */
  #wake = () => {};

  failedRows = 0;

  /** @param {SenderTerms} terms */
  constructor(terms) {
    this.#terms = terms;
    this.#batchSize = terms.batchSize;
    this.#outage = new Outage(terms.outageS, terms.busyS ?? Infinity);
  }

  /** Why everything waits, if it does. */
  get outage() {
    return this.#outage.reason;
  }

  /** @param {Error} error is what everything under way rejects with */
  stop(error) {
    this.#failure ??= error;
    this.#ending.abort(error);
    this.#wake();
  }

  /**
   * @param {any[]} inputs of a block
   * @returns {Promise<void>} settles when all of them have been sent
   */
  async sendAll(inputs) {
    for (let first = 0; first < inputs.length;) {
      await this.#fewerThan(this.#terms.width);
      await this.#outage.passed();
      await this.#paced();
      const batch = inputs.slice(first, first + this.#batchSize);
      first += batch.length;
      this.#launch(batch);
    }
  }

  /** Settles when all results were taken. */
  async finish() {
    await this.#fewerThan(1);
  }

  /** @param {any[]} batch */
  async #launch(batch) {
    /** @type {{ results?: Results[] }} */
    const place = {};
    this.#window.push(place);
    try {
      place.results = await this.#settle(batch);
      await this.#handOn();
    } catch (error) {
      this.stop(error);
    }
  }

  /** @param {number} count */
  async #fewerThan(count) {
    while (!this.#failure && this.#window.length >= count)
      await new Promise((resolve) => {
        this.#wake = () => resolve(undefined);
      });
    if (this.#failure) throw this.#failure;
  }

  /** Settles when another call may begin. */
  async #paced() {
    const { perMinute } = this.#terms;
    if (perMinute === undefined) return;
    const now = performance.now();
    const waitMs = this.#nextStart - now;
    this.#nextStart = Math.max(this.#nextStart, now) + 60_000 / perMinute;
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  }

  /** Hands on what is next, one at a time. */
  async #handOn() {
    if (this.#isHanding) return;
    this.#isHanding = true;
    try {
      for (;;) {
        const results = this.#window[0]?.results;
        if (!results) return;
        for (const one of results) await this.#terms.take(one);
        this.#window.shift();
        this.#wake();
      }
    } finally {
      this.#isHanding = false;
    }
  }

  /**
   * Sends a batch until each of its inputs has a result.
   * @param {any[]} batch
   * @returns {Promise<Results[]>}
   */
  async #settle(batch) {
    const runs = await this.#ask(batch);
    /** @type {Results[]} */
    const settled = [];
    let first = 0;
    for (const run of runs) {
      const inputs = batch.slice(first, first + run.count);
      first += run.count;
      if ('results' in run) settled.push(run.results);
      else if (runs.length > 1) settled.push(...(await this.#settle(inputs)));
      else settled.push(...(await this.#bisect(inputs, run.error)));
    }
    return settled;
  }

  /**
   * The batch failed, and a row of it is to blame: the halves tell which.
   * @param {any[]} inputs
   * @param {any} error
   * @returns {Promise<Results[]>}
   */
  async #bisect(inputs, error) {
    if (inputs.length > 1) {
      const middle = inputs.length >>> 1;
      const left = await this.#settle(inputs.slice(0, middle));
      const right = await this.#settle(inputs.slice(middle));
      return [...left, ...right];
    }
    this.failedRows += 1;
    const { isRetry, maxFailures } = this.#terms;
    const isHopeless = this.#successes === 0 && this.failedRows >= HOPELESS;
    if (isHopeless && !isRetry)
      throw new FinalError(
        `the first ${this.failedRows} rows all failed: ${error.message}`,
      );
    if (this.failedRows > maxFailures)
      throw new FinalError(
        `${this.failedRows} rows have failed, --max-failures allows ${maxFailures}; the last: ${error.message}`,
      );
    return [{ count: 1, tokens: 0, failure: failureOf(error) }];
  }

  /**
   * Asks until something is answered, or until the rows are to blame: they fail
   * as if the server were away, but others are answered meanwhile.
   * @param {any[]} inputs
   */
  async #ask(inputs) {
    let isProbe = false;
    for (let stuck = 0; ;) {
      const before = this.#successes;
      this.#ending.signal.throwIfAborted();
      const { runs, requests } = await this.#call(inputs);
      const error = runs.length === 1 && 'error' in runs[0] && runs[0].error;
      if (!error) {
        this.#learn(inputs, requests, runs);
        this.#outage.end();
        return runs;
      }
      const kind = kindOf(error);
      if (kind === 'ended') throw this.#failure ?? error;
      if (kind === 'fatal')
        throw new FinalError(`the server refuses everything: ${error.message}`);
      if (kind === 'rows') {
        this.#outage.end();
        return runs;
      }
      if (this.#successes === before)
        isProbe = await this.#untilBack(error, isProbe);
      if (this.#successes > before && ++stuck === MOST_STUCK) return runs;
    }
  }

  /**
   * Waits while the server is away. The first to notice probes with an input
   * that was answered before, so that a row that brings it down is found out;
   * where there is none yet, with its own rows.
   * @param {any} error
   * @param {boolean} isProbe it has probed before
   * @returns {Promise<boolean>} it is to probe with its own rows
   */
  async #untilBack(error, isProbe) {
    const { signal } = this.#ending;
    if (!isProbe && !this.#outage.begin(error)) {
      await this.#outage.passed();
      return false;
    }
    for (;;) {
      await this.#outage.pause(error, signal);
      if (this.#canary === undefined) return true;
      const { runs } = await this.#call([this.#canary]);
      if ('results' in runs[0]) {
        this.#outage.end();
        return false;
      }
      error = runs[0].error;
    }
  }

  /** @param {any[]} inputs */
  async #call(inputs) {
    try {
      const answered = await this.#terms.send(inputs, {
        ...this.#terms.options,
        signal: this.#ending.signal,
      });
      if (answered.runs.some((run) => 'results' in run)) this.#successes += 1;
      return answered;
    } catch (error) {
      if (error instanceof RangeError && !('code' in error))
        throw new FinalError(`the answers do not fit: ${error.message}`);
      return { runs: [{ count: inputs.length, error }], requests: 1 };
    }
  }

  /**
   * A server that takes smaller batches only is given those from now on.
   * @param {any[]} inputs
   * @param {number} requests that they took
   * @param {import('./calls').Run[]} runs
   */
  #learn(inputs, requests, runs) {
    const hasFailed = runs.some((run) => 'error' in run);
    if (!hasFailed) this.#canary ??= inputs[0];
    const isCutByChars = this.#terms.options.maxCharsPerRequest !== undefined;
    if (requests < 2 || hasFailed || isCutByChars) return;
    const halvings = Math.floor(Math.log2(requests));
    const size = Math.max(1, Math.ceil(inputs.length / 2 ** halvings));
    this.#batchSize = Math.min(this.#batchSize, size);
  }
}

module.exports = { Sender };
