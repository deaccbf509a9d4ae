'use strict';

const { withQueue } = require('./connection');
const { MERGE } = require('./submit');

/**
 * @typedef {object} JobStatus
 * @property {string} id
 * @property {string} output
 * @property {string} state of the merge: waiting-children, completed, ...
 * @property {number} shards
 * @property {number} complete
 * @property {number} active
 * @property {number} rows done by the shards that are active or complete
 * @property {number} rate rows/s of those that are active
 * @property {string[]} failures ids with their reasons
 */

const BAR_WIDTH = 24;

/** Every state that a job can have. */
const STATES = [
  'active',
  'completed',
  'delayed',
  'failed',
  'prioritized',
  'waiting',
  'waiting-children',
];

/** @param {any[]} shards of one job, with their states */
function countShards(shards) {
  let rows = 0;
  let rate = 0;
  for (const { job, state } of shards) {
    if (state === 'completed') rows += job.returnvalue?.rows ?? 0;
    if (state !== 'active') continue;
    const { rows: done = 0, seconds = 0 } = job.progress ?? {};
    rows += done;
    rate += seconds > 0 ? done / seconds : 0;
  }
  const inState = (state) => shards.filter((one) => one.state === state);
  return {
    complete: inState('completed').length,
    active: inState('active').length,
    rows,
    rate,
    failures: inState('failed').map(
      ({ job }) => `${job.id}: ${job.failedReason}`,
    ),
  };
}

/**
 * @param {string} url
 * @param {string} name of the queue
 * @returns {Promise<JobStatus[]>} in the order they were submitted
 */
async function readStatus(url, name) {
  return await withQueue(url, name, async (queue) => {
    const all = [];
    for (const state of STATES)
      for (const job of await queue.getJobs([state])) all.push({ job, state });
    const merges = all.filter(({ job }) => job.name === MERGE);
    return merges
      .sort((a, b) => a.job.timestamp - b.job.timestamp)
      .map(({ job, state }) => {
        const folder = job.data.state;
        const shards = all.filter(
          (one) => one.job.name !== MERGE && one.job.data.state === folder,
        );
        return {
          id: job.id,
          output: folder.replace(/(\.parts|\/_parts)$/, ''),
          state,
          shards: shards.length,
          ...countShards(shards),
        };
      });
  });
}

/**
 * @param {JobStatus} status
 * @returns {string} lines
 */
function statusText(status) {
  const { output, state, shards, complete, active, rows, rate } = status;
  const filled = shards === 0 ? 0 : Math.round((BAR_WIDTH * complete) / shards);
  const bar = `${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}`;
  const merged = state === 'completed' ? ', merged' : '';
  return [
    output,
    `  [${bar}] ${complete} of ${shards} shards, ${active} under way${merged}`,
    `  ${rows} rows, ${Math.round(rate)} rows/s`,
    ...status.failures.map((one) => `  failed ${one}`),
  ].join('\n');
}

module.exports = { readStatus, statusText };
