'use strict';

/*
 * Vectors on their way to another thread. They cannot be handed over as they
 * are: their memory is the addon's, which Node.js lends to no other thread. So
 * they are copied into memory that both share, and their own is freed at once,
 * which to the collector seems so little that it would not come for it.
 */

/** Values; what is copied at a time must fit in twice. */
const MOST_VALUES = 4 * 1024 * 1024;

/** Of vectors that are copied at a time. */
const MANY_VALUES = MOST_VALUES / 4;

/**
 * Where a copy is.
 * @typedef {object} RingPlace
 * @property {number} at its first value
 * @property {number} length
 * @property {number} charge values that are free again when it is
 */

/**
 * Results without their vectors, but with the place of those.
 * @typedef {import('../parts/part-builder').Results & { place?: RingPlace }} SentResults
 */

/** The end that is written: what is freed is freed in the order of writing. */
class Ring {
  #values = new Float32Array(
    new SharedArrayBuffer(MOST_VALUES * Float32Array.BYTES_PER_ELEMENT),
  );

  #next = 0;
  #taken = 0;

  /** What the other thread reads. */
  get values() {
    return this.#values;
  }

  /**
   * @param {number} length MANY_VALUES at most
   */
  hasRoom(length) {
    return this.#taken + length + this.#gapBefore(length) <= MOST_VALUES;
  }

  /**
   * @param {Float32Array} values for which there is room
   * @returns {RingPlace}
   */
  put(values) {
    const { length } = values;
    const charge = length + this.#gapBefore(length);
    const at = (this.#next + charge - length) % MOST_VALUES;
    this.#values.set(values, at);
    this.#next = at + length;
    this.#taken += charge;
    return { at, length, charge };
  }

  /** @param {number} charge of all that are needed no more */
  free(charge) {
    this.#taken -= charge;
  }

  /** What lies next to each other does not run over the end. */
  #gapBefore(length) {
    const left = MOST_VALUES - this.#next;
    return length > left ? left : 0;
  }
}

module.exports = { MANY_VALUES, Ring };
