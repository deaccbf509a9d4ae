'use strict';

/*
 * The two threads beside the one that sends, seen from there.
 */

const path = require('node:path');
const { MessageChannel, Worker } = require('node:worker_threads');

const { releaseMemory } = require('baseten-performance-client/internal');

const { FinalError, JobError, UsageError } = require('../base/errors');
const { cutTexts } = require('../read/texts');
const { MANY_VALUES, Ring } = require('./ring');

/** @typedef {import('./reader-worker').ReaderData} ReaderData */
/** @typedef {import('./writer-worker').WriterData} WriterData */
/** @typedef {import('../parts/part-builder').Results} Results */
/** @typedef {import('../parts/store').PartRecord} PartRecord */

/** Blocks that are read ahead. */
const AHEAD = 3;

/** The longest time that results wait for others to go with them. */
const FLUSH_MS = 20;

/**
 * Of either thread: rows and vectors live shortly, and a larger nursery would
 * only keep more of them before they are dropped.
 */
const YOUNG_MB = 4;

/** @param {{ name: string, message: string, stack: string }} error */
function revive({ name, message, stack }) {
  const Known = { FinalError, JobError, UsageError }[name];
  if (Known) return new Known(message);
  return Object.assign(new Error(message), { stack });
}

/**
 * A worker whose messages are taken, and whose end is an error until it said
 * that it is over.
 * @param {string} file
 * @param {object} workerData
 * @param {import('node:worker_threads').MessagePort} port
 * @param {(message: any) => void} take
 * @param {(error: Error) => void} fail
 */
function startWorker(file, workerData, port, take, fail) {
  const worker = new Worker(path.join(__dirname, file), {
    workerData,
    transferList: [port],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
  let isOver = false;
  worker.on('message', (message) => {
    isOver ||= Boolean(message.isOver ?? message.error);
    if (message.error) fail(revive(message.error));
    else take(message);
  });
  worker.on('error', (error) => {
    isOver = true;
    fail(error);
  });
  worker.on('exit', () => {
    if (!isOver) fail(new JobError(`${file} ended early`));
  });
  return worker;
}

/** Blocks from the reader, results to the writer. */
class Threads {
  #reader;
  #writer;

  /** @type {{ inputs?: any[], texts?: import('../read/texts').JoinedTexts, progress: number }[]} */
  #blocks = [];

  #ring = new Ring();

  /** Results that go to the writer together. @type {import('./ring').SentResults[]} */
  #outgoing = [];
  #outgoingValues = 0;

  /** @type {NodeJS.Timeout | undefined} */
  #flushing;

  #isRead = false;
  #isWritten = false;

  /** @type {Error | undefined} */
  #failure;

  /** @type {Set<() => void>} */
  #waiting = new Set();

  /**
   * @param {Omit<ReaderData, 'writer'>} readerData
   * @param {Omit<WriterData, 'reader' | 'ring'>} writerData
   * @param {(record: PartRecord, isFirst: boolean) => void} onPart
   */
  constructor(readerData, writerData, onPart) {
    const { port1, port2 } = new MessageChannel();
    const fail = (error) => {
      this.#failure ??= error;
      this.#wake();
    };
    this.#writer = startWorker(
      'writer-worker.js',
      { ...writerData, ring: this.#ring.values, reader: port2 },
      port2,
      (message) => this.#hear(message, onPart),
      fail,
    );
    this.#reader = startWorker(
      'reader-worker.js',
      { ...readerData, writer: port1 },
      port1,
      (message) => this.#read(message),
      fail,
    );
    this.#reader.postMessage({ count: AHEAD });
  }

  /**
   * The next block; undefined where all is read.
   * @returns {Promise<{ inputs: any[], progress: number } | undefined>}
   */
  async next() {
    await this.#until(() => this.#blocks.length > 0 || this.#isRead);
    const block = this.#blocks.shift();
    if (!block) return undefined;
    this.#reader.postMessage({ count: 1 });
    const { texts, inputs = texts ? cutTexts(texts) : [], progress } = block;
    return { inputs, progress };
  }

  /** Reads no further than the end of the part that is being read. */
  endWithPart() {
    this.#reader.postMessage({ isLastPart: true });
  }

  /**
   * Hands results to the writer, and waits where it is behind.
   * @param {Results} results whose vectors are gone afterwards
   */
  async write(results) {
    const { matrix, dimensions = 0, ...rest } = results;
    if (!matrix) {
      this.#hand(results, 0);
      return;
    }
    if (dimensions > MANY_VALUES)
      throw new FinalError(`vectors of ${dimensions} dimensions are too long`);
    const most =
      dimensions > 0 ? Math.floor(MANY_VALUES / dimensions) : Infinity;
    for (let first = 0; first < results.count; first += most) {
      const count = Math.min(most, results.count - first);
      const place = await this.#put(
        matrix.subarray(first * dimensions, (first + count) * dimensions),
      );
      const tokens = first === 0 ? results.tokens : 0;
      this.#hand({ ...rest, count, dimensions, tokens, place }, place.length);
    }
    // Others may have a share of a buffer that is larger.
    const { buffer } = matrix;
    if (matrix.byteLength > 0 && matrix.byteLength === buffer.byteLength)
      releaseMemory(matrix);
  }

  /** Settles when everything is written. */
  async finish() {
    this.#flush();
    this.#writer.postMessage({ isLast: true });
    await this.#until(() => this.#isWritten);
  }

  /** Ends both, whatever they are doing. */
  async end() {
    clearTimeout(this.#flushing);
    await Promise.all([this.#reader.terminate(), this.#writer.terminate()]);
  }

  /** @param {Float32Array} values */
  async #put(values) {
    const ring = this.#ring;
    if (!ring.hasRoom(values.length)) {
      this.#flush();
      await this.#until(() => ring.hasRoom(values.length));
    }
    return ring.put(values);
  }

  /**
   * A message wakes the thread, and takes this one's core where there is no
   * other: results go many at a time.
   * @param {import('./ring').SentResults} results
   * @param {number} length of their vectors
   */
  #hand(results, length) {
    this.#outgoing.push(results);
    this.#outgoingValues += length;
    if (this.#outgoingValues >= MANY_VALUES / 4) this.#flush();
    else this.#flushing ??= setTimeout(() => this.#flush(), FLUSH_MS);
  }

  #flush() {
    clearTimeout(this.#flushing);
    this.#flushing = undefined;
    if (this.#outgoing.length === 0) return;
    this.#writer.postMessage({ results: this.#outgoing });
    this.#outgoing = [];
    this.#outgoingValues = 0;
  }

  /** @param {any} message */
  #read(message) {
    if (message.isOver) this.#isRead = true;
    else this.#blocks.push(message);
    this.#wake();
  }

  /** @param {any} message */
  #hear({ record, isFirst, freed, isOver }, onPart) {
    if (record) onPart(record, isFirst);
    if (freed) this.#ring.free(freed);
    if (isOver) this.#isWritten = true;
    this.#wake();
  }

  /** @param {() => boolean} condition */
  async #until(condition) {
    while (!this.#failure && !condition())
      await new Promise((resolve) =>
        this.#waiting.add(() => resolve(undefined)),
      );
    if (this.#failure) throw this.#failure;
  }

  #wake() {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}

module.exports = { Threads };
