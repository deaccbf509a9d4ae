'use strict';

/*
 * Rows from the reader and their results from the sender, both in the order of
 * the input, become parts. Nothing here knows threads.
 */

const path = require('node:path');

const { FinalError } = require('../base/errors');
const { FORMATS } = require('../formats/formats');
const { bytesOfLines } = require('../formats/jsonl');
const { PartBuilder } = require('./part-builder');
const { DATA, ERRORS, IDS } = require('./store');

/** @typedef {import('../formats/formats').Format} Format */
/** @typedef {import('../formats/formats').Part} Part */
/** @typedef {import('../read/blocks').BlockRows} BlockRows */
/** @typedef {import('../read/blocks').PartEnd} PartEnd */
/** @typedef {import('../read/blocks').RowFault} RowFault */
/** @typedef {import('./part-builder').Results} Results */
/** @typedef {import('./store').PartRecord} PartRecord */

/**
 * Where parts go.
 * @typedef {object} Sink
 * @property {(record: PartRecord, files: Record<string, readonly Uint8Array[]>, part: Part) => boolean | Promise<boolean>} commit
 */

/**
 * How a job writes.
 * @typedef {object} WriteTerms
 * @property {string} format one that is not known: the sink takes rows as they are
 * @property {string} idName
 * @property {readonly string[]} columns
 * @property {number} partRows
 * @property {number} dimensions of the parts before, 0 where there are none
 * @property {string[]} files names of the inputs
 * @property {'rows' | 'requests'} errors how they are written
 */

/**
 * An older generation of a part: the rows it holds stay as they are.
 * @typedef {object} OldPart
 * @property {number} part
 * @property {number} generation
 * @property {string} folder
 * @property {number[]} failed places
 * @property {number} written
 * @property {number} tokens
 */

/** @param {RowFault} fault */
function errorLine({ id, file, line, code, message, status }) {
  return JSON.stringify({ id, file, line, code, status, message });
}

/** An error as OpenAI's batch format has it. @param {RowFault} fault */
function requestErrorLine({ id, code, message, status, file, line }) {
  const response = status === undefined ? null : { status_code: status };
  const error = { code, message };
  return JSON.stringify({ custom_id: id, response, error, file, line });
}

class Writer {
  #terms;
  #sink;
  #builder;

  /** @type {Format | undefined} */
  #format;

  /** @type {Map<number, OldPart>} by part */
  #olds;

  /** @type {{ rows: BlockRows, end?: PartEnd }[]} */
  #blocks = [];

  /** @type {Results[]} */
  #results = [];

  /** Rows of the first block that are settled. */
  #settled = 0;

  /** @type {{ next: number, failed: Set<number>, results: any } | undefined} */
  #old;

  #isBlockNew = true;
  #dimensions;
  #onTaken;

  /**
   * @param {WriteTerms} terms
   * @param {Sink} sink
   * @param {readonly OldPart[]} olds parts that are made again
   * @param {(results: Results) => void} onTaken of results that are copied and
   * needed no more
   */
  constructor(terms, sink, olds, onTaken) {
    this.#onTaken = onTaken;
    this.#terms = terms;
    this.#sink = sink;
    this.#format = FORMATS[terms.format];
    this.#builder = new PartBuilder(terms.partRows, terms.columns);
    this.#olds = new Map(olds.map((old) => [old.part, old]));
    this.#dimensions = terms.dimensions;
  }

  /** Has all that came become parts? */
  get isIdle() {
    return this.#blocks.length === 0 && this.#results.length === 0;
  }

  /** @param {{ rows: BlockRows, end?: PartEnd }} block */
  addBlock(block) {
    this.#blocks.push(block);
  }

  /** @param {Results} results of the next rows that were sent */
  addResults(results) {
    this.#results.push(results);
  }

  /**
   * Does what can be done with what has come.
   * @param {(record: PartRecord, isFirst: boolean) => void} onPart
   */
  async advance(onPart) {
    while (this.#blocks.length > 0) {
      const [{ rows, end }] = this.#blocks;
      if (this.#isBlockNew) {
        this.#isBlockNew = false;
        this.#builder.addFaults(rows.faults);
        await this.#openOld(rows.part);
      }
      this.#takeKept(rows);
      if (this.#settled < rows.ids.length) {
        const results = this.#results.shift();
        if (!results) return;
        this.#take(rows, results);
        continue;
      }
      if (end) await this.#finish(rows.part, end, onPart);
      this.#blocks.shift();
      this.#settled = 0;
      this.#isBlockNew = true;
    }
  }

