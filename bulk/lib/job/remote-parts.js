'use strict';

/*
 * Jobs whose rows go to a server. What is finished stands there; the folder of
 * parts on this machine follows it.
 */

const { createHash, randomUUID } = require('node:crypto');

const { ERRORS, PartStore } = require('../parts/store');
const { STANDARD_INPUT, marksOf } = require('../read/inputs');
const { openRemote } = require('../remote/remote');
const { termsOf } = require('./terms');

/** @typedef {import('./terms').Job} Job */
/** @typedef {import('../remote/remote').RemoteTerms} RemoteTerms */

/** @param {Job} job @returns {string} the same wherever it runs */
function idOf(job) {
  const { inputs } = job;
  // Two that come through a pipe are never the same.
  if (inputs[0].path === STANDARD_INPUT) return randomUUID();
  const terms = JSON.stringify(termsOf(job, marksOf(inputs)));
  return createHash('sha256').update(terms).digest('hex').slice(0, 24);
}

/**
 * @param {Job} job
 * @param {{ outputKey?: string, outageS: number }} settings
 * @returns {Omit<RemoteTerms, 'say'> | undefined} undefined: it writes files
 */
function remoteTermsOf(job, { outputKey, outageS }) {
  const { remote, fields } = job;
  if (!remote) return undefined;
  return {
    output: remote,
    job: idOf(job),
    format: job.format,
    idName: fields.id,
    columns: fields.columns,
    key: outputKey,
    outageS,
  };
}

/**
 * @template T
 * @param {Job} job
 * @param {{ outputKey?: string, outageS: number }} settings
 * @param {(remote: import('../remote/remote').Remote) => Promise<T>} use
 * @returns {Promise<T | undefined>} undefined: it writes files
 */
async function withRemote(job, settings, use) {
  const terms = remoteTermsOf(job, settings);
  if (!terms) return undefined;
  const remote = openRemote(terms);
  try {
    return await use(remote);
  } finally {
    await remote.close();
  }
}

/**
 * Takes over what the server knows to be finished of a shard: a run may have
 * ended between the server's commit and its own, or on another machine.
 * @param {Job} job
 * @param {import('../read/ranges').Shard} shard
 * @param {string} state the folder of parts
 * @param {{ outputKey?: string, outageS: number }} settings
 */
async function restoreParts(job, shard, state, settings) {
  await withRemote(job, settings, async (remote) => {
    const records = await remote.records(shard);
    if (records.length === 0) return;
    const store = new PartStore(state, shard);
    store.prepare();
    const known = new Map(store.parts().map((one) => [one.part, one]));
    for (const { record, errors } of records) {
      const { generation = -1 } = known.get(record.part) ?? {};
      if (generation >= record.generation) continue;
      store.commit(
        record,
        /** @type {Record<string, Buffer[]>} */ (
          errors === '' ? {} : { [ERRORS]: [Buffer.from(errors)] }
        ),
      );
    }
  });
}

/**
 * @param {Job} job
 * @param {{ outputKey?: string, outageS: number }} settings
 */
async function forgetParts(job, settings) {
  await withRemote(job, settings, (remote) => remote.forget());
}

module.exports = { forgetParts, remoteTermsOf, restoreParts };
