'use strict';

const { CallResponse } = require('./response');

/** @typedef {import('./response').CallResult} CallResult */

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

/**
 * The rows of a call as the engine decoded them: one block of memory. Those of
 * inputs without an answer were never written, so that a call which failed
 * early costs no more than what it received: nobody may be shown them.
 */
class Vectors {
  #buffer;
  #rowSize;
  #rowCount;
  #places;
  #form;

  #answers;

  /** @type {import('./response').Gap[] | undefined} of a matrix, unwritten */
  #gaps;

  /**
   * @param {import('../native/binding').Summary} summary
   * @param {VectorForm} form
   * @param {import('./response').Answers} answers
   */
  constructor({ vectors, rowSize, rows, places }, form, answers) {
    this.#buffer = vectors ?? new ArrayBuffer(0);
    this.#rowSize = rowSize;
    this.#rowCount = rows;
    this.#places = places;
    this.#form = form;
    this.#answers = answers;
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
    if (this.#form === 'array') return toNumbers(view);
    return this.#findGaps().length === 0 ? view : view.slice();
  }

  #findGaps() {
    return (this.#gaps ??= this.#places ? [] : this.#answers.gaps());
  }

  /** @param {Float32Array} data all rows */
  #fillGaps(data) {
    const dimensions = this.#rowSize / FLOAT_SIZE;
    for (const { first, count } of this.#findGaps())
      data.fill(NaN, first * dimensions, (first + count) * dimensions);
    this.#gaps = [];
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
    this.#fillGaps(data);
    return { data, rows: this.#rowCount, dimensions };
  }
}

/**
 * Each row of a matrix as a view: no copy.
 * @param {{ data: Float32Array, rows: number, dimensions: number }} matrix
 * @returns {Generator<Float32Array, void, undefined>}
 */
function* rowViews({ data, rows, dimensions }) {
  for (let row = 0; row < rows; row++)
    yield data.subarray(row * dimensions, (row + 1) * dimensions);
}

/** Makes plain objects that can still carry private fields. */
class PlainObject {
  constructor() {
    return Object.create(Object.prototype);
  }
}

/**
 * One entry of an embeddings response. To its user it is a plain object with
 * `embedding`, `index` and `object`; deepEqual agrees. The embedding is made at
 * the first look and kept.
 */
class EmbeddingItem extends PlainObject {
  #vectors;
  #row;

  /** @type {unknown} */
  #embedding;

  /** @type {PropertyDescriptor & ThisType<EmbeddingItem>} */
  static #lazyEmbedding = {
    get() {
      return (this.#embedding ??= this.#vectors.embedding(this.#row));
    },
    set(value) {
      this.#embedding = value;
    },
    enumerable: true,
    configurable: true,
  };

  /** Shows the numbers in a console, where an accessor would show as such. */
  static #inspection = {
    value(depth, options, inspect) {
      return inspect({ ...this }, options);
    },
  };

  /**
   * @param {Vectors} vectors
   * @param {number} row
   */
  constructor(vectors, row) {
    super();
    this.#vectors = vectors;
    this.#row = row;
    Object.defineProperty(this, 'embedding', EmbeddingItem.#lazyEmbedding);
    this.index = row;
    this.object = 'embedding';
    Object.defineProperty(
      this,
      Symbol.for('nodejs.util.inspect.custom'),
      EmbeddingItem.#inspection,
    );
  }
}

/**
 * @param {Vectors} vectors
 * @param {import('./response').Answers} answers
 * @returns {unknown[]} one item per input
 */
function makeItems(vectors, answers) {
  const items = new Array(answers.inputCount);
  for (let row = 0; row < items.length; row++)
    items[row] = new EmbeddingItem(vectors, row);
  for (const { first, count } of answers.gaps())
    for (let row = first; row < first + count; row++)
      items[row] = { embedding: null, index: row, object: 'embedding' };
  return items;
}

/** One embedding per input, in input order; null where there is no answer. */
class EmbeddingsResponse extends CallResponse {
  #vectors;

  /**
   * @param {CallResult} result
   * @param {string} model named by the caller, for servers that name none
   * @param {VectorForm} form
   */
  constructor(result, model, form) {
    const { answers, summary } = result;
    const vectors = new Vectors(summary, form, answers);
    super(result, () => makeItems(vectors, answers), {
      model: summary.model === '' ? model : JSON.parse(summary.model),
      object: 'list',
      usage: {
        prompt_tokens: summary.promptTokens,
        total_tokens: summary.totalTokens,
      },
    });
    this.#vectors = vectors;
  }

  /**
   * All embeddings as one block of float32 values, without a copy; rows without
   * an answer are NaN.
   */
  matrix() {
    return this.#vectors.matrix();
  }

  /** The rows of the matrix one by one, each a view of it. */
  rows() {
    return rowViews(this.#vectors.matrix());
  }
}

module.exports = { EmbeddingsResponse, Vectors, rowViews };
