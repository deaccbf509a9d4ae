'use strict';

/** @typedef {import('../formats/formats').Part} Part */
/** @typedef {import('../read/blocks').BlockRows} BlockRows */
/** @typedef {import('../read/blocks').RowFault} RowFault */
/** @typedef {import('./store').PartRecord} PartRecord */

/**
 * What became of some rows that are next to each other: vectors, values, or a
 * failure.
 * @typedef {object} Results
 * @property {number} count
 * @property {Float32Array} [matrix]
 * @property {number} [dimensions]
 * @property {string[]} [values] JSON members, '"score":0.5' for example
 * @property {{ code: string, message: string, status?: number }} [failure]
 * @property {number} tokens
 */

/** Collects the results of a part, row by row, in the order of the input. */
class PartBuilder {
  #partRows;
  #columnNames;

  /** @type {Float32Array | undefined} kept from part to part */
  #matrix;

  #dimensions = 0;
  #tokens = 0;

  /** @type {(string | number)[]} */
  #ids = [];

  /** @type {unknown[][]} */
  #columns;

  /** @type {string[]} */
  #values = [];

  /** @type {number[]} */
  #failed = [];

  /** @type {RowFault[]} */
  #faults = [];

  #bad = 0;

  /**
   * @param {number} partRows the most there can be
   * @param {readonly string[]} columnNames
   */
  constructor(partRows, columnNames) {
    this.#partRows = partRows;
    this.#columnNames = columnNames;
    this.#columns = columnNames.map(() => []);
  }

  /** @param {RowFault[]} faults of rows that could not be read */
  addFaults(faults) {
    this.#faults.push(...faults);
    this.#bad += faults.length;
  }

  /**
   * @param {BlockRows} rows
   * @param {number} first of those that the results are of
   * @param {Results} results
   * @param {string[]} files names of the inputs
   */
  add(rows, first, results, files) {
    const { count, failure } = results;
    this.#tokens += results.tokens;
    if (failure) {
      for (let i = first; i < first + count; i++) {
        const fault = { place: rows.places[i], id: rows.ids[i], ...failure };
        const [file, line] = [files[rows.files[i]], rows.lines[i]];
        this.#faults.push({ ...fault, file, line });
        this.#failed.push(rows.places[i]);
      }
      return;
    }
    if (results.matrix) this.#addVectors(results.matrix, results.dimensions);
    else this.#values.push(.../** @type {string[]} */ (results.values));
    for (let i = first; i < first + count; i++) this.#ids.push(rows.ids[i]);
    this.#columns.forEach((column, k) => {
      for (let i = first; i < first + count; i++)
        column.push(rows.columns[k][i]);
    });
  }

  /**
   * The part, and all that is known of it; the next one begins.
   * @param {string} idName
   * @returns {{ part: Part, faults: RowFault[], counts: Omit<PartRecord, 'part' | 'generation' | 'rows' | 'size' | 'cursor'> }}
   */
  take(idName) {
    const rows = this.#ids.length;
    const hasVectors = this.#matrix !== undefined && this.#values.length === 0;
    const size = rows * this.#dimensions;
    const part = {
      rows,
      dimensions: this.#dimensions,
      matrix: this.#matrix?.subarray(0, size) ?? new Float32Array(0),
      ...(!hasVectors && { values: this.#values }),
      ids: this.#ids,
      idName,
      columns: this.#columnNames.map((name, k) => ({
        name,
        values: this.#columns[k],
      })),
    };
    const counts = {
      written: rows,
      bad: this.#bad,
      failed: this.#failed,
      dimensions: this.#dimensions,
      tokens: this.#tokens,
    };
    const faults = this.#faults.sort((a, b) => a.place - b.place);
    this.#begin();
    return { part, faults, counts };
  }

  #begin() {
    this.#dimensions = 0;
    this.#tokens = 0;
    this.#bad = 0;
    this.#ids = [];
    this.#values = [];
    this.#failed = [];
    this.#faults = [];
    this.#columns = this.#columnNames.map(() => []);
  }

  /**
   * @param {Float32Array} matrix
   * @param {number} [dimensions]
   */
  #addVectors(matrix, dimensions = 0) {
    if (this.#ids.length === 0) this.#dimensions = dimensions;
    if (dimensions !== this.#dimensions)
      throw new RangeError(
        `the server answers with vectors of ${this.#dimensions} and of ${dimensions} dimensions`,
      );
    const size = this.#partRows * dimensions;
    if (!this.#matrix || this.#matrix.length < size)
      this.#matrix = new Float32Array(size);
    this.#matrix.set(matrix, this.#ids.length * dimensions);
  }
}

module.exports = { PartBuilder };
