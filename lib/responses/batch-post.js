'use strict';

const { CallResponse } = require('./response');

/**
 * One answer per payload, in payload order; null where there was no body, or no
 * answer.
 */
class BatchPostResponse extends CallResponse {
  /** @param {import('./response').CallResult} result */
  constructor(result) {
    super(result, (parts) => {
      const data = new Array(result.answers.inputCount).fill(null);
      for (const { first, value } of parts) data[first] = value;
      return data;
    });
  }
}

module.exports = { BatchPostResponse };
