'use strict';

const { native } = require('baseten-performance-client/internal');

/** @typedef {import('baseten-performance-client/internal').SpliceSummary} SpliceSummary */

/** A large body that the engine has joined; its memory is the engine's. */
class JoinedBody {
  #body;

  /**
   * @param {NonNullable<SpliceSummary['joined']>} joined
   * @param {number} size in bytes
   */
  constructor(joined, size) {
    this.#body = joined;
    this.size = size;
  }

  /**
   * Copies what comes next into `piece`.
   * @param {Buffer} piece
   * @returns {number} bytes, 0 at the end
   */
  read(piece) {
    return native().readBody(this.#body, piece);
  }

  /** Lets go of what was not read. */
  close() {
    native().closeBody(this.#body);
  }
}

module.exports = { JoinedBody };
