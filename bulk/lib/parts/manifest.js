'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { JobError, UsageError, systemError } = require('../base/errors');
const {
  jsonBytes,
  readJson,
  syncFolder,
  temporaryName,
  writeDurably,
} = require('../base/files');

/**
 * Everything that changes the results of a job.
 * @typedef {object} Terms
 * @property {string} command
 * @property {string | null} model
 * @property {number | null} dimensions
 * @property {string} format
 * @property {number} partRows
 * @property {number} shards
 * @property {Record<string, unknown>} options
 * @property {import('../read/inputs').InputMark[]} inputs
 */

/** @typedef {{ version: number, terms: Terms, baseUrl: string }} Manifest */

const VERSION = 1;

const FILE = 'manifest.json';

/**
 * The names of what differs, 'model' or 'inputs[2].size' for example.
 * @param {any} one
 * @param {any} other
 * @param {string} name
 * @returns {{ name: string, was: unknown, is: unknown }[]}
 */
function differences(one, other, name = '') {
  const isNested = (value) => typeof value === 'object' && value !== null;
  if (!isNested(one) || !isNested(other))
    return one === other ? [] : [{ name, was: one, is: other }];
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].flatMap((key) => {
    const inner = Array.isArray(one) ? `${name}[${key}]` : `${name}.${key}`;
    return differences(one[key], other[key], inner.replace(/^\./, ''));
  });
}

/**
 * @param {string} folder
 * @returns {Manifest | undefined} undefined where no job has begun
 */
function readManifest(folder) {
  const manifest = readJson(path.join(folder, FILE));
  if (manifest && manifest.version !== VERSION)
    throw new JobError(
      `${folder} was written by another version (${manifest.version})`,
    );
  return manifest;
}

/**
 * Refuses to go on with what another job has begun.
 * @param {string} where
 * @param {Manifest} manifest
 * @param {Terms} terms
 */
function checkTerms(where, manifest, terms) {
  const [first] = differences(manifest.terms, terms);
  if (!first) return;
  const was = JSON.stringify(first.was ?? null);
  const is = JSON.stringify(first.is ?? null);
  throw new UsageError(
    `${where} belongs to another job: ${first.name} was ${was}, now it is ${is}`,
  );
}

/**
 * Begins a job in a folder; where several begin the same one, the first does,
 * and the others must be of its terms.
 * @param {string} folder
 * @param {Terms} terms
 * @param {string} baseUrl
 * @returns {Manifest}
 */
function beginManifest(folder, terms, baseUrl) {
  const manifest = { version: VERSION, terms, baseUrl };
  const draft = path.join(folder, temporaryName());
  try {
    fs.mkdirSync(folder, { recursive: true });
    writeDurably(draft, [jsonBytes(manifest)]);
    try {
      fs.linkSync(draft, path.join(folder, FILE)); // never over another's
      syncFolder(folder);
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    } finally {
      fs.rmSync(draft, { force: true });
    }
  } catch (error) {
    throw error.syscall ? systemError(`cannot write ${folder}`, error) : error;
  }
  const found = /** @type {Manifest} */ (readManifest(folder));
  checkTerms(folder, found, terms);
  return found;
}

module.exports = { FILE, beginManifest, checkTerms, readManifest };
