'use strict';

const { describe, invalidArgument } = require('../base/check');

/**
 * The tokens of each text. What the caller's function throws is the caller's.
 * @param {readonly string[]} texts
 * @param {(text: string) => number} count the caller's
 * @returns {Float64Array}
 */
function tokensOf(texts, count) {
  return Float64Array.from(texts, (text) => {
    const tokens = count(text);
    if (typeof tokens === 'number' && tokens >= 0 && tokens < Infinity)
      return tokens;
    const message = `countTokens must return a number of at least 0, got ${describe(tokens)}`;
    throw invalidArgument(
      typeof tokens === 'number' ? RangeError : TypeError,
      'countTokens',
      message,
    );
  });
}

module.exports = { tokensOf };
