'use strict';

/*
 * Arrow's file format (IPC, Feather 2): one record batch a part, the vectors a
 * FixedSizeList over the matrix without a copy.
 */

const fs = require('node:fs');

/** @typedef {import('./formats').Part} Part */

const VECTOR = 'embedding';

/** Loaded where it is needed: it is large. */
const load = () => require('apache-arrow');

/** @param {unknown} value */
function asText(value) {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * @param {readonly string[]} columns
 * @param {string} idName
 * @param {number} dimensions
 */
function schemaOf(columns, idName, dimensions) {
  const { Field, FixedSizeList, Float32, Schema, Utf8 } = load();
  const item = new Field('item', new Float32(), false);
  return new Schema([
    new Field(idName, new Utf8(), false),
    ...columns.map((name) => new Field(name, new Utf8(), true)),
    new Field(VECTOR, new FixedSizeList(dimensions, item), false),
  ]);
}

/** @param {(string | null)[]} texts */
function textData(texts) {
  const { Utf8, vectorFromArray } = load();
  return vectorFromArray(texts, new Utf8()).data[0];
}

/** @param {Part} part */
function batchOf({ ids, columns, matrix, rows, dimensions, idName }) {
  const { Float32, RecordBatch, Struct, makeData } = load();
  const names = columns.map(({ name }) => name);
  const schema = schemaOf(names, idName, dimensions);
  const vectorType = /** @type {any} */ (schema.fields.at(-1)).type;
  const vectors = makeData({
    type: vectorType,
    length: rows,
    nullCount: 0,
    child: makeData({
      type: new Float32(),
      length: matrix.length,
      data: matrix,
    }),
  });
  const children = [
    textData(ids.map(asText)),
    ...columns.map(({ values }) => textData(values.map(asText))),
    vectors,
  ];
  const type = new Struct(schema.fields);
  const data = makeData({ type, length: rows, nullCount: 0, children });
  return new RecordBatch(schema, data);
}

/** @param {Part} part */
function encode(part) {
  const { Table, tableToIPC } = load();
  return [tableToIPC(new Table([batchOf(part)]), 'file')];
}

/** @param {Uint8Array} bytes of a file */
function readBatches(bytes) {
  const { RecordBatchReader } = load();
  return [...RecordBatchReader.from(bytes)];
}

/**
 * @param {import('../base/new-file').NewFile} out
 * @param {import('./formats').Names} names
 */
function merger(out, { columns, idName }) {
  const { RecordBatchFileWriter } = load();
  const writer = new RecordBatchFileWriter();
  let hasBegun = false;
  const begin = (dimensions) => {
    hasBegun = true;
    writer.reset(undefined, schemaOf(columns, idName, dimensions));
  };
  const writing = (async () => {
    for await (const chunk of writer) out.append(chunk);
  })();
  writing.catch(() => {}); // it is waited for below
  return {
    /** @param {import('../base/sources').Source} part */
    async add(part) {
      for (const batch of readBatches(part.read(0, part.size))) {
        if (!hasBegun) begin(dimensionsOf(batch));
        writer.write(batch);
      }
      // Lets it reach the disk: the writer would keep everything in memory.
      await new Promise((resolve) => setImmediate(resolve));
    },
    async end() {
      if (!hasBegun) begin(0);
      writer.close();
      await writing;
    },
  };
}

/** @param {any} batch */
function dimensionsOf({ schema }) {
  return schema.fields.at(-1).type.listSize;
}

/** @param {string} file */
function readBack(file) {
  const batches = readBatches(fs.readFileSync(file));
  const dimensions = batches.length > 0 ? dimensionsOf(batches[0]) : 0;
  const rows = batches.reduce((sum, { numRows }) => sum + numRows, 0);
  const matrix = new Float32Array(rows * dimensions);
  let at = 0;
  for (const batch of batches) {
    const { children } = /** @type {any} */ (batch.data).children.at(-1);
    const [{ values, length }] = children;
    matrix.set(values.subarray(0, length), at);
    at += length;
  }
  return { matrix, dimensions };
}

/** @param {string} file */
async function inspect(file) {
  const { RecordBatchReader } = load();
  const handle = await fs.promises.open(file);
  try {
    const reader = await RecordBatchReader.from(handle);
    await reader.open();
    const dimensions = dimensionsOf(reader); // which the end of reading drops
    let rows = 0;
    for await (const { numRows } of reader) rows += numRows;
    return { rows, dimensions };
  } finally {
    await handle.close();
  }
}

/** Arrow's file format, for pandas, Polars, DuckDB and LanceDB. */
const arrow = Object.freeze({
  hasIdsFile: false,
  hasColumns: true,
  encode,
  inspect,
  merger,
  readBack,
});

module.exports = { arrow };
