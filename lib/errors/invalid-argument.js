'use strict';

const CODE = 'INVALID_ARGUMENT';

/**
 * An argument refused before anything was sent. Those that the client throws
 * are TypeErrors and RangeErrors, as the language's own refusals are; they are
 * instances of this class by what they say.
 */
class InvalidArgumentError extends TypeError {
  /**
   * @param {string} message
   * @param {string} argument
   */
  constructor(message, argument) {
    super(message);
    this.code = CODE;
    this.argument = argument;
  }

  /** @param {any} value */
  static [Symbol.hasInstance](value) {
    return value instanceof Error && Object(value).code === CODE;
  }
}

module.exports = { InvalidArgumentError };
