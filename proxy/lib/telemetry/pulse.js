'use strict';

/** Classes per doubling of a duration; a class is 2.2 % wide to each side. */
const PER_DOUBLING = 16;

/** The last class holds whatever takes longer than 2^32 us, over an hour. */
const LAST_CLASS = 32 * PER_DOUBLING - 1;

const US_PER_S = 1e6;

/**
 * How many requests took how long, as counts of classes of duration. Unlike
 * the histograms of Node these can be added over seconds and over processes.
 */
class Durations {
  /** @type {Map<number, number>} of the classes that are not empty */
  #counts = new Map();

  /** @param {number} seconds */
  record(seconds) {
    const doublings = Math.log2(Math.max(1, seconds * US_PER_S));
    const at = Math.min(Math.round(doublings * PER_DOUBLING), LAST_CLASS);
    this.#counts.set(at, (this.#counts.get(at) ?? 0) + 1);
  }

  /** The classes that are not empty, each as [class, count]. */
  entries() {
    return [...this.#counts];
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
 * Where requests came in and where they went.
 * @typedef {object} Way
 * @property {string} name of the two together
 * @property {string} route
 * @property {string} target
 */

/**
 * What is told of a request that is over.
 * @typedef {object} Facts
 * @property {number} inputs
 * @property {number} batches
 * @property {number} retries
 * @property {number} hedges
 * @property {number} bytesIn
 * @property {number} bytesOut
 * @property {number} upstreamSeconds
 */

/**
 * What went one way in one second, in a form that passes between processes.
 * @typedef {object} RowFacts
 * @property {number} second since 1970
 * @property {string} route
 * @property {string} target
 * @property {[number, number][]} statuses each with the count of its requests
 * @property {[number, number][]} durations see Durations
 * @property {number} seconds of those requests, together
 *
 * @typedef {RowFacts & Facts} Row
 */

/**
 * @typedef {object} LastMinute
 * @property {number} second the last one told of, since 1970
 * @property {Row[]} rows of that second and the 59 before it, in any order
 */

/** Sums of one way in one second; each by its name, as that is the fastest. */
class Tally {
  #route;
  #target;
  #durations = new Durations();

  /** @type {Map<number, number>} */
  #statuses = new Map();

  #seconds = 0;
  #upstreamSeconds = 0;
  #inputs = 0;
  #batches = 0;
  #retries = 0;
  #hedges = 0;
  #bytesIn = 0;
  #bytesOut = 0;

  /** @param {Way} way */
  constructor({ route, target }) {
    this.#route = route;
    this.#target = target;
  }

  /**
   * @param {number} status
   * @param {number} seconds
   * @param {Facts} facts
   */
  add(status, seconds, facts) {
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
    this.#durations.record(seconds);
    this.#seconds += seconds;
    this.#upstreamSeconds += facts.upstreamSeconds;
    this.#inputs += facts.inputs;
    this.#batches += facts.batches;
    this.#retries += facts.retries;
    this.#hedges += facts.hedges;
    this.#bytesIn += facts.bytesIn;
    this.#bytesOut += facts.bytesOut;
  }

  /**
   * @param {number} second
   * @returns {Row}
   */
  read(second) {
    return {
      second,
      route: this.#route,
      target: this.#target,
      statuses: [...this.#statuses],
      durations: this.#durations.entries(),
      seconds: this.#seconds,
      upstreamSeconds: this.#upstreamSeconds,
      inputs: this.#inputs,
      batches: this.#batches,
      retries: this.#retries,
      hedges: this.#hedges,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
    };
  }
}

/**
 * What happened in one second since 1970; in -1 before it is first used.
 * @typedef {{ second: number, tallies: Map<string, Tally> }} Slot
 */

/**
 * The last minute, second by second; its memory grows with the number of ways
 * alone.
 */
class Pulse {
  #slots = Array.from(
    { length: SLOTS },
    () => /** @type {Slot} */ ({ second: -1, tallies: new Map() }),
  );

  /**
   * @param {number} nowMs since 1970
   * @param {Way} way
   * @param {number} status
   * @param {number} seconds
   * @param {Facts} facts
   */
  record(nowMs, way, status, seconds, facts) {
    const { tallies } = this.#slotOf(Math.floor(nowMs / 1000));
    let tally = tallies.get(way.name);
    if (!tally) {
      tally = new Tally(way);
      tallies.set(way.name, tally);
    }
    tally.add(status, seconds, facts);
  }

  /**
   * The last minute without the second that has not ended.
   * @param {number} nowMs
   * @returns {LastMinute}
   */
  read(nowMs) {
    const last = Math.floor(nowMs / 1000) - 1;
    const rows = this.#slots
      .filter(({ second }) => second > last - SECONDS && second <= last)
      .flatMap(({ second, tallies }) =>
        Array.from(tallies.values(), (tally) => tally.read(second)),
      );
    return { second: last, rows };
  }

  /**
   * @param {number} second
   * @returns {Slot} emptied when it was an older second's
   */
  #slotOf(second) {
    const slot = this.#slots[second % SLOTS];
    if (slot.second === second) return slot;
    return Object.assign(slot, { second, tallies: new Map() });
  }
}

module.exports = { Durations, Pulse, SECONDS, percentilesOf };
