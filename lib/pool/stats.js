'use strict';

const { createHistogram } = require('node:perf_hooks');

/** @typedef {import('../native/binding').EngineFigures} EngineFigures */

/**
 * How long batches took; seconds, but for the count.
 * @typedef {object} LatencyStats
 * @property {number} count
 * @property {number} mean
 * @property {number} p50
 * @property {number} p90
 * @property {number} p99
 * @property {number} max
 */

/**
 * @typedef {Readonly<EngineFigures & { latency: Readonly<LatencyStats> }>} PoolStats
 */

const MICROSECONDS = 1e6;

const COUNTERS = /** @type {const} */ ([
  'requests',
  'retries',
  'hedges',
  'hedgesWon',
  'connectionsOpened',
  'connectionsReused',
  'bytesSent',
  'bytesReceived',
  'inFlight',
  'queued',
  'limit',
  'throttled',
]);

/**
 * The counters of several engines as those of one; zeros for none.
 * @param {Iterable<EngineFigures>} engines
 * @returns {EngineFigures}
 */
function sumFigures(engines) {
  const zeros = Object.fromEntries(COUNTERS.map((name) => [name, 0]));
  const sum = /** @type {EngineFigures} */ (
    /** @type {unknown} */ ({ ...zeros, statuses: {} })
  );
  for (const one of engines) {
    for (const name of COUNTERS) sum[name] += one[name];
    for (const [status, count] of Object.entries(one.statuses))
      sum.statuses[status] = (sum.statuses[status] ?? 0) + count;
  }
  return sum;
}

/**
 * How long batches took, kept in Node's histogram: 0.1 % off at most, in memory
 * that does not grow.
 */
class Latencies {
  #histogram = createHistogram();

  /** @param {number} seconds */
  record(seconds) {
    this.#histogram.record(Math.max(1, Math.round(seconds * MICROSECONDS)));
  }

  /** @param {Latencies} others */
  add(others) {
    this.#histogram.add(others.#histogram);
  }

  /** @returns {Readonly<LatencyStats>} zeros while nothing was recorded */
  figures() {
    const { count, mean, max } = this.#histogram;
    return Object.freeze({
      count,
      mean: count === 0 ? 0 : mean / MICROSECONDS,
      p50: this.#percentile(50),
      p90: this.#percentile(90),
      p99: this.#percentile(99),
      max: max / MICROSECONDS,
    });
  }

  /** @param {number} percent */
  #percentile(percent) {
    return this.#histogram.percentile(percent) / MICROSECONDS;
  }
}

/**
 * What several pools recorded, as if one had.
 * @param {Latencies[]} all
 * @returns {Readonly<LatencyStats>}
 */
function latencyOf(all) {
  if (all.length === 1) return all[0].figures();
  const sum = new Latencies();
  for (const one of all) sum.add(one);
  return sum.figures();
}

module.exports = { Latencies, latencyOf, sumFigures };
