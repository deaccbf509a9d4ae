'use strict';

/*
 * What a job is made of, apart from how it is carried out.
 */

/** @typedef {import('../parts/manifest').Terms} Terms */
/** @typedef {import('../read/fields').Fields} Fields */
/** @typedef {import('../read/inputs').Input} Input */
/** @typedef {import('../read/ranges').Shard} Shard */

/**
 * A job of one command. It is plain data: queues carry it.
 * @typedef {object} Job
 * @property {'embed' | 'classify' | 'rerank' | 'run'} command
 * @property {readonly Input[]} inputs
 * @property {Fields} fields
 * @property {string} output
 * @property {boolean} isFolder
 * @property {import('../remote/address').RemoteOutput} [remote] takes the rows;
 * the output is the folder of what is known of them
 * @property {string} [errors]
 * @property {string} format
 * @property {string} [model]
 * @property {number} [dimensions]
 * @property {'float' | 'base64'} [encodingFormat]
 * @property {string} [query]
 * @property {boolean} [rawScores]
 * @property {boolean} [truncate]
 * @property {number} partRows
 * @property {number} shards
 * @property {string} baseUrl
 */

/**
 * @param {Job} job
 * @param {import('../read/inputs').InputMark[]} inputs
 * @returns {Terms}
 */
function termsOf(job, inputs) {
  const { command, model, dimensions, format, partRows, shards, fields } = job;
  return {
    command,
    model: model ?? null,
    dimensions: dimensions ?? null,
    format,
    partRows,
    shards,
    options: {
      ...fields,
      idName: fields.id,
      queryText: job.query ?? null,
      rawScores: job.rawScores ?? false,
      truncate: job.truncate ?? false,
      ...(job.remote && { remote: job.remote.label }),
    },
    inputs,
  };
}

module.exports = { termsOf };
