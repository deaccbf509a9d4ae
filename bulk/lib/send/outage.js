'use strict';

const { BusyError, JobError } = require('../base/errors');

const FIRST_WAIT_MS = 1000;

const LONGEST_WAIT_MS = 30_000;

/** Of 429 without a word on when to come back. */
const BUSY_WAIT_MS = 30_000;

const TOO_MANY_REQUESTS = 429;

/** @param {any} error */
function waitOf({ response }) {
  const seconds = Number(response?.headers['retry-after']);
  return seconds > 0 ? seconds * 1000 : BUSY_WAIT_MS;
}

/**
 * Holds everything back while the server is away. One request at a time probes;
 * the first that succeeds lets all others go on. A job must not burn millions
 * of rows because a server restarts.
 */
class Outage {
  #longestMs;
  #busyMs;
  #now;

  /** @type {Promise<void> | undefined} settles when the server is back */
  #gate;

  #open = () => {};

  /** @type {(error: Error) => void} */
  #giveUp = () => {};

  #since = 0;
  #waitMs = FIRST_WAIT_MS;

  /** Why it holds back now. @type {string | undefined} */
  reason;

  /**
   * @param {number} longestS how long it may take
   * @param {number} busyS how long it may refuse with 429
   * @param {() => number} [now] in milliseconds
   */
  constructor(longestS, busyS, now = () => performance.now()) {
    this.#longestMs = longestS * 1000;
    this.#busyMs = busyS * 1000;
    this.#now = now;
  }

  /** Settles at once, or when the server is back. */
  async passed() {
    while (this.#gate) await this.#gate;
  }

  /** Something was answered. */
  end() {
    if (!this.#gate) return;
    this.#gate = undefined;
    this.reason = undefined;
    this.#waitMs = FIRST_WAIT_MS;
    this.#open();
  }

  /**
   * A request failed as if the server were away.
   * @param {Error} error
   * @returns {boolean} false: another has noticed before
   */
  begin(error) {
    if (this.#gate) return false;
    this.#since = this.#now();
    this.reason = error.message;
    this.#gate = new Promise((resolve, reject) => {
      this.#open = resolve;
      this.#giveUp = reject;
    });
    this.#gate.catch(() => {}); // whoever waits hears of it
    return true;
  }

  /**
   * Waits for the next probe: longer each time.
   * @param {any} error that the last failed with
   * @param {AbortSignal} signal
   */
  async pause(error, signal) {
    const lasted = this.#now() - this.#since;
    this.reason = error.message;
    const words = `for ${Math.round(lasted / 1000)} s: ${error.message}`;
    if (lasted >= this.#longestMs)
      this.#end(new JobError(`the server has not answered ${words}`));
    if (error.status === TOO_MANY_REQUESTS && lasted >= this.#busyMs)
      this.#end(new BusyError(`the server is busy ${words}`, waitOf(error)));
    const waitMs = Math.min(this.#waitMs, this.#longestMs - lasted);
    this.#waitMs = Math.min(2 * this.#waitMs, LONGEST_WAIT_MS);
    await new Promise((resolve) => {
      const timer = setTimeout(done, waitMs);
      signal.addEventListener('abort', done, { once: true });
      function done() {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve(undefined);
      }
      if (signal.aborted) done();
    });
    if (signal.aborted) this.#end(signal.reason);
  }

  /**
   * @param {Error} error
   * @returns {never}
   */
  #end(error) {
    this.#giveUp(error);
    throw error;
  }
}

module.exports = { Outage };
