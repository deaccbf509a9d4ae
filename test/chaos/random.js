'use strict';

/** The same numbers for the same seeds, as mulberry32 makes them. */
class Random {
  #state;

  /** @param {...(number | string)} seeds mixed into one */
  constructor(...seeds) {
    this.#state = hash(seeds.join(' '));
  }

  /** From 0 up to 1. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let word = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer from `low` to `high`, both included. */
  between(low, high) {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(share) {
    return this.next() < share;
  }

  pick(list) {
    return list[this.between(0, list.length - 1)];
  }

  /** One key of { key: weight }. */
  weighted(weights) {
    const entries = Object.entries(weights);
    const sum = entries.reduce((total, [, weight]) => total + weight, 0);
    let left = this.next() * sum;
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0) return key;
    }
    return entries[0][0];
  }
}

/** 32 bits that tell texts apart: FNV-1a. */
function hash(text) {
  let word = 0x811c9dc5;
  for (let i = 0; i < text.length; i++)
    word = Math.imul(word ^ text.charCodeAt(i), 0x01000193);
  return word >>> 0;
}

module.exports = { Random, hash };
