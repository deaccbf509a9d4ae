'use strict';

/** @typedef {import('./vectors').Vectors} Vectors */

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

module.exports = { EmbeddingItem };
