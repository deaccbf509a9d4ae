'use strict';

const { percentilesOf } = require('./pulse');

/** @typedef {import('./pulse').LastMinute} LastMinute */

/**
 * What one process has done, in a form that passes between processes.
 * @typedef {object} Snapshot
 * @property {string} version
 * @property {number} workers
 * @property {number} startedAtMs since 1970, of the first to start
 * @property {boolean} isDraining
 * @property {number} inFlight calls being served
 * @property {number} bufferedBytes of their bodies
 * @property {number} upstreamInFlight batches that upstreams are asked
 * @property {number} queued batches that wait for their turn
 * @property {Record<string, number>} totals
 * @property {Record<string, number>} statuses
 * @property {Record<string, number>} upstreamStatuses
 * @property {LastMinute} recent
 */

const GAUGES = /** @type {const} */ ([
  'workers',
  'inFlight',
  'bufferedBytes',
  'upstreamInFlight',
  'queued',
]);

/** @param {number[]} numbers */
function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

/**
 * @param {Record<string, number>[]} records
 * @returns {Record<string, number>}
 */
function sumRecords(records) {
  /** @type {Record<string, number>} */
  const sums = {};
  for (const record of records)
    for (const [name, value] of Object.entries(record))
      sums[name] = (sums[name] ?? 0) + value;
  return sums;
}

/**
 * Brings seconds that end at `from` to those that end at `to`, which is later.
 * @param {number[]} counts
 * @param {number} from
 * @param {number} to
 * @returns {number[]}
 */
function shiftSeconds(counts, from, to) {
  const gone = Math.min(to - from, counts.length);
  return [...counts.slice(gone), ...Array(gone).fill(0)];
}

/**
 * @param {LastMinute[]} all
 * @returns {LastMinute}
 */
function mergeRecent(all) {
  const second = Math.max(...all.map((recent) => recent.second));
  // A worker may have told it long ago.
  const list = all.filter(
    (recent) => second - recent.second < recent.requests.length,
  );
  const sumOf = (/** @type {'requests' | 'errors' | 'refused'} */ name) =>
    list
      .map((recent) => shiftSeconds(recent[name], recent.second, second))
      .reduce((sums, counts) => sums.map((count, i) => count + counts[i]));
  return {
    second,
    requests: sumOf('requests'),
    errors: sumOf('errors'),
    refused: sumOf('refused'),
    seconds: sum(list.map((recent) => recent.seconds)),
    upstreamSeconds: sum(list.map((recent) => recent.upstreamSeconds)),
    durations: list.flatMap((recent) => recent.durations),
  };
}

/**
 * The snapshots of several workers as that of one proxy.
 * @param {Snapshot[]} list at least one
 * @returns {Snapshot}
 */
function mergeSnapshots(list) {
  const merged = {
    ...list[0],
    startedAtMs: Math.min(...list.map((one) => one.startedAtMs)),
    isDraining: list.some((one) => one.isDraining),
    totals: sumRecords(list.map((one) => one.totals)),
    statuses: sumRecords(list.map((one) => one.statuses)),
    upstreamStatuses: sumRecords(list.map((one) => one.upstreamStatuses)),
    recent: mergeRecent(list.map((one) => one.recent)),
  };
  for (const name of GAUGES) merged[name] = sum(list.map((one) => one[name]));
  return merged;
}

/**
 * What the snapshots of workers have counted that do nothing any more.
 * @param {Snapshot[]} list at least one, that which ended last first
 * @returns {Snapshot}
 */
function pastOf(list) {
  const past = { ...mergeSnapshots(list), isDraining: false };
  for (const name of GAUGES) past[name] = 0;
  past.recent = list[0].recent;
  return past;
}

/** @param {string} name in camelCase */
function snakeCase(name) {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * A snapshot as /status.json tells it; times are seconds.
 * @param {Snapshot} snapshot
 * @param {number} nowMs since 1970
 */
function describeSnapshot(snapshot, nowMs) {
  const { totals, recent } = snapshot;
  return {
    service: 'baseten-performance-proxy',
    version: snapshot.version,
    state: snapshot.isDraining ? 'draining' : 'ready',
    workers: snapshot.workers,
    uptime: Math.max(0, (nowMs - snapshot.startedAtMs) / 1000),
    in_flight: snapshot.inFlight,
    buffered_bytes: snapshot.bufferedBytes,
    upstream_in_flight: snapshot.upstreamInFlight,
    queued: snapshot.queued,
    totals: Object.fromEntries(
      Object.entries(totals).map(([name, total]) => [snakeCase(name), total]),
    ),
    statuses: snapshot.statuses,
    upstream_statuses: snapshot.upstreamStatuses,
    last_minute: {
      ends_at: recent.second + 1,
      requests: recent.requests,
      errors: recent.errors,
      refused: recent.refused,
      latency: percentilesOf(recent.durations),
      upstream_share:
        recent.seconds === 0 ? 0 : recent.upstreamSeconds / recent.seconds,
    },
  };
}

module.exports = { describeSnapshot, mergeSnapshots, pastOf };
