'use strict';

/** @typedef {import('../native/binding').Failure} Failure */

/**
 * One batch that was answered.
 * @typedef {object} Part
 * @property {number} first place of its first input
 * @property {number} count
 * @property {string} head raw header block
 * @property {number} seconds
 * @property {any} value of batchPost, what the answer said; of rerank and
 * classify, its strings as JSON text if there are any
 */

/**
 * Inputs in a row that have no answer.
 * @typedef {object} Gap
 * @property {number} first
 * @property {number} count
 * @property {Failure} [failure] of their batch, if it came to its end
 */

/**
 * What has become of each input of a call. Batches may be split while the call
 * runs, so only inputs give the order; but batches are numbered as they are
 * made, which is in that order but for the split ones.
 */
class Answers {
  /** @type {Part[]} by batch, with holes where batches failed */
  #parts = [];

  /** @type {Failure[]} */
  #failures = [];

  #inputCount;

  /** @param {number} inputCount */
  constructor(inputCount) {
    this.#inputCount = inputCount;
  }

  get inputCount() {
    return this.#inputCount;
  }

  /**
   * @param {number} batch
   * @param {Part} part
   */
  add(batch, part) {
    this.#parts[batch] = part;
  }

  /** @param {Failure} failure */
  addFailure(failure) {
    this.#failures.push(failure);
  }

  /**
   * @param {number} batch
   * @returns {boolean}
   */
  hasFailed(batch) {
    return this.#failures.some((failure) => failure.batch === batch);
  }

  /**
   * The answered batches by their inputs. Sorting costs next to nothing where
   * the order is right already.
   * @returns {Part[]}
   */
  parts() {
    return this.#parts.filter(Boolean).sort((a, b) => a.first - b.first);
  }

  /**
   * The inputs without an answer, in order: failed batches, and whatever lies
   * between the batches that ended.
   * @returns {Gap[]}
   */
  gaps() {
    const failed = this.#failures.map((failure) => ({
      first: failure.firstInput,
      count: failure.inputCount,
      failure,
    }));
    const ended = [...this.parts(), ...failed];
    ended.sort((a, b) => a.first - b.first);

    /** @type {Gap[]} */
    const gaps = [];
    let next = 0;
    for (const batch of ended) {
      if (batch.first > next)
        gaps.push({ first: next, count: batch.first - next });
      if ('failure' in batch) gaps.push(batch);
      next = batch.first + batch.count;
    }
    if (next < this.#inputCount)
      gaps.push({ first: next, count: this.#inputCount - next });
    return gaps;
  }
}

module.exports = { Answers };
