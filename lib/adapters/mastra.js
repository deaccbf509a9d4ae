'use strict';

const { readSource } = require('./client');

/**
 * Scores texts for Mastra's `rerankWithScorer`, which asks for one text at a
 * time: those of one query travel together.
 */
class PerformanceScorer {
  #one;
  #options;

  /** @param {unknown} options see mastra.d.ts */
  constructor(options) {
    const names = ['model', 'options', 'coalesce'];
    const { client, own } = readSource(options, names, 'PerformanceScorer');
    const { model, coalesce } = own;
    this.#one = client.coalesce(coalesce ?? {});
    this.#options = { .../** @type {any} */ (own.options), model };
  }

  /**
   * @param {string} query
   * @param {string} text
   * @returns {Promise<number>}
   */
  async getRelevanceScore(query, text) {
    const { score } = /** @type {any} */ (
      await this.#one.rerank(query, text, this.#options)
    );
    return score;
  }
}

module.exports = { PerformanceScorer };
