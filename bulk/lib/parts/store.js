'use strict';

/*
 * Parts on disk. A part is a folder with its file, its errors and its record;
 * it is filled under another name, forced to the disk and renamed. So it is
 * there as a whole or not at all, and where two machines make the same part the
 * first one counts: a folder cannot be renamed over one that holds something.
 *
 * A part that is made again, because rows of it had failed, comes beside the
 * old one as its next generation; the highest counts.
 */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { JobError, systemError } = require('../base/errors');
const {
  jsonBytes,
  readJson,
  syncFolder,
  temporaryName,
  writeDurably,
} = require('../base/files');

/** @typedef {import('../read/ranges').Shard} Shard */

/**
 * What is known of a finished part.
 * @typedef {object} PartRecord
 * @property {number} part
 * @property {number} generation 0 for the first
 * @property {number} rows of the input, those without a result included
 * @property {number} written rows with a result
 * @property {number} bad rows that could not be read
 * @property {number[]} failed places of the rows that the server did not answer
 * @property {number} dimensions
 * @property {number} tokens
 * @property {number} size bytes of its file
 * @property {import('../read/records').Cursor | null} cursor behind it; null:
 * it is the last of its shard
 */

/** @typedef {PartRecord & { folder: string }} StoredPart */

const RECORD = 'part.json';

const PART = /^part-(\d+)(?:\.(\d+))?$/;

const TEMPORARY = /^\.tmp-(.+)-(\d+)-[0-9a-z]+$/;

/** A rename that would have gone over another's part. */
const TAKEN = new Set(['ENOTEMPTY', 'EEXIST']);

const DATA = 'data';

const IDS = 'ids.jsonl';

const ERRORS = 'errors.jsonl';

/** @param {number} number */
const sixDigits = (number) => String(number).padStart(6, '0');

/** @param {Shard} shard */
function shardName({ index, count }) {
  return `shard-${sixDigits(index)}-of-${sixDigits(count)}`;
}

/**
 * @param {number} part
 * @param {number} generation
 */
function partName(part, generation) {
  return `part-${sixDigits(part)}${generation > 0 ? `.${generation}` : ''}`;
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** The parts of one shard. */
class PartStore {
  #folder;

  /**
   * @param {string} folder of the job
   * @param {Shard} shard
   */
  constructor(folder, shard) {
    this.#folder = path.join(folder, shardName(shard));
  }

  /** Makes the folder, and removes what a killed run of this machine left. */
  prepare() {
    try {
      fs.mkdirSync(this.#folder, { recursive: true });
      for (const name of fs.readdirSync(this.#folder)) {
        const [, host, pid] = TEMPORARY.exec(name) ?? [];
        if (host === os.hostname() && !isAlive(Number(pid)))
          fs.rmSync(path.join(this.#folder, name), { recursive: true });
      }
    } catch (error) {
      throw systemError(`cannot write ${this.#folder}`, error);
    }
  }

  /**
   * The finished parts, as far as none is missing.
   * @returns {StoredPart[]}
   */
  parts() {
    const generations = this.#generations();
    const parts = [];
    for (let part = 0; generations.has(part); part++) {
      const generation = /** @type {number} */ (generations.get(part));
      const folder = path.join(this.#folder, partName(part, generation));
      const record = readJson(path.join(folder, RECORD));
      if (!record) throw new JobError(`${folder} has no ${RECORD}`);
      parts.push({ ...record, folder });
      if (record.cursor === null) break;
    }
    return parts;
  }

  /** Are all its parts there? */
  get isComplete() {
    return this.parts().at(-1)?.cursor === null;
  }

  /** A name for a file of this run, which the next one removes. */
  temporaryFile() {
    return path.join(this.#folder, temporaryName());
  }

  /**
   * @param {PartRecord} record
   * @param {Readonly<Record<string, readonly Uint8Array[]>>} files by name
   * @returns {boolean} false: another had finished it before
   */
  commit(record, files) {
    const draft = path.join(this.#folder, temporaryName());
    const place = path.join(
      this.#folder,
      partName(record.part, record.generation),
    );
    try {
      fs.mkdirSync(draft);
      for (const [name, chunks] of Object.entries(files))
        writeDurably(path.join(draft, name), chunks);
      writeDurably(path.join(draft, RECORD), [jsonBytes(record)]);
      syncFolder(draft);
      fs.renameSync(draft, place);
      syncFolder(this.#folder);
      if (record.generation > 0) this.#removeOlder(record);
      return true;
    } catch (error) {
      fs.rmSync(draft, { recursive: true, force: true });
      if (TAKEN.has(error.code)) return false;
      throw systemError(`cannot write ${place}`, error);
    }
  }

  /** @param {PartRecord} record */
  #removeOlder({ part, generation }) {
    for (let old = 0; old < generation; old++)
      fs.rmSync(path.join(this.#folder, partName(part, old)), {
        recursive: true,
        force: true,
      });
  }

  /** @returns {Map<number, number>} the highest generation of each part */
  #generations() {
    const found = new Map();
    let names;
    try {
      names = fs.readdirSync(this.#folder);
    } catch (error) {
      if (error.code === 'ENOENT') return found;
      throw systemError(`cannot read ${this.#folder}`, error);
    }
    for (const name of names) {
      const [, part, generation = '0'] = PART.exec(name) ?? [];
      if (part === undefined) continue;
      const known = found.get(Number(part)) ?? 0;
      found.set(Number(part), Math.max(known, Number(generation)));
    }
    return found;
  }
}

module.exports = { DATA, ERRORS, IDS, PartStore, shardName };
