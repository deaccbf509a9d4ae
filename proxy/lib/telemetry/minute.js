'use strict';

/*
 * The last minute as the status page shows it: all of it, second by second, and
 * by where requests came in and went.
 */

const { SECONDS, percentilesOf } = require('./pulse');

/** @typedef {import('./pulse').LastMinute} LastMinute */
/** @typedef {import('./pulse').Row} Row */

/** What is added up beside the outcomes. */
const TOTALS = /** @type {const} */ ([
  'inputs',
  'batches',
  'retries',
  'hedges',
  'bytesIn',
  'bytesOut',
]);

/**
 * The last minutes of several workers as that of one proxy.
 * @param {LastMinute[]} list at least one
 * @returns {LastMinute}
 */
function mergeMinutes(list) {
  const second = Math.max(...list.map((one) => one.second));
  // A worker may have told it long ago.
  const rows = list
    .flatMap((one) => one.rows)
    .filter((row) => row.second > second - SECONDS);
  return { second, rows };
}

/**
 * @param {Row[]} rows
 * @param {(row: Row) => number} pick
 */
function sumOf(rows, pick) {
  return rows.reduce((sum, row) => sum + pick(row), 0);
}

/**
 * @param {Row} row
 * @param {(status: number) => boolean} isWanted
 */
function countOf({ statuses }, isWanted) {
  return statuses.reduce(
    (sum, [status, count]) => (isWanted(status) ? sum + count : sum),
    0,
  );
}

/**
 * Errors are answers of 500 and above, our failures and the upstream's; what
 * was refused are those of 400 to 499, which their callers gave cause to.
 * @param {Row[]} rows
 */
function outcomesOf(rows) {
  return {
    requests: sumOf(rows, (row) => countOf(row, () => true)),
    errors: sumOf(rows, (row) => countOf(row, (status) => status >= 500)),
    refused: sumOf(rows, (row) =>
      countOf(row, (status) => status >= 400 && status < 500),
    ),
  };
}

/** @param {Row[]} rows */
function latencyOf(rows) {
  return percentilesOf(rows.flatMap((row) => row.durations));
}

/** @param {Row[]} rows */
function statusesOf(rows) {
  /** @type {Record<string, number>} */
  const sums = {};
  for (const [status, count] of rows.flatMap((row) => row.statuses))
    sums[status] = (sums[status] ?? 0) + count;
  return sums;
}

/**
 * @template Key
 * @param {Row[]} rows
 * @param {(row: Row) => Key} keyOf
 */
function groupBy(rows, keyOf) {
  /** @type {Map<Key, Row[]>} */
  const groups = new Map();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

/**
 * Each way that requests took, the busiest first.
 * @param {Row[]} rows
 */
function describeWays(rows) {
  const ways = groupBy(rows, ({ route, target }) => `${route} ${target}`);
  return Array.from(ways.values())
    .map((its) => ({
      route: its[0].route,
      target: its[0].target,
      ...outcomesOf(its),
      latency: latencyOf(its),
    }))
    .sort((a, b) => b.requests - a.requests);
}

/**
 * @param {LastMinute} recent
 * @param {number} uptime seconds
 */
function describeMinute({ second, rows }, uptime) {
  const groups = groupBy(rows, (row) => row.second);
  const bySecond = Array.from(
    { length: SECONDS },
    (_, i) => groups.get(second - SECONDS + 1 + i) ?? [],
  );
  const outcomes = bySecond.map(outcomesOf);
  const latencies = bySecond.map(latencyOf);
  const seconds = sumOf(rows, (row) => row.seconds);
  const upstream = sumOf(rows, (row) => row.upstreamSeconds);
  const totals = TOTALS.map((name) => [name, sumOf(rows, (row) => row[name])]);
  return {
    ends_at: second + 1,
    seconds: Math.min(Math.max(uptime, 1), SECONDS),
    requests: outcomes.map((one) => one.requests),
    errors: outcomes.map((one) => one.errors),
    refused: outcomes.map((one) => one.refused),
    p50: latencies.map((one) => one.p50),
    p99: latencies.map((one) => one.p99),
    latency: latencyOf(rows),
    upstream_share: seconds === 0 ? 0 : upstream / seconds,
    totals: { ...outcomesOf(rows), ...Object.fromEntries(totals) },
    statuses: statusesOf(rows),
    ways: describeWays(rows),
  };
}

module.exports = { describeMinute, mergeMinutes };
