'use strict';

const fs = require('node:fs');

const { readBytes } = require('../read/bytes');
const { cutLines, textOf } = require('../read/lines');

/** @typedef {import('./formats').Part} Part */

/** Characters put together before they become bytes. */
const CHUNK_CHARS = 1024 * 1024;

/**
 * @param {Iterable<string>} lines
 * @returns {Buffer[]}
 */
function bytesOfLines(lines) {
  const chunks = [];
  let text = '';
  for (const line of lines) {
    text += line;
    text += '\n';
    if (text.length < CHUNK_CHARS) continue;
    chunks.push(Buffer.from(text));
    text = '';
  }
  if (text !== '') chunks.push(Buffer.from(text));
  return chunks;
}

/** @param {Part} part */
function* linesOf({ ids, columns, matrix, dimensions, values, idName }) {
  const names = columns.map(({ name }) => JSON.stringify(name));
  for (let i = 0; i < ids.length; i++) {
    let line = `{"${idName}":${JSON.stringify(ids[i])}`;
    columns.forEach((column, k) => {
      line += `,${names[k]}:${JSON.stringify(column.values[i] ?? null)}`;
    });
    if (values) line += `,${values[i]}}`;
    else {
      const row = matrix.subarray(i * dimensions, (i + 1) * dimensions);
      line += `,"embedding":[${row.join()}]}`;
    }
    yield line;
  }
}

/** Rows as JSON, one a line. */
const jsonl = Object.freeze({
  hasIdsFile: false,
  hasColumns: true,

  /** @param {Part} part */
  encode: (part) => bytesOfLines(linesOf(part)),

  /**
   * @param {string} file
   * @param {{ hasVectors: boolean, columnCount: number }} part
   */
  readBack(file, { hasVectors, columnCount }) {
    const lines = fs.readFileSync(file, 'utf8').split('\n').slice(0, -1);
    if (!hasVectors)
      return { values: lines.map((line) => valueText(line, columnCount)) };
    const rows = lines.map((line) => JSON.parse(line).embedding);
    const dimensions = rows[0]?.length ?? 0;
    const matrix = new Float32Array(rows.length * dimensions);
    rows.forEach((row, i) => matrix.set(row, i * dimensions));
    return { matrix, dimensions };
  },

  /** @param {string} file */
  async inspect(file) {
    let rows = 0;
    let dimensions = 0;
    for await (const run of cutLines(readBytes(file), 0)) {
      if (rows === 0) {
        const { embedding } = JSON.parse(textOf(run, 0, run.ends[0]) ?? '');
        dimensions = embedding?.length ?? 0;
      }
      rows += run.count;
    }
    return { rows, dimensions };
  },

  /** @param {import('../base/new-file').NewFile} out */
  merger: (out) => ({
    /** @param {import('../base/sources').Source} part */
    add: (part) => part.copy(out, 0, part.size),
    end() {},
  }),
});

/**
 * What a line says behind its id and columns, as it was written.
 * @param {string} line
 * @param {number} columnCount
 */
function valueText(line, columnCount) {
  const entries = Object.entries(JSON.parse(line)).slice(1 + columnCount);
  return entries
    .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
    .join();
}

module.exports = { bytesOfLines, jsonl };
