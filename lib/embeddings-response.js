'use strict';

const { CallResponse } = require('./call-response');
const { EmbeddingItem } = require('./embedding-item');
const { Vectors } = require('./vectors');

/** @typedef {import('./binding').Summary} Summary */
/** @typedef {import('./call-response').Answers} Answers */

/**
 * @param {Vectors} vectors
 * @param {number} count
 * @returns {EmbeddingItem[]}
 */
function makeItems(vectors, count) {
  const items = new Array(count);
  for (let row = 0; row < count; row++)
    items[row] = new EmbeddingItem(vectors, row);
  return items;
}

/** One embedding per input, in input order. */
class EmbeddingsResponse extends CallResponse {
  #vectors;

  /**
   * @param {Answers} answers
   * @param {Summary} summary
   * @param {string} model named by the caller, for servers that name none
   * @param {import('./vectors').VectorForm} form
   */
  constructor(answers, summary, model, form) {
    const vectors = new Vectors(summary, form);
    super(answers, () => makeItems(vectors, summary.rows), {
      model: summary.model === '' ? model : JSON.parse(summary.model),
      object: 'list',
      usage: {
        prompt_tokens: summary.promptTokens,
        total_tokens: summary.totalTokens,
      },
    });
    this.#vectors = vectors;
  }

  /** All embeddings as one block of float32 values, without a copy. */
  matrix() {
    return this.#vectors.matrix();
  }
}

module.exports = { EmbeddingsResponse };
