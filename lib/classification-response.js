'use strict';

const { CallResponse } = require('./call-response');

/**
 * One list of labels with scores per input, in input order; null where there is
 * no answer.
 */
class ClassificationResponse extends CallResponse {
  /** @param {import('./call-response').CallResult} result */
  constructor(result) {
    const makeData = (parts) => {
      const data = new Array(result.answers.inputCount).fill(null);
      for (const { first, value } of parts)
        for (let i = 0; i < value.length; i++) data[first + i] = value[i];
      return data;
    };
    super(result, makeData, { object: 'list' });
  }
}

module.exports = { ClassificationResponse };
