'use strict';

/**
 * What a job has done so far.
 * @typedef {object} Figures
 * @property {number} rows settled in this run: answered, failed, or bad
 * @property {number} failed in this run
 * @property {number} bad in this run
 * @property {number} tokens in this run
 * @property {number} parts finished in this run
 * @property {number} seconds of this run
 * @property {number} share of the input that is read, 0 to 1
 * @property {number} inFlight requests
 * @property {number} retries
 * @property {number} hedges
 * @property {number} p50 seconds of a request
 * @property {number} p99
 * @property {string | undefined} waiting why nothing is sent
 */

/** Counts what a run does. */
class Meter {
  #start = performance.now();
  #stats;
  #sender;

  rows = 0;
  failed = 0;
  bad = 0;
  tokens = 0;
  parts = 0;
  share = 0;

  /**
   * @param {() => import('baseten-performance-client').ClientStats} stats
   * @param {{ outage: string | undefined }} sender
   */
  constructor(stats, sender) {
    this.#stats = stats;
    this.#sender = sender;
  }

  /** @param {import('../parts/part-builder').Results} results */
  addResults({ count, tokens, failure }) {
    this.rows += count;
    this.tokens += tokens;
    if (failure) this.failed += count;
  }

  /** @param {import('../parts/store').PartRecord} record */
  addPart({ bad }) {
    this.parts += 1;
    this.bad += bad;
  }

  /** @returns {Figures} */
  figures() {
    const { inFlight, retries, hedges, latency } = this.#stats();
    return {
      rows: this.rows + this.bad,
      failed: this.failed,
      bad: this.bad,
      tokens: this.tokens,
      parts: this.parts,
      seconds: (performance.now() - this.#start) / 1000,
      share: this.share,
      inFlight,
      retries,
      hedges,
      p50: latency.p50,
      p99: latency.p99,
      waiting: this.#sender.outage,
    };
  }
}

module.exports = { Meter };
