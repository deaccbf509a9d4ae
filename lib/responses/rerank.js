'use strict';

const { CallResponse } = require('./response');
const { readStrings, Scores } = require('./scores');

/** @typedef {import('../call/answers').Part} Part */
/** @typedef {{ index: number, score: number, text: string | null }} RerankResult */

/**
 * @param {Part[]} parts
 * @param {Scores} scores
 * @returns {RerankResult[]}
 */
function makeResults(parts, scores) {
  const results = [];
  for (const { first, count, value } of parts) {
    const texts = value === undefined ? undefined : readStrings(value);
    for (let i = 0; i < count; i++)
      results.push({
        index: scores.number(first + i),
        score: scores.score(first + i),
        text: texts ? texts[i] : null,
      });
  }
  return results;
}

/**
 * One score per text, batch by batch, each batch in the server's order; texts
 * without an answer are absent.
 */
class RerankResponse extends CallResponse {
  /** @param {import('./response').CallResult} result */
  constructor(result) {
    const scores = new Scores(result.summary);
    super(result, (parts) => makeResults(parts, scores), { object: 'list' });
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
