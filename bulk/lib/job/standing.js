'use strict';

/*
 * What an earlier run has left, and what a new one may do with it.
 */

const fs = require('node:fs');

const { UsageError } = require('../base/errors');
const { readJson } = require('../base/files');
const { checkTerms, readManifest } = require('../parts/manifest');
const { placesOf } = require('../parts/merge');
const { PartStore } = require('../parts/store');
const { STANDARD_INPUT, marksOf } = require('../read/inputs');
const { termsOf } = require('./terms');

/** @typedef {import('../parts/merge').Totals} Totals */
/** @typedef {import('./terms').Job} Job */

/**
 * @typedef {{ resume?: boolean, retryFailed?: boolean, overwrite?: boolean }} Wishes
 */

/** @param {import('../parts/merge').Places} places */
function removeAll({ output, isFolder, state, errors, manifest }) {
  for (const file of [state, errors, manifest])
    fs.rmSync(file, { recursive: true, force: true });
  // A folder may hold what is not ours: its files are replaced one by one.
  if (!isFolder) fs.rmSync(output, { force: true });
}

/** @param {Job} job @param {Wishes} wishes */
function checkWishes({ inputs, output, remote, shards }, wishes) {
  if (remote?.kind === 's3' && wishes.retryFailed)
    throw new UsageError(
      `what is written to ${remote.label} stays: make rows that failed a job of their own`,
    );
  const isPipe = inputs[0].path === STANDARD_INPUT || output === '-';
  if (isPipe && (wishes.resume || wishes.retryFailed))
    throw new UsageError('what comes or goes through a pipe cannot be resumed');
  if (shards > 1 && wishes.overwrite)
    throw new UsageError(
      '--overwrite would drop what other shards have finished: remove the parts by hand',
    );
}

/**
 * @param {Job} job
 * @param {import('../read/ranges').Shard} shard
 * @param {Wishes} wishes
 * @returns {Totals | undefined} given: the job is finished, nothing is to do
 */
function checkStanding(job, shard, wishes) {
  checkWishes(job, wishes);
  if (job.output === '-') return undefined;
  const places = placesOf(job.output, job.isFolder, job.errors);
  if (wishes.overwrite) removeAll(places);
  const mayGoOn = wishes.resume || wishes.retryFailed;
  const parts = new PartStore(places.state, shard).parts();
  if (readManifest(places.state) || parts.length > 0) {
    if (wishes.retryFailed && parts.at(-1)?.cursor !== null)
      throw new UsageError(
        'this job is not finished: --resume it before --retry-failed',
      );
    if (parts.length > 0 && !mayGoOn)
      throw new UsageError(
        `${places.state} holds ${parts.length} parts of an earlier run: give --resume to go on, or --overwrite to begin anew`,
      );
    return undefined;
  }
  const finished = readJson(places.manifest);
  if (finished && mayGoOn) {
    checkTerms(places.output, finished, termsOf(job, marksOf(job.inputs)));
    return finished.totals;
  }
  if (wishes.retryFailed)
    throw new UsageError(`${places.output} has nothing that failed`);
  if (finished || (!job.isFolder && fs.existsSync(places.output)))
    throw new UsageError(
      `${places.output} is there already: give --overwrite to replace it`,
    );
  return undefined;
}

module.exports = { checkStanding };
