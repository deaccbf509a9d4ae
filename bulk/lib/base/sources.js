'use strict';

/*
 * Bytes that are copied into a NewFile, wherever they are: in a file, or still
 * in memory.
 */

const fs = require('node:fs');

/** @typedef {import('./new-file').NewFile} NewFile */

/**
 * @typedef {object} Source
 * @property {string} name for messages
 * @property {number} size
 * @property {(from: number, end: number) => Buffer} read
 * @property {(out: NewFile, from: number, end: number) => void} copy
 */

/**
 * @param {string} file
 * @returns {Source}
 */
function sourceOfFile(file) {
  return {
    name: file,
    size: fs.statSync(file).size,
    read(from, end) {
      const bytes = Buffer.alloc(end - from);
      const fd = fs.openSync(file, 'r');
      try {
        const count = fs.readSync(fd, bytes, 0, bytes.length, from);
        if (count < bytes.length) throw new Error(`${file} is cut off`);
        return bytes;
      } finally {
        fs.closeSync(fd);
      }
    },
    copy: (out, from, end) => out.appendRange(file, from, end),
  };
}

/**
 * @param {string} name
 * @param {readonly Uint8Array[]} chunks are borrowed for as long as it is used
 * @returns {Source}
 */
function sourceOfChunks(name, chunks) {
  /** @type {(from: number, end: number) => Uint8Array[]} */
  const cut = (from, end) => {
    let start = 0;
    return chunks.flatMap((chunk) => {
      const first = Math.max(from - start, 0);
      const last = Math.min(end - start, chunk.length);
      start += chunk.length;
      return first < last ? [chunk.subarray(first, last)] : [];
    });
  };
  return {
    name,
    size: chunks.reduce((sum, { length }) => sum + length, 0),
    read: (from, end) => Buffer.concat(cut(from, end)),
    copy(out, from, end) {
      for (const bytes of cut(from, end)) out.append(bytes);
    },
  };
}

module.exports = { sourceOfChunks, sourceOfFile };
