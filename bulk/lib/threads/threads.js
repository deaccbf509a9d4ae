'use strict';

/*
 * The two threads beside the one that sends, seen from there.
 */

const path = require('node:path');
const { MessageChannel, Worker } = require('node:worker_threads');

const { FinalError, JobError, UsageError } = require('../base/errors');

/** @typedef {import('./reader-worker').ReaderData} ReaderData */
/** @typedef {import('./writer-worker').WriterData} WriterData */
/** @typedef {import('../parts/part-builder').Results} Results */
/** @typedef {import('../parts/store').PartRecord} PartRecord */

/** Blocks that are read ahead. */
const AHEAD = 3;

/** Bytes of vectors on their way to the writer, at most. */
const MOST_UNWRITTEN = 8 * 1024 * 1024;

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

  /** @type {{ inputs: any[], progress: number }[]} */
  #blocks = [];

  #unwritten = 0;
  #isRead = false;
  #isWritten = false;

  /** @type {Error | undefined} */
  #failure;

  /** @type {Set<() => void>} */
  #waiting = new Set();

  /**
   * @param {Omit<ReaderData, 'writer'>} readerData
   * @param {Omit<WriterData, 'reader'>} writerData
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
      { ...writerData, reader: port2 },
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

  /** The next block; undefined where all is read. */
  async next() {
    await this.#until(() => this.#blocks.length > 0 || this.#isRead);
    const block = this.#blocks.shift();
    if (block) this.#reader.postMessage({ count: 1 });
    return block;
  }

  /** Reads no further than the end of the part that is being read. */
  endWithPart() {
    this.#reader.postMessage({ isLastPart: true });
  }

  /**
   * Hands results to the writer, and waits where it is behind.
   * @param {Results} results
   */
  async write(results) {
    const { matrix } = results;
    if (matrix) {
      // A view would take its whole buffer along.
      const isWhole = matrix.byteLength === matrix.buffer.byteLength;
      const own = isWhole ? matrix : matrix.slice();
      this.#unwritten += own.byteLength;
      this.#writer.postMessage({ ...results, matrix: own }, [
        /** @type {ArrayBuffer} */ (own.buffer),
      ]);
    } else this.#writer.postMessage(results);
    if (this.#unwritten > MOST_UNWRITTEN)
      await this.#until(() => this.#unwritten <= MOST_UNWRITTEN);
  }

  /** Settles when everything is written. */
  async finish() {
    this.#writer.postMessage({ isLast: true });
    await this.#until(() => this.#isWritten);
  }

  /** Ends both, whatever they are doing. */
  async end() {
    await Promise.all([this.#reader.terminate(), this.#writer.terminate()]);
  }

  /** @param {any} message */
  #read(message) {
    if (message.isOver) this.#isRead = true;
    else this.#blocks.push(message);
    this.#wake();
  }

  /** @param {any} message */
  #hear({ record, isFirst, taken, isOver }, onPart) {
    if (record) onPart(record, isFirst);
    if (taken) this.#unwritten -= taken;
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
