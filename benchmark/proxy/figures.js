'use strict';

/** From what a load found to what is told about it. */

const { median } = require('../figures');

const US_PER_S = 1e6;

/** What a load and the proxy's own processes say, per request. */
function figuresOf({ load, before, after, loop }) {
  return {
    requestsPerS: load.requests / load.seconds,
    p50Ms: load.p50Ms,
    p99Ms: load.p99Ms,
    cpuUs: before && ((after.cpuS - before.cpuS) / load.requests) * US_PER_S,
    residentMb: after?.residentMb,
    ...loop,
  };
}

/** The median of each figure that every round has. */
function summarize(rounds) {
  const names = Object.keys(rounds[0]).filter((name) =>
    rounds.every((round) => Number.isFinite(round[name])),
  );
  return Object.fromEntries(
    names.map((name) => [name, median(rounds.map((round) => round[name]))]),
  );
}

/** One figure of each round, in units of another contender's. */
function ratio(rounds, of, to, name) {
  return median(
    rounds[of].map((round, i) => round[name] / rounds[to][i][name]),
  );
}

/** By how much a proxy's p50 exceeds that of no proxy, round by round. */
function addedMs(rounds, id) {
  return rounds[id].map((round, i) => round.p50Ms - rounds.direct[i].p50Ms);
}

module.exports = { addedMs, figuresOf, ratio, summarize };
