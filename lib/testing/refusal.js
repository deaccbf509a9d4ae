'use strict';

/** What a client did wrong, as the status and the JSON body it is told with. */
class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} message
   * @param {string} [param] the member of the body that is at fault
   */
  constructor(status, message, param) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.param = param;
  }

  toJSON() {
    const type = this.status >= 500 ? 'server_error' : 'invalid_request_error';
    return {
      error: { message: this.message, type, param: this.param ?? null },
    };
  }
}

module.exports = { Refusal };
