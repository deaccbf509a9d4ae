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
  jsonBytes,
  moveInto,
  readJson,
  replaceFile,
  syncFolder,
  temporaryName,
} = require('../base/files');
const { sourceOfFile } = require('../base/sources');
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
async function concatenate(target, files) {
  if (files.length === 0) fs.rmSync(target, { force: true });
  else
    await replaceFile(target, (out) => {
      for (const file of files) out.appendFile(file);
    });
}

/** What its columns are called. @param {Manifest} manifest */
function namesOf({ terms: { options } }) {
  return {
    columns: /** @type {string[]} */ (options.columns ?? []),
    idName: /** @type {string} */ (options.idName),
  };
}

/**
 * @param {Places} places
 * @param {Manifest} manifest
 * @param {readonly StoredPart[]} parts
 * @param {string} [grown] the file that all parts have become already
 */
async function writeOneFile({ output }, manifest, parts, grown) {
  const format = FORMATS[manifest.terms.format];
  if (format.hasIdsFile)
    await replaceFile(`${output}.${IDS}`, (out) => {
      for (const file of filesOf(parts, IDS)) out.appendFile(file);
    });
  if (grown !== undefined) moveInto(output, grown);
  else
    await replaceFile(output, async (out) => {
      const merger = await format.merger(out, namesOf(manifest));
      for (const file of filesOf(parts, DATA))
        await merger.add(sourceOfFile(file));
      await merger.end();
    });
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
 * @param {string} [grown]
 * @returns {Promise<Totals>}
 */
async function merge(places, manifest, grown) {
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
  await concatenate(places.errors, filesOf(parts, ERRORS));
  if (places.isFolder) linkFiles(places, manifest, parts);
  else await writeOneFile(places, manifest, parts, grown);
  await replaceFile(places.manifest, (out) =>
    out.append(jsonBytes({ ...manifest, totals })),
  );
  // Rows that failed can be sent again as long as the parts are there.
  if (totals.failed === 0) removeState(places.state);
  return totals;
}

/**
 * Puts a job together whose shards are all complete.
 * @param {Places} places
 * @param {string} [grown] the file that all parts have become already
 * @returns {Promise<Totals>}
 */
async function mergeParts(places, grown) {
  const manifest = readManifest(places.state);
  try {
    if (manifest) return await merge(places, manifest, grown);
  } catch (error) {
    // Another run was faster, and has removed the parts meanwhile?
    if (readManifest(places.state)) throw error;
  }
  const finished = readJson(places.manifest);
  if (finished) return finished.totals;
  throw new JobError(`there are no parts at ${places.state}`);
}

module.exports = { collectParts, mergeParts, placesOf, totalsOf };
