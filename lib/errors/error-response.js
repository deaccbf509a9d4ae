'use strict';

const { parseHead } = require('../base/headers');
const { redact } = require('./redact');

/** The HTTP answer behind an error. */
class ErrorResponse {
  /**
   * @param {number} status
   * @param {string} head raw header block
   * @param {string} body
   * @param {readonly string[]} secrets hidden wherever the server echoes them
   */
  constructor(status, head, body, secrets) {
    this.status = status;
    this.headers = parseHead(redact(head, secrets));
    this.text = redact(body, secrets);
  }

  /**
   * The body as a value; throws a SyntaxError when it is not JSON.
   * @returns {unknown}
   */
  json() {
    return JSON.parse(this.text);
  }
}

module.exports = { ErrorResponse };
