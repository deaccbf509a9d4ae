'use strict';

/*
 * The finished parts of all shards, put together: into one file, or as a folder
 * of files. What is there already when this is begun again is made anew, from
 * parts that are removed last of all.
 */

const fs = require('node:fs');
const path = require('node:path');

const { JobError, systemError } = require('../base/errors');
const {
  appendFile,
  jsonBytes,
  readJson,
  replaceFile,
  syncFolder,
  temporaryName,
  writeAll,
} = require('../base/files');
const { FORMATS } = require('../formats/formats');
const { FILE, readManifest } = require('./manifest');
const { DATA, ERRORS, IDS, PartStore, shardName } = require('./store');

/** @typedef {import('./manifest').Manifest} Manifest */
/** @typedef {import('./store').StoredPart} StoredPart */

/**
 * Where a job writes.
 * @typedef {object} Places
 * @property {string} output a file, or the folder of files
 * @property {boolean} isFolder
 * @property {string} state the folder of parts
 * @property {string} errors
 * @property {string} manifest of the finished output
 */

/**
 * What a job came to.
 * @typedef {object} Totals
 * @property {number} rows
 * @property {number} written
 * @property {number} failed
 * @property {number} bad
 * @property {number} tokens
 * @property {number} dimensions
 */

/**
 * @param {string} output
 * @param {boolean} isFolder
 * @param {string} [errors]
 * @returns {Places}
 */
function placesOf(output, isFolder, errors) {
  return {
    output,
    isFolder,
    state: isFolder ? path.join(output, '_parts') : `${output}.parts`,
    errors: errors ?? `${output}.errors.jsonl`,
    manifest: isFolder ? path.join(output, `_${FILE}`) : `${output}.${FILE}`,
  };
}

/**
 * @param {readonly import('./store').PartRecord[]} parts
 * @returns {Totals}
 */
function totalsOf(parts) {
  const totals = { rows: 0, written: 0, failed: 0, bad: 0, tokens: 0 };
  let dimensions = 0;
  for (const part of parts) {
    totals.rows += part.rows;
    totals.written += part.written;
    totals.failed += part.failed.length;
    totals.bad += part.bad;
    totals.tokens += part.tokens;
    if (part.written === 0) continue;
    if (dimensions > 0 && part.dimensions !== dimensions)
      throw new JobError(
        `the parts do not fit: vectors of ${dimensions} and of ${part.dimensions} dimensions`,
      );
    dimensions = part.dimensions;
  }
  return { ...totals, dimensions };
}

/**
 * The parts of all shards in order.
 * @param {string} state
 * @param {number} count of shards
 * @returns {{ parts: StoredPart[], missing: number[] }} missing: the shards
 * that are not complete
 */
function collectParts(state, count) {
  const parts = [];
  const missing = [];
  for (let index = 0; index < count; index++) {
    const own = new PartStore(state, { index, count }).parts();
    if (own.at(-1)?.cursor !== null) missing.push(index);
    parts.push(...own);
  }
  return { parts, missing };
}

/**
 * @param {readonly StoredPart[]} parts
 * @param {string} name
 */
function filesOf(parts, name) {
  return parts
    .map(({ folder }) => path.join(folder, name))
    .filter((file) => fs.existsSync(file));
}

/**
 * @param {string} target
 * @param {readonly string[]} files put together; where there is none, the
 * target is removed
 */
function concatenate(target, files) {
  if (files.length === 0) fs.rmSync(target, { force: true });
  else
    replaceFile(target, (fd) => {
      for (const file of files) appendFile(fd, file);
    });
}

/**
 * @param {Places} places
 * @param {Manifest} manifest
 * @param {readonly StoredPart[]} parts
 * @param {Totals} totals
 */
