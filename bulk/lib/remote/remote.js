'use strict';

const { PostgresTable } = require('./postgres');
const { QdrantCollection } = require('./qdrant');
const { S3Objects } = require('./s3');

/** @typedef {import('../read/ranges').Shard} Shard */

/**
 * @typedef {object} RemoteTerms
 * @property {import('./address').RemoteOutput} output
 * @property {string} job what its parts are known by there
 * @property {string} format of objects
 * @property {string} idName
 * @property {readonly string[]} columns
 * @property {string} [key] of the server
 * @property {number} outageS how long the server may be away
 * @property {(text: string) => void} say is told when it is
 */

/**
 * A place beyond this machine that takes the rows of parts as they are, each
 * part as a whole or in a way that doing it again changes nothing.
 * @typedef {object} Remote
 * @property {(shard: Shard, record: import('../parts/store').PartRecord,
 *   errors: string, part: import('../formats/formats').Part,
 *   chunks: readonly Uint8Array[]) => Promise<boolean>}
 *   commit false: another run was first
 * @property {(shard: Shard) => Promise<{
 *   record: import('../parts/store').PartRecord, errors: string }[]>}
 *   records of what it knows to be committed
 * @property {() => Promise<void>} forget what was committed
 * @property {() => Promise<void>} close
 */

/** @type {Readonly<Record<string, (terms: RemoteTerms) => Remote>>} */
const OPENERS = Object.freeze({
  postgres: (terms) => new PostgresTable(terms),
  qdrant: (terms) => new QdrantCollection(terms),
  s3: (terms) => new S3Objects(terms),
});

/** It is of no row, and ends no job. @param {string} text */
const say = (text) => process.stderr.write(`${text}\n`);

/**
 * @param {Omit<RemoteTerms, 'say'>} terms
 * @returns {Remote}
 */
function openRemote(terms) {
  return OPENERS[terms.output.kind]({ ...terms, say });
}

module.exports = { openRemote };
