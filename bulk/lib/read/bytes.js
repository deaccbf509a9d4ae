'use strict';

const fs = require('node:fs');
const { Transform, pipeline } = require('node:stream');
const zlib = require('node:zlib');

const fzstd = require('fzstd');

const { systemError } = require('../base/errors');
const { STANDARD_INPUT, compressionOf } = require('./inputs');

/** Bytes read at a time. */
const CHUNK_SIZE = 128 * 1024;

/** zstd for the Nodes whose zlib has none (before 22.15). */
class ZstdStream extends Transform {
  #decoder = new fzstd.Decompress((chunk) => void this.push(chunk));

  _transform(chunk, encoding, done) {
    try {
      this.#decoder.push(chunk);
      done();
    } catch (error) {
      done(error);
    }
  }

  _flush(done) {
    try {
      this.#decoder.push(new Uint8Array(0), true);
      done();
    } catch (error) {
      done(error);
    }
  }
}

/** @param {'gzip' | 'zstd'} compression */
function decoderFor(compression) {
  const options = { chunkSize: CHUNK_SIZE };
  if (compression === 'gzip') return zlib.createGunzip(options);
  const { createZstdDecompress } = /** @type {any} */ (zlib);
  return createZstdDecompress?.(options) ?? new ZstdStream();
}

/**
 * @param {string} path
 * @param {number} start
 * @returns {AsyncIterable<Buffer>}
 */
function open(path, start) {
  const options = { highWaterMark: CHUNK_SIZE };
  // process.stdin of a thread is not the descriptor of the process.
  if (path === STANDARD_INPUT)
    return fs.createReadStream('', { ...options, fd: 0, autoClose: false });
  return fs.createReadStream(path, { ...options, start });
}

/**
 * @param {Buffer} head
 * @param {AsyncIterator<Buffer>} rest
 */
async function* behind(head, rest) {
  yield head;
  yield* { [Symbol.asyncIterator]: () => rest };
}

/**
 * The bytes of a file, unpacked where they are gzip's or zstd's: told by what
 * the file begins with, whatever its name is.
 * @param {string} path
 * @param {number} [start] first byte, of files that are not packed
 * @returns {AsyncGenerator<Buffer, void>}
 */
async function* readBytes(path, start = 0) {
  try {
    const chunks = open(path, start)[Symbol.asyncIterator]();
    const { value: head, done } = await chunks.next();
    if (done) return;
    const compression = start === 0 ? compressionOf(head) : undefined;
    const all = behind(head, chunks);
    if (!compression) yield* all;
    else yield* pipeline(all, decoderFor(compression), () => {}); // it tells
  } catch (error) {
    throw systemError(`cannot read ${path}`, error);
  }
}

module.exports = { readBytes };
