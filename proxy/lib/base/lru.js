'use strict';

/**
 * A cache of what was made for texts, without the longest unused of them, so
 * that callers who repeat the same header pay for reading it once.
 * @template Value
 * @template [Context=undefined]
 */
class Lru {
  #size;
  #make;

  /** @type {Map<string, Value>} the longest unused first */
  #values = new Map();

  /** @type {string | undefined} the last one that was asked for */
  #newest;

  /** @type {Value | undefined} of that text */
  #value;

  /**
   * @param {number} size most texts to remember
   * @param {(text: string, context: Context) => Value} make not undefined; may throw: failures
   * are forgotten
   */
  constructor(size, make) {
    this.#size = size;
    this.#make = make;
  }

  /**
   * @param {string} text
   * @param {Context} context for `make`
   * @returns {Value}
   */
  get(text, context = /** @type {any} */ (undefined)) {
    if (text === this.#newest) return /** @type {Value} */ (this.#value);
    const known = this.#values.get(text);
    const value = known === undefined ? this.#make(text, context) : known;
    this.#values.delete(text);
    this.#values.set(text, value);
    this.#newest = text;
    this.#value = value;
    if (this.#values.size > this.#size) {
      const [oldest] = this.#values.keys();
      this.#values.delete(oldest);
    }
    return value;
  }
}

module.exports = { Lru };