  /**
   * @param {BlockRows} rows
   * @param {Results} results
   */
  #take(rows, results) {
    // Rows that are sent lie next to each other, but where an older part
    // holds some: those come one by one.
    const left = rows.ids.length - this.#settled;
    const count = this.#old ? 1 : Math.min(left, results.count);
    const { matrix, dimensions = 0, values } = results;
    this.#builder.add(
      rows,
      this.#settled,
      {
        ...results,
        count,
        ...(matrix && { matrix: matrix.subarray(0, count * dimensions) }),
        ...(values && { values: values.slice(0, count) }),
      },
      this.#terms.files,
    );
    this.#settled += count;
    if (count < results.count)
      this.#results.unshift({
        ...results,
        count: results.count - count,
        ...(matrix && { matrix: matrix.subarray(count * dimensions) }),
        ...(values && { values: values.slice(count) }),
        tokens: 0,
      });
    else this.#onTaken(results);
  }

  /** @param {number} part */
  async #openOld(part) {
    const old = this.#olds.get(part);
    if (!old || this.#old) return;
    const hasVectors = this.#terms.dimensions > 0;
    const columnCount = this.#terms.columns.length;
    const file = path.join(old.folder, DATA);
    // A sink without a format has the rows of older generations.
    const results =
      old.written > 0 && this.#format
        ? await this.#format.readBack(file, { hasVectors, columnCount })
        : {};
    this.#old = { next: 0, failed: new Set(old.failed), results };
  }

  /** Takes over rows of an older part. @param {BlockRows} rows */
  #takeKept(rows) {
    if (!this.#old) return;
    const { failed, results } = this.#old;
    const { matrix, dimensions, values } = results;
    while (
      this.#settled < rows.ids.length &&
      !failed.has(rows.places[this.#settled])
    ) {
      if (!this.#format) {
        this.#settled += 1;
        continue;
      }
      const i = this.#old.next++;
      const kept = matrix
        ? {
            matrix: matrix.subarray(i * dimensions, (i + 1) * dimensions),
            dimensions,
          }
        : { values: [values[i]] };
      const one = { count: 1, tokens: 0, ...kept };
      this.#builder.add(rows, this.#settled, one, this.#terms.files);
      this.#settled += 1;
    }
  }

  /**
   * @param {number} number of the part
   * @param {PartEnd} end
   * @param {(record: PartRecord, isFirst: boolean) => void} onPart
   */
  async #finish(number, { rows, cursor }, onPart) {
    const { part, faults, counts } = this.#builder.take(this.#terms.idName);
    this.#checkDimensions(part);
    /** @type {Record<string, readonly Uint8Array[]>} */
    const files = {};
    if (part.rows > 0 && this.#format) {
      files[DATA] = await this.#format.encode(part);
      if (this.#format.hasIdsFile)
        files[IDS] = bytesOfLines(part.ids.map((id) => JSON.stringify(id)));
    }
    const lineOf = this.#terms.errors === 'rows' ? errorLine : requestErrorLine;
    if (faults.length > 0) files[ERRORS] = bytesOfLines(faults.map(lineOf));
    const size = (files[DATA] ?? []).reduce(
      (sum, { length }) => sum + length,
      0,
    );
    const old = this.#olds.get(number);
    const generation = old ? old.generation + 1 : 0;
    const tokens = counts.tokens + (old?.tokens ?? 0);
    const kept = this.#format ? 0 : (old?.written ?? 0);
    const written = counts.written + kept;
    const dimensions = counts.dimensions || (kept && this.#terms.dimensions);
    const about = { ...counts, written, dimensions, tokens, size, cursor };
    const record = { part: number, generation, rows, ...about };
    this.#old = undefined;
    onPart(record, await this.#sink.commit(record, files, part));
  }

  /** @param {Part} part */
  #checkDimensions({ rows, dimensions, values }) {
    if (rows === 0 || values) return;
    if (this.#dimensions === 0) this.#dimensions = dimensions;
    if (dimensions !== this.#dimensions)
      throw new FinalError(
        `the server answers with ${dimensions} dimensions, before it were ${this.#dimensions}`,
      );
  }
}

module.exports = { Writer };
