'use strict';

/**
 * How many results of rerank, or lists of classify, have nothing but finite
 * scores. Every contender's are counted so, and none is paid for scores that
 * nobody has read.
 */
function countScored(results) {
  let count = 0;
  for (const result of results) {
    const entries = Array.isArray(result) ? result : [result];
    if (entries.every(({ score }) => Number.isFinite(score))) count++;
  }
  return count;
}

module.exports = { countScored };
