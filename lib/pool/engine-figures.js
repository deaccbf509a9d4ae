'use strict';

/** @typedef {import('../native/binding').EngineFigures} EngineFigures */

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
]);

/** @returns {EngineFigures} those of an engine that has done nothing */
function noFigures() {
  return {
    requests: 0,
    statuses: {},
    retries: 0,
    hedges: 0,
    hedgesWon: 0,
    connectionsOpened: 0,
    connectionsReused: 0,
    bytesSent: 0,
    bytesReceived: 0,
    inFlight: 0,
    queued: 0,
  };
}

/**
 * The figures of several engines as those of one.
 * @param {Iterable<EngineFigures>} figures
 * @returns {EngineFigures}
 */
function sumFigures(figures) {
  const sum = noFigures();
  for (const one of figures) {
    for (const name of COUNTERS) sum[name] += one[name];
    for (const [status, count] of Object.entries(one.statuses))
      sum.statuses[status] = (sum.statuses[status] ?? 0) + count;
  }
  return sum;
}

module.exports = { sumFigures };
