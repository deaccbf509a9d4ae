'use strict';

const { CallResponse } = require('./call-response');

/** @typedef {{ index: number, score: number, text: string | null }} RerankResult */

/**
 * One score per text, batch by batch, each batch in the server's order; texts
 * without an answer are absent.
 */
class RerankResponse extends CallResponse {
  /** @param {import('./call-response').CallResult} result */
  constructor(result) {
    super(result, (parts) => parts.flatMap(({ value }) => value), {
      object: 'list',
    });
  }

  /**
   * All results, best first; equal scores keep their order.
   * @returns {RerankResult[]}
   */
  sorted() {
    const { data } = /** @type {{ data: RerankResult[] }} */ (
      /** @type {unknown} */ (this)
    );
    return [...data].sort((a, b) => b.score - a.score);
  }
}

module.exports = { RerankResponse };
