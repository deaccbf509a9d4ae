'use strict';

const { CallResponse } = require('./response');
const { EmbeddingItem } = require('./embedding-item');
const { Vectors } = require('./vectors');

/** @typedef {import('../call/answers').Answers} Answers */
/** @typedef {import('./response').CallResult} CallResult */

/**
 * @param {Vectors} vectors
 * @param {Answers} answers
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
   * @param {import('./vectors').VectorForm} form
   */
  constructor(result, model, form) {
    const { answers, summary } = result;
    const vectors = new Vectors(summary, form);
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
}

module.exports = { EmbeddingsResponse };
