'use strict';

const { CallResponse } = require('./response');
const { readStrings, Scores } = require('./scores');

/** @typedef {import('../call/answers').Part} Part */
/** @typedef {{ label: string, score: number }} Classification */

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
  /** @param {import('./response').CallResult} result */
  constructor(result) {
    const { answers, summary } = result;
    const scores = new Scores(summary);
    const makeData = (parts) => makeLists(parts, scores, answers.inputCount);
    super(result, makeData, { object: 'list' });
  }
}

module.exports = { ClassificationResponse };
