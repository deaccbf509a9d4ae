'use strict';

/*
 * Formats that are a header and then the vectors as they lie in memory: .npy
 * and .safetensors. Ids stand in a file beside, one JSON value a line.
 */

const fs = require('node:fs');

const { sourceOfFile } = require('../base/sources');

/** @typedef {import('./formats').Part} Part */
/** @typedef {import('./formats').Shape} Shape */
/** @typedef {import('../base/sources').Source} Source */

const NPY_MAGIC = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);

/** What numpy asks of where the values begin. */
const NPY_ALIGNMENT = 64;

const TENSOR = 'embeddings';

/** Of the longest header that is written, whatever the shape. */
const SAFETENSORS_HEADER_SIZE = 128;

/** Bytes that a header is looked for in. */
const MOST_HEADER_SIZE = 4096;

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
  // As long for any shape: it is written again when all rows are counted.
  const padded = text.padEnd(SAFETENSORS_HEADER_SIZE - 8);
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
  /** @param {Source} source */
  function headerIn(source) {
    const found = readHeader(
      source.read(0, Math.min(MOST_HEADER_SIZE, source.size)),
    );
    if (!found) throw new Error(`${source.name} has another header`);
    return found;
  }

  /** @param {string} file */
  const inspect = (file) => headerIn(sourceOfFile(file));

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

    /** @param {import('../base/new-file').NewFile} out */
    merger(out) {
      const shape = { rows: 0, dimensions: 0 };
      out.append(headerOf(shape));
      return {
        /** @param {Source} part */
        add(part) {
          const { rows, dimensions, start } = headerIn(part);
          part.copy(out, start, start + rows * dimensions * 4);
          shape.rows += rows;
          shape.dimensions = dimensions;
        },
        end: () => out.replaceHead(headerOf(shape)),
      };
    },
  });
}

const npy = rawFormat(npyHeader, readNpyHeader);

const safetensors = rawFormat(safetensorsHeader, readSafetensorsHeader);

module.exports = { bytesOf, npy, safetensors };
