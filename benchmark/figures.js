'use strict';

/** From what a trial measured to what is told about it. */

const BASE = 'undici';

/** Figures of which the ratio to undici is told, too. */
const COMPARED = ['requestsPerS', 'cpuUs', 'busyUs', 'peakMb'];

const US_PER_S = 1e6;

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2) return sorted[middle];
  return (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The value below which `share` of the sorted values are. */
function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

function timeFigures(times) {
  if (!times) return {};
  const sorted = times.toSorted((a, b) => a - b);
  return {
    batchP50Ms: percentile(sorted, 0.5),
    batchP99Ms: percentile(sorted, 0.99),
    batchMaxMs: sorted.at(-1),
  };
}

/** What only the server can tell: what it got beyond what was asked for. */
function serverFigures({ before, after, seconds }, job) {
  if (!after) return {};
  const count = after.requests - before.requests;
  const asked = job.warmUp + 2 * job.requests * job.repeat;
  const meanWaitS = (after.waitedUs - before.waitedUs) / count / US_PER_S;
  const idealPerS = job.inFlight / meanWaitS;
  return {
    connections: after.connections - before.connections,
    extraShare: (count - asked) / asked,
    idealShare:
      meanWaitS && !job.isTimed
        ? (job.requests * job.repeat) / seconds / idealPerS
        : undefined,
  };
}

/** The figures of one trial, per request where that makes sense. */
function figuresOf(trial, job, bodySize) {
  const { seconds, cpuSeconds, busySeconds, times } = trial;
  const requests = job.requests * job.repeat;
  return {
    seconds,
    inputs: job.requests * job.batchSize,
    requestsPerS: requests / seconds,
    usPerInput: (seconds / requests / job.batchSize) * US_PER_S,
    cpuUs: (cpuSeconds / requests) * US_PER_S,
    busyUs: (busySeconds / requests) * US_PER_S,
    bodyGbPerS: (requests * bodySize) / seconds / 1e9,
    bodyGbPerCpuS: (requests * bodySize) / cpuSeconds / 1e9,
    delayP99Ms: trial.delayP99Ms,
    longestGapMs: trial.longestGapMs,
    peakMb: trial.peakMb,
    ...timeFigures(times),
    ...serverFigures(trial, job),
  };
}

/** Median, least and most of each figure that there is in all rounds. */
function spread(rounds) {
  const summary = {};
  for (const name of Object.keys(rounds[0])) {
    const values = rounds.map((round) => round[name]);
    if (values.every(Number.isFinite))
      summary[name] = {
        median: median(values),
        min: Math.min(...values),
        max: Math.max(...values),
      };
  }
  return summary;
}

/** Ratios to the base, taken round by round and only then summed up. */
function ratiosTo(base, rounds) {
  return spread(
    rounds.map((round, i) =>
      Object.fromEntries(
        COMPARED.map((name) => [
          name,
          round[name] / (base[i] ?? base.at(-1))[name],
        ]),
      ),
    ),
  );
}

/** All contenders of a work, with every round kept. */
function summarize({ name, title }, all) {
  const contenders = Object.entries(all).map(([id, rounds]) => ({
    id,
    label: require(`./contenders/${id}`).label,
    figures: spread(rounds),
    ratios: all[BASE] ? ratiosTo(all[BASE], rounds) : {},
    rounds,
  }));
  return { name, title, contenders };
}

module.exports = { median, summarize, figuresOf };
