'use strict';

/*
 * The rows of a part as PostgreSQL's COPY reads them in its binary format: a
 * place, an id, the columns and the vector, a real[]. Numbers are big-endian.
 */

/** @typedef {import('../formats/formats').Part} Part */

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');

/** No flags, no extension of the header. */
const HEADER = Buffer.concat([SIGNATURE, Buffer.alloc(8)]);

/** In place of the next row's number of fields. */
const TRAILER = Buffer.from([0xff, 0xff]);

const NULL = Buffer.from([0xff, 0xff, 0xff, 0xff]);

const FLOAT4_OID = 700;

/** Before the values of an array: five numbers about its one dimension. */
const ARRAY_HEAD = 20;

/** Bytes put together before they are sent. */
const CHUNK_SIZE = 256 * 1024;

/** @param {unknown} value */
function textField(value) {
  if (value === null || value === undefined) return NULL;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const bytes = Buffer.from(text);
  const field = Buffer.allocUnsafe(4 + bytes.length);
  field.writeInt32BE(bytes.length);
  bytes.copy(field, 4);
  return field;
}

/**
 * @param {Float32Array} row
 * @returns {Buffer}
 */
function arrayField(row) {
  const words = new Uint32Array(6 + 2 * row.length);
  const bits = new Uint32Array(row.buffer, row.byteOffset, row.length);
  words.set([ARRAY_HEAD + 8 * row.length, 1, 0, FLOAT4_OID, row.length, 1]);
  for (let i = 0; i < bits.length; i++) {
    words[6 + 2 * i] = 4; // bytes of the value
    words[7 + 2 * i] = bits[i];
  }
  return Buffer.from(words.buffer).swap32();
}

/** @param {number} fieldCount @param {number} place */
function rowHead(fieldCount, place) {
  const head = Buffer.allocUnsafe(10);
  head.writeInt16BE(fieldCount);
  head.writeInt32BE(4, 2);
  head.writeInt32BE(place, 6);
  return head;
}

/**
 * @param {Part} part
 * @returns {Generator<Buffer>} chunks
 */
function* copyChunks({ ids, columns, matrix, dimensions }) {
  /** @type {Buffer[]} */
  let pieces = [HEADER];
  let size = HEADER.length;
  const fieldCount = 3 + columns.length;
  for (let i = 0; i < ids.length; i++) {
    const row = matrix.subarray(i * dimensions, (i + 1) * dimensions);
    const fields = [
      rowHead(fieldCount, i),
      textField(String(ids[i])),
      ...columns.map(({ values }) => textField(values[i])),
      arrayField(row),
    ];
    for (const field of fields) size += field.length;
    pieces.push(...fields);
    if (size < CHUNK_SIZE) continue;
    yield Buffer.concat(pieces, size);
    pieces = [];
    size = 0;
  }
  pieces.push(TRAILER);
  yield Buffer.concat(pieces);
}

module.exports = { copyChunks };
