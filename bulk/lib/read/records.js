'use strict';

/*
 * The rows of all inputs in order. Each knows the place behind it, so that
 * another run can begin there.
 */

const { parse } = require('csv-parse');

const { JobError, UsageError, systemError } = require('../base/errors');
const { readBytes } = require('./bytes');
const { readJsonLine, readPlainLine, readRow } = require('./fields');
const { countBreaks, cutLines, skipBytes, textOf } = require('./lines');
const { readParquet } = require('./parquet');

/** @typedef {import('./fields').Fields} Fields */
/** @typedef {import('./fields').Row} Row */
/** @typedef {import('./inputs').Input} Input */
/** @typedef {import('./ranges').Range} Range */

/**
 * A place in the inputs: behind a row. `at` counts bytes of lines, unpacked, or
 * rows of CSV and Parquet; `line` counts the lines before it, null: not known.
 * @typedef {{ file: number, at: number, line: number | null }} Cursor
 */

/**
 * @typedef {object} Record
 * @property {Row} row
 * @property {number} line counted from 1 behind those of its LinesBefore
 * @property {number} at place behind it
 */

/**
 * How many lines of a file come before those that are read. A range that begins
 * amid a file does not know, and counts them only for a row that is named by
 * its line.
 */
class LinesBefore {
  #path;
  #end;
  #cut;

  /** @type {number | undefined} */
  known;

  /**
   * @param {string} path
   * @param {number | null} known
   * @param {number} end where the counting stops
   * @param {0 | 1} cut 1: within a line, which belongs to those before
   */
  constructor(path, known, end, cut) {
    this.#cut = cut;
    this.#path = path;
    this.#end = end;
    this.known = known ?? undefined;
  }

  /** @returns {Promise<number>} */
  async count() {
    this.known ??= (await countBreaks(this.#path, this.#end)) + this.#cut;
    return this.known;
  }
}

/**
 * Rows in a row of one file.
 * @typedef {{ file: number, records: Record[], before: LinesBefore }} Records
 */

/**
 * @param {Input} input
 * @param {{ from: number, end: number, isAmid: boolean }} range isAmid: it may
 * begin within a line
 * @param {Fields} fields
 * @returns {AsyncGenerator<Record[], void>}
 */
async function* readLines(input, { from, end, isAmid }, fields) {
  const isJson = input.format === 'jsonl';
  const bytes = input.isCompressed
    ? skipBytes(readBytes(input.path), from)
    : readBytes(input.path, from);
  let line = isAmid ? 0 : 1; // the first belongs to whoever has its beginning
  for await (const run of cutLines(bytes, from)) {
    /** @type {Record[]} */
    const records = [];
    let begin = 0;
    for (let i = 0; i < run.count; i++) {
      const to = run.ends[i];
      if (run.offset + begin >= end) {
        yield records;
        return;
      }
      const text = textOf(run, begin, to);
      begin = to + 1;
      const number = line++;
      if (number === 0 || text?.trim() === '') continue;
      const row = run.tooLong
        ? { input: undefined, id: undefined, error: 'the line is too long' }
        : isJson
          ? readJsonLine(text, fields)
          : readPlainLine(text, fields);
      records.push({ row, line: number, at: run.offset + begin });
    }
    yield records;
  }
}

/**
 * @param {Input} input
 * @param {number} from rows to leave out
 * @param {Fields} fields
 * @returns {AsyncGenerator<Record[], void>}
 */
async function* readCsv(input, from, fields) {
  const isTabbed = /\.tsv(\.\w+)?$/.test(input.path);
  const parser = parse({
    bom: true,
    columns: true,
    delimiter: isTabbed ? '\t' : ',',
    info: true,
    max_record_size: 64 * 1024 * 1024,
    skip_empty_lines: true,
    relax_column_count: true,
  });
  const feed = async () => {
    try {
      for await (const chunk of readBytes(input.path))
        if (!parser.write(chunk))
          await new Promise((resolve) => parser.once('drain', resolve));
      parser.end();
    } catch (error) {
      parser.destroy(error);
    }
  };
  feed();
  /** @type {Record[]} */
  let records = [];
  let at = 0;
  try {
    for await (const { record, info } of parser) {
      at += 1;
      if (at <= from) continue;
      records.push({ row: readRow(record, fields), line: info.lines, at });
      if (records.length < 1024) continue;
      yield records;
      records = [];
    }
  } catch (error) {
    if (error instanceof JobError) throw error;
    throw new JobError(`cannot read ${input.path}: ${error.message}`);
  }
  yield records;
}

/**
 * @param {Input} input
 * @param {Range} range
 * @param {Fields} fields
 * @param {Cursor} [cursor] in this file
 */
async function* readRows(input, range, fields, cursor) {
  const { path, format } = input;
  const skipped = cursor?.at ?? 0;
  if (format === 'csv') yield* readCsv(input, skipped, fields);
  else if (format === 'parquet')
    try {
      yield* readParquet(input, range, fields, skipped);
    } catch (error) {
      if (error instanceof JobError || error instanceof UsageError) throw error;
      throw error.syscall
        ? systemError(`cannot read ${path}`, error)
        : new JobError(`cannot read ${path}: ${error.message}`);
    }
  else {
    const isAmid = !cursor && range.from > 0;
    // One byte more: a line that begins at `from` has its break before it.
    const from = cursor ? cursor.at : range.from - Number(isAmid);
    yield* readLines(input, { from, end: range.end, isAmid }, fields);
  }
}

/**
 * @param {Input} input
 * @param {Range} range
 * @param {Cursor} [cursor] in this file
 */
function linesBefore({ path, format }, { from }, cursor) {
  // Rows of CSV and Parquet are counted from the beginning of the file.
  if (format === 'csv' || format === 'parquet')
    return new LinesBefore(path, 0, 0, 0);
  if (cursor) return new LinesBefore(path, cursor.line, cursor.at, 0);
  return new LinesBefore(path, from === 0 ? 0 : null, from - 1, 1);
}

/**
 * The rows of some ranges, from a place on.
 * @param {readonly Input[]} inputs
 * @param {readonly Range[]} ranges
 * @param {Fields} fields
 * @param {Cursor} [cursor]
 * @returns {AsyncGenerator<Records, void>}
 */
async function* readRecords(inputs, ranges, fields, cursor) {
  for (const range of ranges) {
    const { file } = range;
    if (cursor && file < cursor.file) continue;
    const here = cursor?.file === file ? cursor : undefined;
    const input = inputs[file];
    const before = linesBefore(input, range, here);
    for await (const records of readRows(input, range, fields, here))
      if (records.length > 0) yield { file, records, before };
  }
}

module.exports = { readRecords };
