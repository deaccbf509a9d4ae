'use strict';

/*
 * A job as a flow: its shards are the children, and the parent, which runs when
 * all of them are done, puts the parts together. What a shard must know stands
 * in a file beside the parts; the queue carries its name only.
 */

const { createHash } = require('node:crypto');
const path = require('node:path');

const { readJson, replaceFile, jsonBytes } = require('../base/files');
const { JobError } = require('../base/errors');
const { termsOf } = require('../job/terms');
const { beginManifest } = require('../parts/manifest');
const { placesOf } = require('../parts/merge');
const { marksOf } = require('../read/inputs');
const { openFlows, withQueue } = require('./connection');

/** @typedef {import('../job/terms').Job} Job */

/**
 * How the shards of a job are carried out, whoever does.
 * @typedef {object} Plan
 * @property {Job} job
 * @property {any} preferences of its calls
 * @property {number} [perMinute] requests of one shard
 */

/**
 * Limits over all workers.
 * @typedef {object} Limits
 * @property {number} [maxInFlight] requests
 * @property {number} [maxPerMinute] requests
 */

const FILE = 'job.json';

const SHARD = 'shard';

const MERGE = 'merge';

/** Of a shard, before it counts as failed. */
const ATTEMPTS = 5;

const BACKOFF_MS = 5000;

/**
 * Names that hold wherever a worker runs.
 * @param {Job} job
 * @returns {Job}
 */
function withAbsolutePaths(job) {
  return {
    ...job,
    inputs: job.inputs.map((input) => ({
      ...input,
      path: path.resolve(input.path),
    })),
    output: path.resolve(job.output),
    errors: job.errors && path.resolve(job.errors),
  };
}

/**
 * Shares the limits out: so many shards at a time, each with its part.
 * @param {Limits} limits
 * @param {any} preferences
 * @param {number} shards
 * @returns {{ concurrency?: number, preferences: any, perMinute?: number }}
 */
function shareOut({ maxInFlight, maxPerMinute }, preferences, shards) {
  const width = Math.min(
    preferences.maxConcurrentRequests,
    maxInFlight ?? Infinity,
  );
  const own = { ...preferences, maxConcurrentRequests: width };
  if (maxInFlight === undefined && maxPerMinute === undefined)
    return { preferences: own };
  const concurrency = Math.max(
    1,
    Math.min(shards, Math.floor((maxInFlight ?? shards * width) / width)),
  );
  if (maxPerMinute === undefined) return { concurrency, preferences: own };
  return {
    concurrency,
    preferences: own,
    perMinute: maxPerMinute / concurrency,
  };
}

/**
 * @param {string} queueName
 * @param {string} id of the job
 * @param {string} state
 * @param {number} shards
 */
function flowOf(queueName, id, state, shards) {
  const kept = { removeOnComplete: false, removeOnFail: false };
  return {
    name: MERGE,
    queueName,
    data: { state },
    opts: { ...kept, jobId: `${id}-merge` },
    children: Array.from({ length: shards }, (_, index) => ({
      name: SHARD,
      queueName,
      data: { state, index },
      opts: {
        ...kept,
        jobId: `${id}-${index}`,
        attempts: ATTEMPTS,
        backoff: { type: 'exponential', delay: BACKOFF_MS },
        failParentOnFailure: true,
      },
    })),
  };
}

/**
 * Puts a job into a queue. Doing so twice changes nothing: it is known by its
 * output and its terms.
 * @param {Job} givenJob
 * @param {any} preferences
 * @param {Limits} limits
 * @param {{ url: string, name: string }} queue
 * @returns {Promise<{ id: string, state: string }>}
 */
async function submit(givenJob, preferences, limits, { url, name }) {
  const job = withAbsolutePaths(givenJob);
  const { state } = placesOf(job.output, job.isFolder, job.errors);
  const terms = termsOf(job, marksOf(job.inputs));
  beginManifest(state, terms, job.baseUrl);
  const { concurrency, ...shared } = shareOut(limits, preferences, job.shards);
  const plan = { job, ...shared };
  await replaceFile(path.join(state, FILE), (out) =>
    out.append(jsonBytes(plan)),
  );
  const id = createHash('sha256')
    .update(JSON.stringify([job.output, terms]))
    .digest('hex')
    .slice(0, 16);
  await withQueue(url, name, async (queue) => {
    if (concurrency !== undefined)
      await queue.setGlobalConcurrency(concurrency);
    const flows = openFlows(url);
    try {
      await flows.add(flowOf(name, id, state, job.shards));
    } finally {
      await flows.close();
    }
  });
  return { id, state };
}

/**
 * @param {string} state
 * @returns {Plan}
 */
function readPlan(state) {
  const plan = readJson(path.join(state, FILE));
  if (plan) return plan;
  throw new JobError(
    `${path.join(state, FILE)} is not there: does this machine see the same folder?`,
  );
}

module.exports = { MERGE, SHARD, readPlan, submit };
