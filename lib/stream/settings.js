'use strict';

/** @typedef {import('../preference/values').Settings} Settings */

/** Where the engine's numbers hold what a stream sees to itself. */
const MAX_CONCURRENT_REQUESTS = 0;
const TOTAL_TIMEOUT_MS = 4;

/**
 * Divides the settings of a stream: what holds for the stream as a whole, and
 * what the engine is told of each batch. A batch that is sent in parts sends
 * one at a time, so that never more requests are in flight than batches may be.
 * @param {Settings} settings
 * @param {import('../call/request').CallRequest} request
 */
function streamSettings(settings, { operation }) {
  const [width, batchSize, maxChars, , totalTimeoutMs] = settings.numbers;
  const numbers = settings.numbers.slice();
  numbers[MAX_CONCURRENT_REQUESTS] = 1;
  numbers[TOTAL_TIMEOUT_MS] = 0;
  const isSingle = operation === 'batchPost';
  return {
    width,
    totalTimeoutMs,
    limits: isSingle
      ? { items: 1, chars: 0 }
      : { items: batchSize, chars: maxChars },
    settings: { ...settings, numbers },
  };
}

module.exports = { streamSettings };
