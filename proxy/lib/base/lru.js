'use strict';

/**
 * What was worked out for the texts seen last, so that callers who repeat the
 * same header pay for reading it once.
 * @template Value
 */
class Recent {
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
    const known = this.#values.get(text);
    const value = known ?? this.#make(text);
    if (known !== undefined) this.#values.delete(text);
    else if (this.#values.size === this.#size) this.#forgetOldest();
    this.#values.set(text, value);
    return value;
  }

  #forgetOldest() {
    for (const text of this.#values.keys()) {
      this.#values.delete(text);
      return;
    }
  }
}

module.exports = { Recent };
