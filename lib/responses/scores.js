'use strict';

/** @typedef {import('../native/binding').Summary} Summary */

const PAIR_SIZE = 2 * Float64Array.BYTES_PER_ELEMENT;

/**
 * Strings as the server sent them; half a surrogate pair is no text and becomes
 * U+FFFD.
 * @param {string} json an array of strings and nulls
 * @returns {(string | null)[]}
 */
function readStrings(json) {
  const strings = JSON.parse(json);
  return json.includes('\\')
    ? strings.map((text) => text?.toWellFormed() ?? null)
    : strings;
}

/**
 * What a rerank or classify call brought home: for each input a row of pairs,
 * all in one block of memory as the engine read them. A pair is the number of
 * something and its score.
 */
class Scores {
  #values;
  #places;
  #rowLength;

  /** @param {Summary} summary */
  constructor({ vectors, rowSize, places }) {
    this.#values = new Float64Array(vectors ?? new ArrayBuffer(0));
    this.#rowLength = rowSize / PAIR_SIZE;
    this.#places = places;
  }

  /**
   * The first pair of a row.
   * @param {number} row
   * @returns {number}
   */
  begin(row) {
    const places = this.#places;
    return places ? places[2 * row] / PAIR_SIZE : row * this.#rowLength;
  }

  /**
   * How many pairs a row has.
   * @param {number} row
   * @returns {number}
   */
  length(row) {
    const places = this.#places;
    return places ? places[2 * row + 1] / PAIR_SIZE : this.#rowLength;
  }

  /**
   * @param {number} pair
   * @returns {number} an integer; as such it takes no memory of its own
   */
  number(pair) {
    return this.#values[2 * pair] >>> 0;
  }

  /**
   * @param {number} pair
   * @returns {number}
   */
  score(pair) {
    return this.#values[2 * pair + 1];
  }
}

module.exports = { Scores, readStrings };
