'use strict';

const FIRST_CAPACITY = 64 * 1024;

/** Room made ahead because of an announced size, which may be a lie. */
const MOST_AHEAD = 1024 * 1024;

/**
 * Chunks gathered into one Buffer. Doubling its room copies each byte at most
 * twice on average; a single chunk is kept as it is. Chunks are not kept in a
 * list, where a caller who sends single bytes would cost us a hundred each.
 */
class GrowingBuffer {
  #expected;

  /** @type {Buffer} */
  #bytes = Buffer.alloc(0);

  #length = 0;

  /** @param {number} expected size announced, 0 when none */
  constructor(expected) {
    this.#expected = expected;
  }

  get length() {
    return this.#length;
  }

  /** Bytes of memory it holds. */
  get capacity() {
    return this.#bytes.length;
  }

  /** @param {Buffer} chunk not changed by its owner any more */
  append(chunk) {
    const length = this.#length + chunk.length;
    if (this.#length === 0) {
      this.#bytes = chunk;
    } else {
      if (length > this.#bytes.length) this.#grow(length);
      chunk.copy(this.#bytes, this.#length);
    }
    this.#length = length;
  }

  /** @returns {Buffer} what was appended, in order */
  take() {
    return this.#bytes.subarray(0, this.#length);
  }

  /** @param {number} least */
  #grow(least) {
    const ahead = Math.min(this.#expected, MOST_AHEAD);
    const capacity = Math.max(
      2 * this.#bytes.length,
      least,
      ahead,
      FIRST_CAPACITY,
    );
    const isKnown = this.#expected >= least && this.#expected < capacity;
    const larger = Buffer.allocUnsafeSlow(isKnown ? this.#expected : capacity);
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

module.exports = { GrowingBuffer };
