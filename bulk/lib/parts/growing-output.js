'use strict';

const { systemError } = require('../base/errors');
const { NewFile } = require('../base/new-file');
const { sourceOfChunks } = require('../base/sources');
const { FORMATS } = require('../formats/formats');

/**
 * Which file grows, and how.
 * @typedef {object} GrowthTerms
 * @property {string} file
 * @property {string} format
 * @property {import('../formats/formats').Names} names
 */

/**
 * The output of a job that is one file of one shard, written beside its parts
 * while they are in memory: putting them together at the end would read all of
 * it again. It is no more than a shortcut: parts alone are what counts, and
 * where a run does not write all of them they are merged as ever.
 */
class GrowingOutput {
  #file;
  #out;
  #merger;

  /** @param {GrowthTerms} terms */
  constructor({ file, format, names }) {
    this.#file = file;
    this.#out = new NewFile(file);
    this.#merger = FORMATS[format].merger(this.#out, names);
  }

  /**
   * @param {readonly Uint8Array[]} chunks the next part's file, borrowed until
   * it settles
   */
  async add(chunks) {
    await this.#try(async () => {
      const merger = await this.#merger;
      await merger.add(sourceOfChunks(this.#file, chunks));
    });
  }

  /** Ends it behind the last part, and forces it to the disk. */
  async finish() {
    await this.#try(async () => {
      const merger = await this.#merger;
      await merger.end();
      this.#out.finish();
    });
  }

  /** @param {() => Promise<void>} write */
  async #try(write) {
    try {
      await write();
    } catch (error) {
      this.#out.close();
      throw error.syscall
        ? systemError(`cannot write ${this.#file}`, error)
        : error;
    }
  }
}

module.exports = { GrowingOutput };
