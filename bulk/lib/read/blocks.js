'use strict';

/*
 * Rows cut into parts, and parts into blocks that travel between the threads.
 * What is sent and what is only written go different ways: `inputs` to the
 * thread that sends, everything else to the one that writes.
 */

const path = require('node:path');

const { readRecords } = require('./records');

/** @typedef {import('./fields').Fields} Fields */
/** @typedef {import('./fields').RowId} RowId */
/** @typedef {import('./inputs').Input} Input */
/** @typedef {import('./ranges').Range} Range */
/** @typedef {import('./records').Cursor} Cursor */
/** @typedef {import('./records').Records} Records */

/**
 * A row that cannot be sent, or could not.
 * @typedef {object} RowFault
 * @property {number} place of the row in its part
 * @property {RowId} [id]
 * @property {string} file
 * @property {number} [line]
 * @property {string} code
 * @property {string} message
 * @property {number} [status] that the server answered with
 */

/**
 * What the writer must know of the rows of a block.
 * @typedef {object} BlockRows
 * @property {number} part
 * @property {number[]} places in the part, of the rows that are sent
 * @property {RowId[]} ids of the rows that are sent
 * @property {number[]} files of the inputs, that they come from, likewise
 * @property {(number | undefined)[]} lines likewise
 * @property {unknown[][]} columns values of each column that is passed along
 * @property {RowFault[]} faults rows that cannot be sent
 */

/**
 * The end of a part.
 * @typedef {object} PartEnd
 * @property {number} rows of the part, faulty ones included
 * @property {Cursor | null} cursor behind it; null: the shard ends here
 */

/**
 * @typedef {object} Block
 * @property {unknown[]} inputs
 * @property {BlockRows} rows
 * @property {PartEnd} [end] where it is the last of its part
 * @property {number} progress share of the shard's bytes that are read, 0 to 1
 */

/**
 * @typedef {object} BlockLimits
 * @property {number} partRows
 * @property {number} batchSize a block holds whole batches where it can
 */

const BLOCK_ROWS = 1024;

/** Characters in a block; it ends at the next whole batch, or at the latter. */
const SOME_CHARS = 1024 * 1024;
const MANY_CHARS = 8 * SOME_CHARS;

/** @param {any} input */
function charsOf(input) {
  if (typeof input === 'string') return input.length;
  if (input.texts)
    return input.texts.reduce((sum, text) => sum + text.length, 0);
  return JSON.stringify(input.body ?? '').length;
}

/** Collects rows until a block is full. */
class BlockBuilder {
  #inputs;
  #names;
  #limits;
  #columnCount;
  #blockRows;
  #part;
  #place = 0;
  #chars = 0;

  /** @type {unknown[]} */
  #sent = [];

  /** @type {BlockRows} */
  #rows;

  /**
   * @param {readonly Input[]} inputs
   * @param {Fields} fields
   * @param {BlockLimits} limits
   * @param {number} part the first
   */
  constructor(inputs, fields, limits, part) {
    this.#inputs = inputs;
    this.#names = inputs.map((input) => path.basename(input.path));
    this.#limits = limits;
    this.#columnCount = fields.columns.length;
    const batches = Math.max(1, Math.floor(BLOCK_ROWS / limits.batchSize));
    this.#blockRows = batches * limits.batchSize;
    this.#part = part;
    this.#rows = this.#emptyRows();
  }

  get isPartFull() {
    return this.#place === this.#limits.partRows;
  }

