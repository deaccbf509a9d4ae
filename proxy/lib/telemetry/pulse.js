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

/** Whole seconds that are told of. */
const SECONDS = 60;

/** One more for the second that has not ended. */
const SLOTS = SECONDS + 1;

/**
 * What a pulse tells; arrays begin with the oldest second.
 * @typedef {object} LastMinute
 * @property {number} second the last one told of, since 1970
 * @property {number[]} requests
 * @property {number[]} errors
 * @property {number[]} refused
 * @property {number} seconds
 * @property {number} upstreamSeconds
 * @property {[number, number][]} durations
 */

const NOTHING = Object.freeze({
  requests: 0,
  errors: 0, // answers that were 5xx: our failures, and the upstream's
  refused: 0, // answers that were 4xx, which their callers gave cause to
  seconds: 0, // of the requests, together
  upstreamSeconds: 0, // of the same requests
});

/** What happened in one second since 1970; in -1 before it is first used. */
function makeSlot() {
  return { second: -1, ...NOTHING, durations: new Durations() };
}

/** The last minute, second by second, in memory that does not grow. */
class Pulse {
  #slots = Array.from({ length: SLOTS }, makeSlot);

  /**
   * @param {number} nowMs since 1970
   * @param {number} seconds
   * @param {number} upstreamSeconds
   * @param {number} status
   */
  record(nowMs, seconds, upstreamSeconds, status) {
    const slot = this.#slotOf(Math.floor(nowMs / 1000));
    slot.requests += 1;
    if (status >= 500) slot.errors += 1;
    else if (status >= 400) slot.refused += 1;
    slot.seconds += seconds;
    slot.upstreamSeconds += upstreamSeconds;
    slot.durations.record(seconds);
  }

  /**
   * The last minute without the second that has not ended.
   * @param {number} nowMs
   * @returns {LastMinute}
   */
  read(nowMs) {
    const last = Math.floor(nowMs / 1000) - 1;
    const durations = new Durations();
    /** @type {LastMinute} */
    const recent = {
      ...NOTHING,
      second: last,
      requests: Array(SECONDS).fill(0),
      errors: Array(SECONDS).fill(0),
      refused: Array(SECONDS).fill(0),
      durations: [],
    };
    for (const slot of this.#slots) {
      const at = slot.second - (last - SECONDS + 1);
      if (at < 0 || at >= SECONDS) continue;
      recent.requests[at] = slot.requests;
      recent.errors[at] = slot.errors;
      recent.refused[at] = slot.refused;
      recent.seconds += slot.seconds;
      recent.upstreamSeconds += slot.upstreamSeconds;
      durations.add(slot.durations);
    }
    return { ...recent, durations: durations.entries() };
  }

  /**
   * @param {number} second
   * @returns {ReturnType<typeof makeSlot>} emptied when it was an older second's
   */
  #slotOf(second) {
    const slot = this.#slots[second % SLOTS];
    if (slot.second === second) return slot;
    slot.durations.clear();
    return Object.assign(slot, NOTHING, { second });
  }
}

module.exports = { Durations, Pulse, percentilesOf };
