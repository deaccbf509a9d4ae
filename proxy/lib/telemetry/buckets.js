'use strict';

/** Upper bounds of the buckets, in seconds; one more holds all above. */
const BOUNDS_S = Object.freeze([
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
  60, 300,
]);

/** How many requests of one series took how long, for Prometheus. */
class Buckets {
  #counts = new Float64Array(BOUNDS_S.length + 1);
  #sum = 0;

  /** @param {number} seconds */
  observe(seconds) {
    let at = 0;
    while (at < BOUNDS_S.length && seconds > BOUNDS_S[at]) at += 1;
    this.#counts[at] += 1;
    this.#sum += seconds;
  }

  /**
   * As a histogram of Prometheus has it; nothing while nothing was observed.
   * @param {string} name
   * @param {Readonly<Record<string, string>>} labels
   */
  read(name, labels) {
    let count = 0;
    const values = [...BOUNDS_S, '+Inf'].map((le, i) => ({
      metricName: `${name}_bucket`,
      labels: { le, ...labels },
      value: (count += this.#counts[i]),
    }));
    if (count === 0) return [];
    return [
      ...values,
      { metricName: `${name}_sum`, labels, value: this.#sum },
      { metricName: `${name}_count`, labels, value: count },
    ];
  }
}

module.exports = { Buckets };
