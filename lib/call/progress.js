'use strict';

/** @typedef {import('../native/binding').ProgressFigures} ProgressFigures */

/** @typedef {(figures: ProgressFigures) => void} OnProgress */

/** @typedef {{ progress(): ProgressFigures | undefined }} Watched */

/** Twenty times a second. */
const INTERVAL_MS = 50;

/**
 * @param {ProgressFigures} one
 * @param {ProgressFigures} other
 * @returns {boolean}
 */
function areEqual(one, other) {
  return (
    one.completed === other.completed &&
    one.total === other.total &&
    one.inputs === other.inputs &&
    one.retries === other.retries &&
    one.hedges === other.hedges
  );
}

/**
 * Calls the caller back while its call runs: when something has changed, and
 * once at the end. What the callback throws does not touch the call, it is an
 * uncaught exception.
 */
class Progress {
  #onProgress;

  /** @type {ProgressFigures | undefined} */
  #told;

  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /** @param {OnProgress} onProgress */
  constructor(onProgress) {
    this.#onProgress = onProgress;
  }

  /** @param {Watched} call which has begun */
  start(call) {
    this.#timer = setInterval(() => this.#tellNews(call), INTERVAL_MS);
  }

  /** @param {Watched} call which has ended, or could not begin */
  finish(call) {
    clearInterval(this.#timer);
    this.#tell(call.progress());
  }

  /** @param {Watched} call */
  #tellNews(call) {
    const figures = call.progress();
    if (!(figures && this.#told && areEqual(figures, this.#told)))
      this.#tell(figures);
  }

  /** @param {ProgressFigures | undefined} figures nothing to tell */
  #tell(figures) {
    if (!figures) return;
    this.#told = figures;
    try {
      this.#onProgress(figures);
    } catch (error) {
      process.nextTick(() => {
        throw error;
      });
    }
  }
}

module.exports = { Progress };
