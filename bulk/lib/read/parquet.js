'use strict';

const fs = require('node:fs');

const { UsageError } = require('../base/errors');
const { readBytes } = require('./bytes');
const { readRow } = require('./fields');

/** @typedef {import('./fields').Fields} Fields */
/** @typedef {import('./inputs').Input} Input */
/** @typedef {import('./records').Record} Record */

/**
 * Rows read at a time. Each slice decodes the pages of its whole row group, so
 * that many small ones would cost a square.
 */
const SLICE_ROWS = 65536;

/**
 * A file as hyparquet reads it; a packed one is unpacked into memory.
 * @param {Input} input
 * @returns {Promise<{ byteLength: number, slice: (start: number, end?: number) => Promise<ArrayBuffer>, close: () => void }>}
 */
async function openFile({ path, isCompressed, size }) {
  if (isCompressed) {
    const chunks = [];
    for await (const chunk of readBytes(path)) chunks.push(chunk);
    const { buffer, byteOffset, length } = Buffer.concat(chunks);
    const whole = buffer.slice(byteOffset, byteOffset + length);
    return {
      byteLength: length,
      slice: async (start, end) => whole.slice(start, end),
      close: () => {},
    };
  }
  const handle = await fs.promises.open(path, 'r');
  return {
    byteLength: size,
    slice: async (start, end = size) => {
      const bytes = new Uint8Array(end - start);
      await handle.read(bytes, 0, bytes.length, start);
      return bytes.buffer;
    },
    close: () => void handle.close(),
  };
}

/**
 * Which rows a range holds: those of the row groups that begin in it.
 * @param {any} metadata
 * @param {{ from: number, end: number }} range
 * @returns {{ first: number, last: number }}
 */
function rowsOf({ row_groups: groups }, { from, end }) {
  let row = 0;
  let first = Infinity;
  let last = 0;
  for (const { columns, num_rows: count } of groups) {
    const starts = columns.flatMap(({ meta_data: of }) =>
      [of?.dictionary_page_offset, of?.data_page_offset].filter(Boolean),
    );
    const start = Math.min(...starts.map(Number));
    if (start >= from && start < end) {
      first = Math.min(first, row);
      last = row + Number(count);
    }
    row += Number(count);
  }
  return { first: Math.min(first, last), last };
}

/** What JSON cannot say: 64-bit integers that fit become numbers. */
function plain(value) {
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

/**
 * @param {any} metadata
 * @param {Fields} fields
 * @param {string} path
 */
function columnsOf({ schema }, fields, path) {
  const [root, ...elements] = schema;
  const names = new Set();
  for (let i = 0, left = root.num_children; left > 0; left--) {
    names.add(elements[i].name);
    let inside = elements[i].num_children ?? 0;
    for (i += 1; inside > 0; i++) inside += (elements[i].num_children ?? 0) - 1;
  }
  const needed = {
    text: [fields.text],
    texts: [fields.query, fields.texts],
    request: ['method', 'url', 'body'],
  }[fields.kind];
  const missing = [...needed, ...fields.columns].find(
    (name) => !names.has(name),
  );
  if (missing !== undefined)
    throw new UsageError(
      `${path} has no column ${JSON.stringify(missing)}, but ${[...names].join(', ')}`,
    );
  const wanted = [...needed, fields.id, ...fields.columns];
  return [...new Set(wanted)].filter((name) => names.has(name));
}

/**
 * @param {Input} input
 * @param {{ from: number, end: number }} range in bytes
 * @param {Fields} fields
 * @param {number} skipped rows of the file before the first that is wanted
 * @returns {AsyncGenerator<Record[], void>}
 */
async function* readParquet(input, range, fields, skipped) {
  const { parquetMetadataAsync, parquetReadObjects } =
    await import('hyparquet');
  const { compressors } = await import('hyparquet-compressors');
  const file = await openFile(input);
  try {
    const metadata = await parquetMetadataAsync(file);
    const columns = columnsOf(metadata, fields, input.path);
    const { first, last } = rowsOf(metadata, range);
    for (let row = Math.max(first, skipped); row < last; row += SLICE_ROWS) {
      const rows = await parquetReadObjects({
        file,
        metadata,
        columns,
        compressors,
        rowStart: row,
        rowEnd: Math.min(row + SLICE_ROWS, last),
      });
      yield rows.map((value, i) => {
        for (const name of columns) value[name] = plain(value[name]);
        const line = row + i + 1;
        return { row: readRow(value, fields), line, at: line };
      });
    }
  } finally {
    file.close();
  }
}

module.exports = { readParquet };
