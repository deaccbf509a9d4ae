'use strict';

/*
 * Formats that are a header and then the vectors as they lie in memory: .npy
 * and .safetensors. Ids stand in a file beside, one JSON value a line.
 */

const fs = require('node:fs');

const { appendRange, writeAll } = require('../base/files');

/** @typedef {import('./formats').Part} Part */
/** @typedef {import('./formats').Shape} Shape */

const NPY_MAGIC = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);

/** What numpy asks of where the values begin. */
const NPY_ALIGNMENT = 64;

const TENSOR = 'embeddings';

/**
 * @param {Shape} shape
 * @returns {Buffer}
 */
function npyHeader({ rows, dimensions }) {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${dimensions}), }`;
  const lead = NPY_MAGIC.length + 2;
  const size =
    Math.ceil((lead + text.length + 1) / NPY_ALIGNMENT) * NPY_ALIGNMENT;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(size - lead);
  const padded = `${text.padEnd(size - lead - 1)}\n`;
  return Buffer.concat([NPY_MAGIC, length, Buffer.from(padded, 'latin1')]);
}

/** @param {Buffer} head */
function readNpyHeader(head) {
  if (!head.subarray(0, 6).equals(NPY_MAGIC.subarray(0, 6))) return undefined;
  const end = 10 + head.readUInt16LE(8);
  const shape = /\((\d+), (\d+)\)/.exec(head.toString('latin1', 10, end));
  if (!shape) return undefined;
  return { rows: Number(shape[1]), dimensions: Number(shape[2]), start: end };
}

/**
 * @param {Shape} shape
 * @returns {Buffer}
 */
function safetensorsHeader({ rows, dimensions }) {
  const text = JSON.stringify({
    [TENSOR]: {
      dtype: 'F32',
      shape: [rows, dimensions],
      data_offsets: [0, rows * dimensions * 4],
    },
  });
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([size, Buffer.from(padded)]);
}

/** @param {Buffer} head */
function readSafetensorsHeader(head) {
  const start = 8 + Number(head.readBigUInt64LE(0));
  if (!(start <= head.length)) return undefined;
  const { shape } = JSON.parse(head.toString('utf8', 8, start))[TENSOR];
  return { rows: shape[0], dimensions: shape[1], start };
}

/** @param {Float32Array} values */
function bytesOf({ buffer, byteOffset, byteLength }) {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/**
 * @param {(shape: Shape) => Buffer} headerOf
 * @param {(head: Buffer) => (Shape & { start: number }) | undefined} readHeader
 */
function rawFormat(headerOf, readHeader) {
  /** @param {string} file */
  function inspect(file) {
    const fd = fs.openSync(file, 'r');
    try {
      const head = Buffer.alloc(4096);
      const size = fs.readSync(fd, head, 0, head.length, 0);
      const found = readHeader(head.subarray(0, size));
      if (!found) throw new Error(`${file} has another header`);
      return found;
    } finally {
      fs.closeSync(fd);
    }
  }
  return Object.freeze({
    hasIdsFile: true,
    hasColumns: false,
    inspect,

    /** @param {Part} part */
    encode: ({ matrix, rows, dimensions }) => [
      headerOf({ rows, dimensions }),
      bytesOf(matrix),
    ],

    /** @param {string} file */
    readBack(file) {
      const { rows, dimensions, start } = inspect(file);
      const bytes = fs.readFileSync(file).subarray(start);
      const { buffer, byteOffset } = bytes;
      const copy = buffer.slice(byteOffset, byteOffset + rows * dimensions * 4);
      return { matrix: new Float32Array(copy), dimensions };
    },

    /**
     * @param {number} fd
     * @param {readonly string[]} files
     * @param {Shape} shape of all of them
     */
    merge(fd, files, shape) {
      writeAll(fd, headerOf(shape));
      for (const file of files) {
        const { rows, dimensions, start } = inspect(file);
        appendRange(fd, file, start, start + rows * dimensions * 4);
      }
    },
  });
}

const npy = rawFormat(npyHeader, readNpyHeader);

const safetensors = rawFormat(safetensorsHeader, readSafetensorsHeader);

module.exports = { bytesOf, npy, safetensors };
