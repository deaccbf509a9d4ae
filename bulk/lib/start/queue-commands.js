'use strict';

/*
 * submit, work and status: the same jobs, by way of a queue.
 */

const { UsageError } = require('../base/errors');
const { checkStanding } = require('../job/standing');
const { hasPassword } = require('../remote/address');
const { readStatus, statusText } = require('../queue/status');
const { submit } = require('../queue/submit');
const { ShardWorker } = require('../queue/work');
const { readJob, readRunSettings } = require('./job-settings');

const WATCH_MS = 2000;

/** @param {Record<string, any>} settings */
function queueOf({ queue, queueName }) {
  if (queue === undefined)
    throw new UsageError('--queue must name the queue server');
  return { url: queue, name: queueName };
}

/**
 * @param {string[]} operands the command of the job, and its inputs
 * @param {Record<string, any>} settings
 * @param {(text: string) => void} say
 */
async function submitJob([command, ...inputs], settings, say) {
  const queue = queueOf(settings);
  const { shard, shards, maxInFlight, maxPerMinute } = settings;
  if (shard !== undefined || shards === undefined)
    throw new UsageError('submit needs --shards, how many there shall be');
  const job = await readJob(command, inputs, settings, shards);
  if (job.output === '-')
    throw new UsageError('workers cannot write to standard output');
  if (job.remote && hasPassword(job.remote))
    throw new UsageError(
      'a job keeps no password: leave it out of --output, workers take PGPASSWORD or ~/.pgpass',
    );
  const { preferences } = readRunSettings(settings);
  if (checkStanding(job, { index: 0, count: shards }, { resume: true })) {
    say(`finished before: ${job.output}`);
    return;
  }
  const limits = { maxInFlight, maxPerMinute };
  const { id } = await submit(job, preferences, limits, queue);
  say(`submitted ${shards} shards: ${id}`);
}

/**
 * @param {Record<string, any>} settings
 * @param {(text: string) => void} say
 */
async function work(settings, say) {
  const worker = new ShardWorker({
    ...queueOf(settings),
    run: readRunSettings(settings),
    stays: settings.stay ?? false,
    lockS: settings.lockS,
    say,
  });
  let isTold = false;
  const onSignal = () => {
    if (isTold) process.exit(1);
    isTold = true;
    say('ending with the part that is open; once more to end at once');
    worker.end();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  await worker.run();
}

/**
 * @param {Record<string, any>} settings
 * @returns {Promise<boolean>} has nothing failed?
 */
async function showStatus(settings) {
  const { url, name } = queueOf(settings);
  for (;;) {
    const all = await readStatus(url, name);
    const text = all.map(statusText).join('\n\n') || 'no jobs';
    process.stdout.write(`${text}\n`);
    const isOver = all.every(({ state }) =>
      ['completed', 'failed'].includes(state),
    );
    if (!settings.watch || isOver)
      return all.every(({ failures }) => failures.length === 0);
    await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
  }
}

module.exports = { showStatus, submitJob, work };
