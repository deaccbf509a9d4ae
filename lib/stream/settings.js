'use strict';

const { NUMBER } = require('../native/contract');

/** @typedef {import('../preference/preference').Settings} Settings */

/**
 * Divides the settings of a stream: what holds for the stream as a whole, and
 * what the engine is told of each batch. A batch that is sent in parts sends
 * one at a time, so that never more requests are in flight than batches may be.
 * @param {Settings} settings
 * @param {import('../call/request').CallRequest} request
 */
function streamSettings(settings, { operation }) {
  const given = settings.numbers;
  const numbers = given.slice();
  numbers[NUMBER.MAX_CONCURRENT_REQUESTS] = 1;
  numbers[NUMBER.TOTAL_TIMEOUT_MS] = 0;
  const isSingle = operation === 'batchPost';
  return {
    width: given[NUMBER.MAX_CONCURRENT_REQUESTS],
    totalTimeoutMs: given[NUMBER.TOTAL_TIMEOUT_MS],
    limits: isSingle
      ? { items: 1, chars: 0 }
      : {
          items: given[NUMBER.BATCH_SIZE],
          chars: given[NUMBER.MAX_CHARS_PER_REQUEST],
        },
    settings: { ...settings, numbers },
  };
}

module.exports = { streamSettings };