async function writeOneFile({ output }, { terms }, parts, totals) {
  const format = FORMATS[terms.format];
  const ids = `${output}.${IDS}`;
  if (format.hasIdsFile) {
    if (totals.written > 0) concatenate(ids, filesOf(parts, IDS));
    else replaceFile(ids, () => {});
  }
  const shape = { rows: totals.written, dimensions: totals.dimensions };
  const names = {
    columns: /** @type {string[]} */ (terms.options.columns ?? []),
    idName: /** @type {string} */ (terms.options.idName),
  };
  const draft = path.join(
    path.dirname(output),
    `${temporaryName()}-${path.basename(output)}`,
  );
  try {
    const fd = fs.openSync(draft, 'w');
    try {
      await format.merge(fd, filesOf(parts, DATA), shape, names);
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    fs.renameSync(draft, output);
    syncFolder(path.dirname(output));
  } catch (error) {
    fs.rmSync(draft, { force: true });
    throw error.syscall ? systemError(`cannot write ${output}`, error) : error;
  }
}

/**
 * Gives each part's file a name in the folder. They are links, so that parts
 * with rows that failed can still be made again.
 * @param {Places} places
 * @param {Manifest} manifest
 * @param {readonly StoredPart[]} parts
 */
function linkFiles({ output }, { terms }, parts) {
  const wanted = new Map();
  for (const { folder } of parts) {
    const shard = path.basename(path.dirname(folder));
    const part = path.basename(folder).replace(/\.\d+$/, '');
    const name = terms.shards > 1 ? `${shard}-${part}` : part;
    wanted.set(path.join(folder, DATA), `${name}.${terms.format}`);
    wanted.set(path.join(folder, IDS), `${name}.${IDS}`);
  }
  for (const [file, name] of wanted) {
    if (!fs.existsSync(file)) continue;
    const target = path.join(output, name);
    const draft = path.join(output, `${temporaryName()}-${name}`);
    fs.linkSync(file, draft);
    fs.renameSync(draft, target);
  }
  syncFolder(output);
}

/**
 * Removes the parts: out of the way first, so that nobody takes what is left of
 * them for parts.
 * @param {string} state
 */
function removeState(state) {
  const away = `${state}.done`;
  try {
    fs.rmSync(away, { recursive: true, force: true });
    fs.renameSync(state, away);
    fs.rmSync(away, { recursive: true, force: true });
  } catch (error) {
    // Another run that has merged the same parts removes them as well.
    if (error.code !== 'ENOENT' && error.code !== 'ENOTEMPTY')
      throw systemError(`cannot remove ${state}`, error);
  }
}

/**
 * @param {Places} places
 * @param {Manifest} manifest
 * @returns {Promise<Totals>}
 */
async function merge(places, manifest) {
  const { shards } = manifest.terms;
  const { parts, missing } = collectParts(places.state, shards);
  if (missing.length > 0) {
    const shown = missing
      .slice(0, 5)
      .map((index) => shardName({ index, count: shards }));
    const more = missing.length > 5 ? ` and ${missing.length - 5} more` : '';
    throw new JobError(`not complete: ${shown.join(', ')}${more}`);
  }
  const totals = totalsOf(parts);
  concatenate(places.errors, filesOf(parts, ERRORS));
  if (places.isFolder) linkFiles(places, manifest, parts);
  else await writeOneFile(places, manifest, parts, totals);
  replaceFile(places.manifest, (fd) =>
    writeAll(fd, jsonBytes({ ...manifest, totals })),
  );
  // Rows that failed can be sent again as long as the parts are there.
  if (totals.failed === 0) removeState(places.state);
  return totals;
}

/**
 * Puts a job together whose shards are all complete.
 * @param {Places} places
 * @returns {Promise<Totals>}
 */
async function mergeParts(places) {
  const manifest = readManifest(places.state);
  try {
    if (manifest) return await merge(places, manifest);
  } catch (error) {
    // Another run was faster, and has removed the parts meanwhile?
    if (readManifest(places.state)) throw error;
  }
  const finished = readJson(places.manifest);
  if (finished) return finished.totals;
  throw new JobError(`there are no parts at ${places.state}`);
}

module.exports = { collectParts, mergeParts, placesOf, totalsOf };
