'use strict';

/** @typedef {import('./source').StreamSource} StreamSource */

/**
 * Some inputs in a row that travel together.
 * @typedef {object} StreamBatch
 * @property {number} number of the batch within the stream
 * @property {number} start place of its first input
 * @property {string[]} inputs
 * @property {unknown[]} items what the source gave for each of them
 */

/**
 * An element of the source, and what of it is sent.
 * @typedef {{ value: unknown, text: string, chars: number }} Item
 */

/**
 * How large a batch may be.
 * @typedef {object} BatchLimits
 * @property {number} items
 * @property {number} chars code points, 0 for no limit
 */

/**
 * @param {string} text
 * @param {number} at
 */
function isHighSurrogate(text, at) {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800;
}

/**
 * @param {string} text
 * @param {number} at
 */
function isLowSurrogate(text, at) {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00;
}

/**
 * Characters as the engine counts them; half a surrogate pair is one, too.
 * @param {string} text
 * @returns {number}
 */
function countCodePoints(text) {
  let count = text.length;
  for (let i = 0; i + 1 < text.length; i++)
    if (isHighSurrogate(text, i) && isLowSurrogate(text, i + 1)) {
      count -= 1;
      i += 1;
    }
  return count;
}

/**
 * Reads a source batch by batch. An input joins the open batch whenever it
 * fits, by the rule of src/policy/split.c.
 */
class StreamBatches {
  #source;
  #toText;
  #maxItems;
  #maxChars;
  #nextPlace = 0;
  #nextNumber = 0;

  /** @type {Item | undefined} did not fit before */
  #carried;

  /**
   * @param {StreamSource} source
   * @param {(value: unknown, place: number) => string} toText throws when the
   * value is none that can be sent
   * @param {BatchLimits} limits
   */
  constructor(source, toText, { items, chars }) {
    this.#source = source;
    this.#toText = toText;
    this.#maxItems = items;
    this.#maxChars = chars;
  }

  /**
   * Makes later batches no larger: the server has refused one.
   * @param {number} items
   */
  limit(items) {
    this.#maxItems = Math.min(this.#maxItems, items);
  }

  /**
   * The next batch; undefined when nothing is left.
   * @returns {Promise<StreamBatch | undefined>}
   */
  async next() {
    /** @type {string[]} */
    const inputs = [];
    const items = [];
    let chars = 0;
    while (inputs.length < this.#maxItems) {
      const reading = this.#carried ?? this.#read();
      const item = reading instanceof Promise ? await reading : reading;
      this.#carried = undefined;
      if (!item) break;
      if (inputs.length && chars + item.chars > this.#maxChars) {
        this.#carried = item;
        break;
      }
      inputs.push(item.text);
      items.push(item.value);
      chars += item.chars;
    }
    return inputs.length ? this.#batch(inputs, items) : undefined;
  }

  /**
   * @param {string[]} inputs
   * @param {unknown[]} items
   */
  #batch(inputs, items) {
    const carried = this.#carried ? 1 : 0;
    const start = this.#nextPlace - carried - inputs.length;
    return { number: this.#nextNumber++, start, inputs, items };
  }

  #read() {
    if (this.#source.isOver) return undefined;
    const reading = this.#source.read();
    return reading instanceof Promise
      ? reading.then((step) => this.#item(step))
      : this.#item(reading);
  }

  /**
   * @param {{ value: unknown } | undefined} step
   * @returns {Item | undefined}
   */
  #item(step) {
    if (!step) return undefined;
    const { value } = step;
    const text = this.#toText(value, this.#nextPlace);
    this.#nextPlace += 1;
    return { value, text, chars: this.#maxChars ? countCodePoints(text) : 0 };
  }
}

module.exports = { StreamBatches };
