'use strict';

/**
 * A cache of what was made for texts, without the longest unused of them, so
 * that callers who repeat the same header pay for reading it once.
 * @template Value
 */
class Lru {
  #size;
  #make;

  /** @type {Map<string, Value>} the longest unused first */
  #values = new Map();

  /**
   * @param {number} size most texts to remember
   * @param {(text: string) => Value} make may throw: failures are forgotten
   */
  constructor(size, make) {
    this.#size = size;
    this.#make = make;
  }

  /**
   * @param {string} text
   * @returns {Value}
   */
  get(text) {
    const value = this.#values.get(text) ?? this.#make(text);
    this.#values.delete(text);
    this.#values.set(text, value);
    if (this.#values.size > this.#size) {
      const [oldest] = this.#values.keys();
      this.#values.delete(oldest);
    }
    return value;
  }
}

module.exports = { Lru };
