'use strict';

/**
 * @typedef {object} AnswerFacts
 * @property {number} status
 * @property {import('../base/headers').ResponseHeaders} [headers]
 * @property {string} [text]
 */

/** The HTTP answer behind an error. */
class ErrorAnswer {
  /** @param {AnswerFacts} facts */
  constructor({ status, headers = {}, text = '' }) {
    this.status = status;
    this.headers = headers;
    this.text = text;
  }

  /**
   * The body as a value; throws a SyntaxError when it is not JSON.
   * @returns {unknown}
   */
  json() {
    return JSON.parse(this.text);
  }
}

module.exports = { ErrorAnswer };