  get isFull() {
    const count = this.#sent.length;
    return (
      this.isPartFull ||
      count + this.#rows.faults.length >= this.#blockRows ||
      this.#chars >= MANY_CHARS ||
      (this.#chars >= SOME_CHARS && count % this.#limits.batchSize === 0)
    );
  }

  /**
   * @param {import('./fields').Row} row
   * @param {number} file
   * @param {number | undefined} line
   */
  add({ input, id: ownId, columns, error }, file, line) {
    const place = this.#place++;
    const id = ownId ?? this.#defaultId(file, line);
    const rows = this.#rows;
    if (error !== undefined) {
      const { path: name } = this.#inputs[file];
      const fault = { place, id, file: name, line, message: error };
      rows.faults.push({ ...fault, code: 'BAD_ROW' });
      return;
    }
    this.#chars += charsOf(input);
    this.#sent.push(input);
    rows.places.push(place);
    rows.ids.push(id);
    rows.files.push(file);
    rows.lines.push(line);
    for (let i = 0; i < this.#columnCount; i++)
      rows.columns[i].push(columns?.[i]);
  }

  /**
   * @param {number} progress
   * @param {Cursor | null} [cursor] given where the part ends
   * @returns {Block}
   */
  take(progress, cursor) {
    const block = { inputs: this.#sent, rows: this.#rows, progress };
    const end =
      cursor === undefined ? undefined : { rows: this.#place, cursor };
    if (end) {
      this.#part += 1;
      this.#place = 0;
    }
    this.#sent = [];
    this.#chars = 0;
    this.#rows = this.#emptyRows();
    return end ? { ...block, end } : block;
  }

  /** @returns {BlockRows} */
  #emptyRows() {
    return {
      part: this.#part,
      places: [],
      ids: [],
      files: [],
      lines: [],
      columns: Array.from({ length: this.#columnCount }, () => []),
      faults: [],
    };
  }

  /**
   * @param {number} file
   * @param {number | undefined} line known wherever a row has no id
   * @returns {any}
   */
  #defaultId(file, line) {
    if (this.#names.length === 1) return line;
    return `${this.#names[file]}:${line}`;
  }
}

/**
 * Numbers the lines of some records from the file's beginning, where that is
 * known or where a row is named by its line.
 * @param {Records} some
 */
async function linesBeforeRows({ records, before }) {
  const isNeeded = records.some(
    ({ row }) => row.id === undefined || row.error !== undefined,
  );
  return isNeeded ? await before.count() : before.known;
}

/**
 * How far the ranges are read.
 * @param {readonly Input[]} inputs
 * @param {readonly Range[]} ranges
 */
function progressOf(inputs, ranges) {
  const sizes = ranges.map(({ file, from, end }) => {
    const { size } = inputs[file];
    return Math.min(end, size) - from;
  });
  const total = sizes.reduce((sum, size) => sum + size, 0);
  /** @type {(file: number, at: number) => number} */
  return (file, at) => {
    if (total === 0) return 0;
    const i = ranges.findIndex((range) => range.file === file);
    const done = sizes.slice(0, i).reduce((sum, size) => sum + size, 0);
    const isCounted =
      inputs[file].format === 'csv' || inputs[file].format === 'parquet';
    const inside =
      isCounted || inputs[file].isCompressed ? 0 : at - ranges[i].from;
    return Math.min(1, (done + inside) / total);
  };
}

/**
 * @param {readonly Input[]} inputs
 * @param {readonly Range[]} ranges
 * @param {Fields} fields
 * @param {BlockLimits} limits
 * @param {{ part: number, cursor?: Cursor }} from
 * @returns {AsyncGenerator<Block, void>} the last ends a part without a cursor;
 * there is one also where there is no row
 */
async function* readBlocks(inputs, ranges, fields, limits, { part, cursor }) {
  const builder = new BlockBuilder(inputs, fields, limits, part);
  const progress = progressOf(inputs, ranges);
  /** @type {Block | undefined} its end is told when another row follows */
  let waiting;
  for await (const some of readRecords(inputs, ranges, fields, cursor)) {
    const { file, records } = some;
    const first = await linesBeforeRows(some);
    for (const { row, line, at } of records) {
      if (waiting) yield waiting;
      waiting = undefined;
      builder.add(row, file, first === undefined ? undefined : first + line);
      if (!builder.isFull) continue;
      const place = {
        file,
        at,
        line: first === undefined ? null : first + line,
      };
      const isEnd = builder.isPartFull;
      waiting = builder.take(progress(file, at), isEnd ? place : undefined);
    }
  }
  if (waiting?.end) yield { ...waiting, end: { ...waiting.end, cursor: null } };
  else {
    if (waiting) yield waiting;
    yield builder.take(1, null);
  }
}

module.exports = { readBlocks };
