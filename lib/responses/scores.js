'use strict';

const { CallResponse } = require('./response');

/** @typedef {import('./response').CallResult} CallResult */
/** @typedef {import('./response').Part} Part */
/** @typedef {{ label: string, score: number }} Classification */
/** @typedef {{ index: number, score: number, text: string | null }} RerankResult */

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

  /** @param {import('../native/binding').Summary} summary */
  constructor({ vectors, rowSize, places }) {
    this.#values = new Float64Array(vectors ?? new ArrayBuffer(0));
    this.#rowLength = rowSize / PAIR_SIZE;
    this.#places = places;
  }

  /**
   * The first pair of a row.
   * @param {number} row
   */
  begin(row) {
    const places = this.#places;
    return places ? places[2 * row] / PAIR_SIZE : row * this.#rowLength;
  }

  /**
   * How many pairs a row has.
   * @param {number} row
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

  /** @param {number} pair */
  score(pair) {
    return this.#values[2 * pair + 1];
  }
}

/**
 * @param {Part[]} parts
 * @param {Scores} scores
 * @param {readonly string[]} [known] the texts, where no server was asked for
 * them
 * @returns {RerankResult[]}
 */
function makeResults(parts, scores, known) {
  const results = [];
  for (const { first, count, value } of parts) {
    const texts = value === undefined ? undefined : readStrings(value);
    for (let i = 0; i < count; i++) {
      const index = scores.number(first + i);
      const text = (known ? known[index] : texts?.[i]) ?? null;
      results.push({ index, score: scores.score(first + i), text });
    }
  }
  return results;
}

/**
 * Best first; equal scores keep their order.
 * @param {RerankResult[]} results
 */
function bestFirst(results) {
  return [...results].sort((a, b) => b.score - a.score);
}

/**
 * One score per text, batch by batch, each batch in the server's order, unless
 * only the best are wanted; texts without an answer are absent.
 */
class RerankResponse extends CallResponse {
  /**
   * @param {CallResult} result
   * @param {number} [most] so many, the best of all texts; best first
   * @param {readonly string[]} [texts] of the call, where no server was asked
   * for them
   */
  constructor(result, most, texts) {
    const scores = new Scores(result.summary);
    /** @param {Part[]} parts */
    const makeData = (parts) => {
      const results = makeResults(parts, scores, texts);
      return most === undefined ? results : bestFirst(results).slice(0, most);
    };
    super(result, makeData, { object: 'list' });
  }

  /**
   * All results, best first; equal scores keep their order.
   * @returns {RerankResult[]}
   */
  sorted() {
    const { data } = /** @type {{ data: RerankResult[] }} */ (
      /** @type {unknown} */ (this)
    );
    return bestFirst(data);
  }
}

/**
 * @param {Scores} scores
 * @param {number} row
 * @param {string[]} labels
 * @returns {Classification[]}
 */
function makeList(scores, row, labels) {
  const begin = scores.begin(row);
  const list = new Array(scores.length(row));
  for (let i = 0; i < list.length; i++)
    list[i] = {
      label: labels[scores.number(begin + i)],
      score: scores.score(begin + i),
    };
  return list;
}

/**
 * Batches mostly have the same labels, which are then read once.
 * @param {Part[]} parts
 * @param {Scores} scores
 * @param {number} inputCount
 * @returns {(Classification[] | null)[]}
 */
function makeLists(parts, scores, inputCount) {
  const lists = new Array(inputCount).fill(null);
  let labels = [];
  let json;
  for (const { first, count, value } of parts) {
    if (value !== json) {
      labels = value === undefined ? [] : readStrings(value);
      json = value;
    }
    for (let row = first; row < first + count; row++)
      lists[row] = makeList(scores, row, labels);
  }
  return lists;
}

/**
 * One list of labels with scores per input, in input order; null where there is
 * no answer.
 */
class ClassificationResponse extends CallResponse {
  /** @param {CallResult} result */
  constructor(result) {
    const { answers, summary } = result;
    const scores = new Scores(summary);
    const makeData = (parts) => makeLists(parts, scores, answers.inputCount);
    super(result, makeData, { object: 'list' });
  }
}

module.exports = { ClassificationResponse, RerankResponse };
