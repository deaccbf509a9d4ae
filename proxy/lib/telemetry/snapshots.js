'use strict';

const { describeMinute, mergeMinutes } = require('./minute');
const { describeTarget, mergeTargets, pastTargets } = require('./targets');

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
 * @property {import('./targets').TargetFigures[]} targets none unless several
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
    recent: mergeMinutes(list.map((one) => one.recent)),
    targets: mergeTargets(list.map((one) => one.targets)),
  };
  for (const name of GAUGES) merged[name] = sum(list.map((one) => one[name]));
  return merged;
}

/**
 * What the snapshots of workers have counted that do nothing any more.
 * @param {Snapshot[]} list at least one
 * @returns {Snapshot}
 */
function pastOf(list) {
  const merged = mergeSnapshots(list);
  const targets = pastTargets(merged.targets);
  const past = { ...merged, isDraining: false, targets };
  for (const name of GAUGES) past[name] = 0;
  return past;
}

/** @param {string} name in camelCase */
function snakeCase(name) {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** @param {Record<string, number>} record */
function snakeKeys(record) {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [snakeCase(name), value]),
  );
}

/**
 * @param {Snapshot} snapshot
 * @returns {import('./pages').Readiness}
 */
function readinessOf({ isDraining, targets }) {
  if (isDraining) return 'draining';
  const isAnyHealthy = targets.some(({ healthy }) => healthy);
  return targets.length === 0 || isAnyHealthy ? 'ready' : 'unhealthy';
}

/**
 * A snapshot as /status.json tells it; times are seconds.
 * @param {Snapshot} snapshot
 * @param {number} nowMs since 1970
 */
function describeSnapshot(snapshot, nowMs) {
  const uptime = Math.max(0, (nowMs - snapshot.startedAtMs) / 1000);
  const minute = describeMinute(snapshot.recent, uptime);
  return {
    service: 'baseten-performance-proxy',
    version: snapshot.version,
    state: readinessOf(snapshot),
    workers: snapshot.workers,
    uptime,
    in_flight: snapshot.inFlight,
    buffered_bytes: snapshot.bufferedBytes,
    upstream_in_flight: snapshot.upstreamInFlight,
    queued: snapshot.queued,
    totals: snakeKeys(snapshot.totals),
    statuses: snapshot.statuses,
    upstream_statuses: snapshot.upstreamStatuses,
    targets: snapshot.targets.map(describeTarget),
    last_minute: { ...minute, totals: snakeKeys(minute.totals) },
  };
}

module.exports = { describeSnapshot, mergeSnapshots, pastOf };
