'use strict';

/** @typedef {import('../native/binding').Summary} Summary */

/**
 * How one embedding is handed out.
 * @typedef {'array' | 'float32' | 'base64'} VectorForm
 */

const FLOAT_SIZE = Float32Array.BYTES_PER_ELEMENT;

/**
 * A true array. The counted loop is some ten times faster than Array.from.
 * @param {Float32Array} view
 * @returns {number[]}
 */
function toNumbers(view) {
  const numbers = new Array(view.length);
  for (let i = 0; i < view.length; i++) numbers[i] = view[i];
  return numbers;
}

/** The rows of a call as the engine decoded them: one block of memory. */
class Vectors {
  #buffer;
  #rowSize;
  #rowCount;
  #places;
  #form;

  /**
   * @param {Summary} summary
   * @param {VectorForm} form
   */
  constructor({ vectors, rowSize, rows, places }, form) {
    this.#buffer = vectors ?? new ArrayBuffer(0);
    this.#rowSize = rowSize;
    this.#rowCount = rows;
    this.#places = places;
    this.#form = form;
  }

  /**
   * One row in the form the caller asked for.
   * @param {number} row
   * @returns {number[] | Float32Array | string}
   */
  embedding(row) {
    const places = this.#places;
    const offset = places ? places[2 * row] : row * this.#rowSize;
    const size = places ? places[2 * row + 1] : this.#rowSize;
    if (this.#form === 'base64')
      return Buffer.from(this.#buffer, offset, size).toString('base64');
    const view = new Float32Array(this.#buffer, offset, size / FLOAT_SIZE);
    return this.#form === 'float32' ? view : toNumbers(view);
  }

  /**
   * All rows at once, without a copy.
   * @returns {{ data: Float32Array, rows: number, dimensions: number }}
   */
  matrix() {
    if (this.#places)
      throw new RangeError(
        'the embeddings differ in length, so they form no matrix',
      );
    if (this.#rowSize % FLOAT_SIZE !== 0)
      throw new RangeError(
        `an embedding has ${this.#rowSize} bytes, so it holds no float32 values`,
      );
    const dimensions = this.#rowSize / FLOAT_SIZE;
    const length = this.#rowCount * dimensions;
    const data = new Float32Array(this.#buffer, 0, length);
    return { data, rows: this.#rowCount, dimensions };
  }
}

module.exports = { Vectors };
