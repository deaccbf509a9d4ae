'use strict';

const { CallResponse } = require('./call-response');

/** One answer per payload, in payload order; null where there was no body. */
class BatchPostResponse extends CallResponse {
  /**
   * @param {import('./call-response').Answers} answers
   * @param {unknown[]} values
   */
  constructor(answers, values) {
    super(answers, () => values);
  }
}

module.exports = { BatchPostResponse };
