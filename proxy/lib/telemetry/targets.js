'use strict';

/*
 * How each of several targets is doing, of one process and of all.
 */

/**
 * The last answer to whether a target is well.
 * @typedef {object} ProbeFigures
 * @property {number} atMs since 1970
 * @property {number} seconds it took
 * @property {boolean | null} healthy null when it only timed out
 */

/**
 * @typedef {object} TargetFigures
 * @property {string} name its host, port and path
 * @property {number} weight
 * @property {boolean} healthy
 * @property {number} requests batches, and what passed through
 * @property {number} failures of these, without an answer or with an error
 * @property {number} inFlight
 * @property {ProbeFigures} [probe] undefined before the first
 */

/**
 * The later of two probes.
 * @param {ProbeFigures} [one]
 * @param {ProbeFigures} [other]
 */
function later(one, other) {
  return (other?.atMs ?? 0) > (one?.atMs ?? 0) ? other : one;
}

/**
 * @param {TargetFigures} one
 * @param {TargetFigures} other the same target, as another process sees it
 * @returns {TargetFigures}
 */
function sum(one, other) {
  return {
    ...one,
    healthy: one.healthy && other.healthy,
    requests: one.requests + other.requests,
    failures: one.failures + other.failures,
    inFlight: one.inFlight + other.inFlight,
    probe: later(one.probe, other.probe),
  };
}

/**
 * The targets of several processes with equal settings: one is healthy where
 * all find it so.
 * @param {TargetFigures[][]} lists at least one
 * @returns {TargetFigures[]}
 */
function mergeTargets(lists) {
  return lists.reduce((sums, list) => sums.map((one, i) => sum(one, list[i])));
}

/**
 * What is left of the targets of processes that have ended.
 * @param {TargetFigures[]} targets
 * @returns {TargetFigures[]}
 */
function pastTargets(targets) {
  return targets.map((one) => ({
    ...one,
    healthy: true,
    inFlight: 0,
    probe: undefined,
  }));
}

/**
 * As /status.json tells it.
 * @param {TargetFigures} figures
 */
function describeTarget(figures) {
  const { name, weight, healthy, requests, failures, probe } = figures;
  return {
    target: name,
    weight,
    healthy,
    requests,
    failures,
    in_flight: figures.inFlight,
    last_probe: probe
      ? {
          at: new Date(probe.atMs).toISOString(),
          seconds: probe.seconds,
          healthy: probe.healthy,
        }
      : null,
  };
}

module.exports = { describeTarget, mergeTargets, pastTargets };
