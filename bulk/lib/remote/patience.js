'use strict';

const { setTimeout: sleep } = require('node:timers/promises');

const { JobError } = require('../base/errors');

const FIRST_WAIT_MS = 500;

const LONGEST_WAIT_MS = 30_000;

/**
 * What a server did not do because it is away, for now. Its message names it.
 */
class AwayError extends JobError {}

/**
 * Attempts something until its server is there, with pauses that grow.
 * @template T
 * @param {() => Promise<T>} attempt it may be made again whatever became of it
 * @param {number} longestS how long the server may be away
 * @param {(text: string) => void} say is told each reason once
 * @returns {Promise<T>}
 */
async function patiently(attempt, longestS, say) {
  const start = performance.now();
  let reason = '';
  for (let waitMs = FIRST_WAIT_MS; ; waitMs *= 2) {
    try {
      const result = await attempt();
      if (reason !== '') say('the output is there again');
      return result;
    } catch (error) {
      if (!(error instanceof AwayError)) throw error;
      const leftMs = longestS * 1000 - (performance.now() - start);
      if (leftMs <= 0) throw error;
      if (error.message !== reason) say(`${error.message}; trying again`);
      reason = error.message;
      await sleep(Math.min(waitMs, LONGEST_WAIT_MS, leftMs));
    }
  }
}

module.exports = { AwayError, patiently };
