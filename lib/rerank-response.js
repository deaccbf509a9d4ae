'use strict';

const { CallResponse } = require('./call-response');

/** @typedef {import('./call-response').Answers} Answers */
/** @typedef {{ index: number, score: number, text: string | null }} RerankResult */

/** One score per text, batch by batch, each batch in the server's order. */
class RerankResponse extends CallResponse {
  /**
   * @param {Answers} answers
   * @param {unknown[]} values
   */
  constructor(answers, values) {
    super(answers, () => values.flat(), { object: 'list' });
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
