'use strict';

/*
 * Parts as objects below a key of S3, or of what speaks like it. An object is
 * put only where there is none (If-None-Match: *), so that of two runs that make
 * the same part the first counts. What is known of a part lies in a note beside
 * them, under a name of its run; the object tells which: note and part become
 * known together, or not at all.
 */

const { randomUUID } = require('node:crypto');

const { FinalError, JobError, UsageError } = require('../base/errors');
const { AwayError, patiently } = require('./patience');

/** @typedef {import('../parts/store').PartRecord} PartRecord */
/** @typedef {import('../read/ranges').Shard} Shard */
/** @typedef {import('./remote').RemoteTerms} RemoteTerms */

/** Of an object: the run whose note belongs to it. */
const RUN = 'baseten-bulk-run';

const NOT_FOUND = 404;

const TAKEN = 412;

/** The server's own state, two at a time for one object among it. */
const AWAY_STATUSES = new Set([408, 409, 425, 429]);

/** Parts asked for at a time, when a run begins. */
const WIDTH = 16;

function loadSdk() {
  try {
    return require('@aws-sdk/client-s3');
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    throw new UsageError(
      'objects of S3 need a package that is not installed: npm install @aws-sdk/client-s3',
    );
  }
}

/** @param {number} number */
const sixDigits = (number) => String(number).padStart(6, '0');

/** @param {Shard} shard */
function prefixOf({ index, count }) {
  if (count === 1) return 'part-';
  return `shard-${sixDigits(index)}-of-${sixDigits(count)}-part-`;
}

/** @param {any} error of the SDK */
const statusOf = (error) => error.$metadata?.httpStatusCode;

/**
 * @param {any} error
 * @param {string} label
 */
function revive(error, label) {
  if (error instanceof UsageError || error instanceof JobError) return error;
  const status = statusOf(error);
  const isAway = status === undefined ? /^E[A-Z]+$/.test(error.code) : true;
  const words = `${label}: ${error.name}: ${error.message || error.code}`;
  if (status < 500 && !AWAY_STATUSES.has(status)) return new FinalError(words);
  // Without a status: a connection, or the SDK lacks a region or a key.
  return isAway ? new AwayError(words) : new JobError(words);
}

class S3Objects {
  #terms;
  #sdk = loadSdk();
  #client;
  #bucket;
  #folder;
  #run = randomUUID();

  /** @param {RemoteTerms} terms */
  constructor(terms) {
    const { hostname, pathname } = new URL(terms.output.url);
    const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = process.env;
    this.#terms = terms;
    this.#bucket = hostname;
    this.#folder = decodeURIComponent(pathname.slice(1)).replace(/\/+$/, '');
    this.#client = new this.#sdk.S3Client({
      // Few that are not Amazon's have a name of its own for each bucket.
      forcePathStyle: Boolean(AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL),
    });
  }

  /**
   * @param {Shard} shard
   * @param {PartRecord} record
   * @param {string} errors lines about rows that failed
   * @param {unknown} part
   * @param {readonly Uint8Array[]} chunks of its file; none: it has no rows
   * @returns {Promise<boolean>} false: another run was first
   */
  async commit(shard, record, errors, part, chunks) {
    const { outageS, say, job } = this.#terms;
    const name = `${prefixOf(shard)}${sixDigits(record.part)}`;
    const note = JSON.stringify({ job, record, errors });
    return await patiently(
      () =>
        this.#asking(async () => {
          await this.#put(this.#noteKey(name, this.#run), Buffer.from(note));
          const key = this.#partKey(name, chunks.length === 0);
          return await this.#putFirst(key, Buffer.concat(chunks));
        }),
      outageS,
      say,
    );
  }

  /**
   * @param {Shard} shard
   * @returns {Promise<{ record: PartRecord, errors: string }[]>}
   */
  async records(shard) {
    return await this.#asking(async () => {
      const names = await this.#names(prefixOf(shard));
      const found = [];
      for (let first = 0; first < names.length; first += WIDTH) {
        const some = names.slice(first, first + WIDTH);
        found.push(...(await Promise.all(some.map((one) => this.#note(one)))));
      }
      const notes = found.filter((note) => note !== undefined);
      if (notes.some(({ job }) => job !== this.#terms.job))
        throw new UsageError(
          `${this.#terms.output.label} holds parts of another job`,
        );
      return notes;
    });
  }

  /** What is put stays: somebody may be reading it. */
  async forget() {
    const names = await this.#asking(() => this.#names(''));
    if (names.length > 0)
      throw new UsageError(
        `--overwrite removes no objects: remove those below ${this.#terms.output.label}`,
      );
  }

  async close() {
    this.#client.destroy();
  }

  /**
   * @template T
   * @param {() => Promise<T>} ask
   * @returns {Promise<T>}
   */
  async #asking(ask) {
    try {
      return await ask();
    } catch (error) {
      throw revive(error, this.#terms.output.label);
    }
  }

  /** @param {string} name @param {string} run */
  #noteKey(name, run) {
    return `${this.#folder}/_parts/${name}.${run}.json`;
  }

  /** @param {string} name @param {boolean} isEmpty whoever reads needs none */
  #partKey(name, isEmpty) {
    if (isEmpty) return `${this.#folder}/_parts/${name}.empty`;
    return `${this.#folder}/${name}.${this.#terms.format}`;
  }

  /** @param {string} key @param {Buffer} body @param {object} [more] */
  async #put(key, body, more) {
    const put = { Bucket: this.#bucket, Key: key, Body: body, ...more };
    await this.#client.send(new this.#sdk.PutObjectCommand(put));
  }

  /** @param {string} key @param {Buffer} body */
  async #putFirst(key, body) {
    try {
      const own = { IfNoneMatch: '*', Metadata: { [RUN]: this.#run } };
      await this.#put(key, body, own);
      return true;
    } catch (error) {
      if (statusOf(error) !== TAKEN) throw error;
      // It may be ours: put, and the answer lost.
      return (await this.#runOf(key)) === this.#run;
    }
  }

  /** @param {string} key @returns {Promise<string | undefined>} */
  async #runOf(key) {
    const head = { Bucket: this.#bucket, Key: key };
    try {
      const { Metadata } = await this.#client.send(
        new this.#sdk.HeadObjectCommand(head),
      );
      return Metadata?.[RUN];
    } catch (error) {
      if (statusOf(error) === NOT_FOUND) return undefined;
      throw error;
    }
  }

  /** The note of a part that is there. @param {string} name */
  async #note(name) {
    const run =
      (await this.#runOf(this.#partKey(name, false))) ??
      (await this.#runOf(this.#partKey(name, true)));
    if (run === undefined) return undefined;
    const { Body } = await this.#client.send(
      new this.#sdk.GetObjectCommand({
        Bucket: this.#bucket,
        Key: this.#noteKey(name, run),
      }),
    );
    return JSON.parse((await Body?.transformToString()) ?? '');
  }

  /** Parts that have notes. @param {string} prefix @returns {Promise<string[]>} */
  async #names(prefix) {
    const names = new Set();
    const pages = this.#sdk.paginateListObjectsV2(
      { client: this.#client },
      { Bucket: this.#bucket, Prefix: `${this.#folder}/_parts/${prefix}` },
    );
    for await (const { Contents = [] } of pages)
      for (const { Key = '' } of Contents) {
        const file = Key.slice(Key.lastIndexOf('/') + 1);
        names.add(file.slice(0, file.indexOf('.')));
      }
    return [...names].sort();
  }
}

module.exports = { S3Objects };
