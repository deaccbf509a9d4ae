'use strict';

/**
 * The batches of a stream that were sent and not yet taken, in the order in
 * which they are to be taken: that of the inputs, or that of completion.
 */
class ResultWindow {
  #isOrdered;

  /** @type {{ results: object[] | undefined }[]} */
  #waiting = [];

  /** @type {object[][]} */
  #ready = [];

  #size = 0;

  /** @param {boolean} isOrdered */
  constructor(isOrdered) {
    this.#isOrdered = isOrdered;
  }

  /** Batches in it, with and without results. */
  get size() {
    return this.#size;
  }

  /**
   * Keeps the place of a batch until its results are there.
   * @returns {{ settle(results: object[]): void }}
   */
  reserve() {
    this.#size += 1;
    if (!this.#isOrdered)
      return { settle: (results) => void this.#ready.push(results) };
    /** @type {{ results: object[] | undefined }} */
    const place = { results: undefined };
    this.#waiting.push(place);
    return {
      settle: (results) => {
        place.results = results;
        this.#advance();
      },
    };
  }

  /**
   * @returns {object[] | undefined} results whose turn it is
   */
  take() {
    const results = this.#ready.shift();
    if (results) this.#size -= 1;
    return results;
  }

  /** Drops all results. */
  clear() {
    this.#size = 0;
    this.#waiting = [];
    this.#ready = [];
  }

  #advance() {
    while (this.#waiting[0]?.results)
      this.#ready.push(
        /** @type {object[]} */ (this.#waiting.shift()?.results),
      );
  }
}

module.exports = { ResultWindow };
