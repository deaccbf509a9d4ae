'use strict';

/** Classes per doubling of a duration; a class is 2.2 % wide to each side. */
const PER_DOUBLING = 16;

/** The last class holds whatever takes longer than 2^32 us, over an hour. */
const CLASSES = 32 * PER_DOUBLING;

const US_PER_S = 1e6;

/**
 * How many requests took how long, as counts of classes of duration. Unlike
 * the histograms of Node these can be added over seconds and over processes.
 */
class Durations {
  #counts = new Uint32Array(CLASSES);

  /** @param {number} seconds */
  record(seconds) {
    const doublings = Math.log2(Math.max(1, seconds * US_PER_S));
    const index = Math.round(doublings * PER_DOUBLING);
    this.#counts[Math.min(index, CLASSES - 1)] += 1;
  }

  /** @param {Durations} other */
  add(other) {
    for (let i = 0; i < CLASSES; i++) this.#counts[i] += other.#counts[i];
  }

  clear() {
    this.#counts.fill(0);
  }

  /** The classes that are not empty, each as [class, count]. */
  entries() {
    /** @type {[number, number][]} */
    const entries = [];
    this.#counts.forEach((count, i) => {
      if (count > 0) entries.push([i, count]);
    });
    return entries;
  }
}

/**
 * @typedef {object} Percentiles seconds, but for the count
 * @property {number} count
 * @property {number} p50
 * @property {number} p90
 * @property {number} p99
 */

/**
 * @param {[number, number][]} entries of any number of Durations, in any order
 * @returns {Percentiles} zeros while nothing was recorded
 */
function percentilesOf(entries) {
  const sorted = entries.toSorted(([a], [b]) => a - b);
  const count = sorted.reduce((sum, [, its]) => sum + its, 0);
  const below = (/** @type {number} */ share) => {
    let left = Math.ceil(share * count);
    const found = sorted.find(([, its]) => (left -= its) <= 0);
    return found ? 2 ** (found[0] / PER_DOUBLING) / US_PER_S : 0;
  };
  return { count, p50: below(0.5), p90: below(0.9), p99: below(0.99) };
}

module.exports = { Durations, percentilesOf };
