'use strict';

/**
 * A job on many workers.
 * @typedef {object} Model
 * @property {number} rows
 * @property {number} shards
 * @property {number} workers
 * @property {number} rowsPerS that one worker sends while it is at a shard
 * @property {number} [providerRowsPerS] that all of them may have, no limit
 * @property {number} startS of a worker, until it takes its first shard
 * @property {number} shardS of a worker, between two shards
 * @property {number} queueShardsPerS that the queue hands out
 * @property {number} mergeS at the end
 */

/**
 * Plays a job through: workers take shards, share what the provider allows, and
 * wait for the queue. Time goes on from event to event.
 * @param {Model} model
 * @returns {{ seconds: number, busy: number }} busy: the share of their time
 * that workers spend sending
 */
function simulate(model) {
  const { rows, shards, workers, rowsPerS, startS, shardS, mergeS } = model;
  const { providerRowsPerS = Infinity, queueShardsPerS } = model;
  const rowsOfShard = rows / shards;
  /** When each idle worker asks for a shard, soonest first. */
  const asking = Array.from({ length: workers }, () => startS);
  /** Rows that each busy worker has left. @type {number[]} */
  let sending = [];
  let left = shards;
  let now = 0;
  let queueFree = 0;
  let sent = 0;
  while (left > 0 || sending.length > 0) {
    const rate = Math.min(rowsPerS, providerRowsPerS / sending.length);
    const ready =
      left > 0 && asking.length > 0
        ? Math.max(asking[0], queueFree, now)
        : Infinity;
    const done =
      sending.length > 0 ? now + Math.min(...sending) / rate : Infinity;
    const next = Math.min(ready, done);
    const moved = (next - now) * rate;
    sending = sending.map((rest) => rest - moved);
    sent += moved * sending.length;
    now = next;
    const ended = sending.filter((rest) => rest <= 1e-6).length;
    sending = sending.filter((rest) => rest > 1e-6);
    for (let i = 0; i < ended; i++) asking.push(now + shardS);
    if (ready === next) {
      asking.shift();
      sending.push(rowsOfShard);
      left -= 1;
      queueFree = now + 1 / queueShardsPerS;
    }
  }
  const seconds = now + mergeS;
  return { seconds, busy: sent / rowsPerS / (seconds * workers) };
}

module.exports = { simulate };
