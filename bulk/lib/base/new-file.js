'use strict';

const fs = require('node:fs');

/** Bytes that are written at a time. */
const BUFFER_SIZE = 1024 * 1024;

/** Of a page of WebAssembly's memory. */
const PAGE_SIZE = 64 * 1024;

/** What direct writes must begin at and be a multiple of, on any disk. */
const BLOCK_SIZE = 4096;

const NEW = fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_TRUNC;

/** Missing where there is none (macOS). */
const { O_DIRECT } = fs.constants;

/** @type {Buffer[]} that no file uses now */
const idle = [];

/**
 * A buffer at the beginning of a page, which direct writes ask for: of all that
 * JavaScript can allocate, only WebAssembly's memory lies there. It reserves
 * far more addresses than it uses, which a limit on them may refuse.
 */
function makeBuffer() {
  const { Memory } = /** @type {any} */ (globalThis).WebAssembly;
  try {
    const { buffer } = new Memory({ initial: BUFFER_SIZE / PAGE_SIZE });
    return Buffer.from(buffer);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return Buffer.alloc(BUFFER_SIZE);
  }
}

/**
 * A file that is written from its beginning to its end and forced to the disk.
 * What is large goes there directly where the file system allows it: results
 * are not read again soon, and copying them into the page cache would cost more
 * than all else that is done with them, and drive out what others need there.
 */
class NewFile {
  #path;
  #buffer = idle.pop() ?? makeBuffer();
  #filled = 0; // bytes of the buffer
  #written = 0; // bytes of the file

  /** @type {number | undefined} opened when the buffer is full */
  #fd;

  #isDirect = false;

  /** @param {string} path is written over where it exists */
  constructor(path) {
    this.#path = path;
  }

  /** @param {Uint8Array} bytes are copied */
  append(bytes) {
    for (let at = 0; at < bytes.length;) {
      const size = Math.min(bytes.length - at, BUFFER_SIZE - this.#filled);
      this.#buffer.set(bytes.subarray(at, at + size), this.#filled);
      at += size;
      this.#fill(size);
    }
  }

  /**
   * @param {string} file
   * @param {number} from
   * @param {number} end
   */
  appendRange(file, from, end) {
    const source = fs.openSync(file, 'r');
    try {
      for (let at = from; at < end;) {
        const size = Math.min(end - at, BUFFER_SIZE - this.#filled);
        const [to, own] = [this.#filled, this.#buffer];
        const count = fs.readSync(source, own, to, size, at);
        if (count === 0) throw new Error(`${file} is shorter than it was`);
        at += count;
        this.#fill(count);
      }
    } finally {
      fs.closeSync(source);
    }
  }

  /** @param {string} file */
  appendFile(file) {
    this.appendRange(file, 0, fs.statSync(file).size);
  }

  /**
   * Writes the beginning once more.
   * @param {Uint8Array} bytes no more than were appended, and than the buffer
   * holds
   */
  replaceHead(bytes) {
    if (this.#written === 0) {
      this.#buffer.set(bytes);
      return;
    }
    const fd = fs.openSync(this.#path, 'r+');
    try {
      writeAt(fd, bytes, 0);
    } finally {
      fs.closeSync(fd);
    }
  }

  /** Forces everything to the disk and closes the file. */
  finish() {
    const size = this.#written + this.#filled;
    // The last block of a direct write is cut to its size afterwards.
    const isPadded = this.#isDirect && this.#filled % BLOCK_SIZE > 0;
    if (isPadded) {
      const end = Math.ceil(this.#filled / BLOCK_SIZE) * BLOCK_SIZE;
      this.#buffer.fill(0, this.#filled, end);
      this.#filled = end;
    }
    this.#flush();
    const fd = /** @type {number} */ (this.#fd);
    if (isPadded) fs.ftruncateSync(fd, size);
    fs.fsyncSync(fd);
    this.close();
  }

  /** Closes it as it is; a file that is finished is closed already. */
  close() {
    if (this.#fd !== undefined) fs.closeSync(this.#fd);
    this.#fd = undefined;
    if (this.#buffer.length > 0) idle.push(this.#buffer);
    this.#buffer = Buffer.alloc(0);
  }

  /** @param {number} size bytes that have come into the buffer */
  #fill(size) {
    this.#filled += size;
    if (this.#filled === BUFFER_SIZE) this.#flush();
  }

  #flush() {
    this.#fd ??= this.#open();
    const bytes = this.#buffer.subarray(0, this.#filled);
    try {
      writeAt(this.#fd, bytes, this.#written);
    } catch (error) {
      if (!this.#isDirect || error.code !== 'EINVAL') throw error;
      this.#openUndirected();
      writeAt(this.#fd, bytes, this.#written);
    }
    this.#written += this.#filled;
    this.#filled = 0;
  }

  #open() {
    // A file that ends within its first buffer is small.
    if (O_DIRECT === undefined || this.#filled < BUFFER_SIZE)
      return fs.openSync(this.#path, NEW);
    try {
      const fd = fs.openSync(this.#path, NEW | O_DIRECT);
      this.#isDirect = true;
      return fd;
    } catch (error) {
      if (error.code !== 'EINVAL') throw error;
      return fs.openSync(this.#path, NEW);
    }
  }

  /** Some file systems refuse a direct write, not the opening for it. */
  #openUndirected() {
    fs.closeSync(/** @type {number} */ (this.#fd));
    this.#fd = undefined;
    this.#fd = fs.openSync(this.#path, 'r+');
    this.#isDirect = false;
  }
}

/**
 * Writes all bytes: a short write is continued.
 * @param {number} fd
 * @param {Uint8Array} bytes
 * @param {number} place in the file
 */
function writeAt(fd, bytes, place) {
  for (let at = 0; at < bytes.length;)
    at += fs.writeSync(fd, bytes, at, bytes.length - at, place + at);
}

module.exports = { NewFile };
