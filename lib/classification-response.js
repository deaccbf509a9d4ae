'use strict';

const { CallResponse } = require('./call-response');

/** One list of labels with scores per input, in input order. */
class ClassificationResponse extends CallResponse {
  /**
   * @param {import('./call-response').Answers} answers
   * @param {unknown[]} values
   */
  constructor(answers, values) {
    super(answers, () => values.flat(), { object: 'list' });
  }
}

module.exports = { ClassificationResponse };
