'use strict';

const assert = require('node:assert/strict');

const { PerformanceClientError } = require('../..');
const { echoOf, labelsOf, scoreOf, vectorOf } = require('./model');

/** Codes that faults of a server and of the network may end in. */
const FAULT_CODES = new Set([
  'HTTP_ERROR',
  'TIMEOUT',
  'CONNECTION_ERROR',
  'PARSE_ERROR',
  'RESPONSE_TOO_LARGE',
]);

/** Holds that an error is one of ours and may end what `plan` describes. */
function checkError(error, { cancelMs, destroyMs, codes = [] }) {
  const isAllowed =
    FAULT_CODES.has(error.code) ||
    codes.includes(error.code) ||
    (error.code === 'CANCELLED' && cancelMs !== undefined) ||
    (error.code === 'CLOSED' && destroyMs !== undefined);
  assert.ok(error instanceof PerformanceClientError, `${error.stack}`);
  assert.ok(isAllowed, `a call must not end in ${error.stack}`);
}

/**
 * Which inputs have an answer; each answer is compared with what it must be.
 * @type {Record<string, (plan: any, response: any) => number[]>}
 */
const ANSWERED = {
  embed({ inputs }, response) {
    assert.equal(response.data.length, inputs.length);
    const { data, rows, dimensions } = response.matrix();
    assert.equal(rows, inputs.length);
    return response.data.flatMap(({ embedding, index }, i) => {
      assert.equal(index, i);
      const row = data.subarray(i * dimensions, (i + 1) * dimensions);
      if (embedding === null) {
        assert.ok(row.every(Number.isNaN), `row ${i} has no answer: ${row}`);
        return [];
      }
      assert.deepEqual(Array.from(embedding), vectorOf(inputs[i]));
      assert.deepEqual(Array.from(row), vectorOf(inputs[i]));
      return [i];
    });
  },
  rerank({ inputs, query }, response) {
    return response.data.map(({ index, score }) => {
      assert.equal(score, scoreOf(query, inputs[index]));
      return index;
    });
  },
  classify: (plan, { data }) => answeredInOrder(plan, data, labelsOf),
  batchPost: (plan, { data }) => answeredInOrder(plan, data, echoOf),
};

function answeredInOrder({ inputs }, data, expected) {
  assert.equal(data.length, inputs.length);
  return data.flatMap((answer, i) => {
    if (answer === null) return [];
    assert.deepEqual(answer, expected(inputs[i]));
    return [i];
  });
}

/**
 * Holds that every input has either its right answer or one named error.
 * @returns {number} how many have an answer
 */
function checkAccounts(plan, response) {
  const endings = new Array(plan.inputs.length).fill(0);
  const answered = ANSWERED[plan.kind](plan, response);
  for (const i of answered) endings[i] += 1;
  for (const { firstInput, inputCount, error } of response.errors ?? []) {
    assert.ok(error instanceof Error, 'a range of inputs has no error');
    checkError(error, plan);
    for (let i = 0; i < inputCount; i++) endings[firstInput + i] += 1;
  }
  const wrong = endings.findIndex((count) => count !== 1);
  assert.equal(wrong, -1, `input ${wrong} ended ${endings[wrong]} times`);
  return answered.length;
}

module.exports = { checkAccounts, checkError };
