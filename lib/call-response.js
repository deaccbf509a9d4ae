'use strict';

const { parseHead } = require('./headers');

/** @typedef {import('./headers').ResponseHeaders} ResponseHeaders */

/**
 * What a call brought home, whatever its kind.
 * @typedef {object} Answers
 * @property {string[]} heads raw header blocks, by batch
 * @property {number[]} seconds by batch
 * @property {number} totalSeconds
 */

/**
 * What only some methods answer.
 * @typedef {object} ResponseFacts
 * @property {string} [model]
 * @property {'list'} [object]
 * @property {{ prompt_tokens: number, total_tokens: number }} [usage]
 */

/**
 * What the answers of all methods share. The properties are the response's own
 * and enumerable, in alphabetical order, so that spread, JSON.stringify and
 * structuredClone see them all; `data` and `response_headers` are made at the
 * first look.
 */
class CallResponse {
  /** @type {() => unknown[]} */
  #makeData;

  /** @type {unknown[] | undefined} */
  #data;

  /** @type {string[]} */
  #heads;

  /** @type {ResponseHeaders[] | undefined} */
  #headers;

  /**
   * One pair of accessors for all responses: no closure per call.
   * @type {PropertyDescriptor & ThisType<CallResponse>}
   */
  static #lazyData = {
    get() {
      return (this.#data ??= this.#makeData());
    },
    set(value) {
      this.#data = value;
    },
    enumerable: true,
    configurable: true,
  };

  /** @type {PropertyDescriptor & ThisType<CallResponse>} */
  static #lazyHeaders = {
    get() {
      return (this.#headers ??= this.#heads.map(parseHead));
    },
    set(value) {
      this.#headers = value;
    },
    enumerable: true,
    configurable: true,
  };

  /**
   * @param {Answers} answers
   * @param {() => unknown[]} makeData
   * @param {ResponseFacts} [facts]
   */
  constructor({ heads, seconds, totalSeconds }, makeData, facts = {}) {
    const { model, object, usage } = facts;
    this.#heads = heads;
    this.#makeData = makeData;
    Object.defineProperty(this, 'data', CallResponse.#lazyData);
    this.individual_request_times = seconds;
    if (model !== undefined) this.model = model;
    if (object !== undefined) this.object = object;
    Object.defineProperty(this, 'response_headers', CallResponse.#lazyHeaders);
    this.total_time = totalSeconds;
    if (usage !== undefined) this.usage = usage;
  }

  /** The name some documents use for individual_request_times. */
  get individual_batch_request_times() {
    return this.individual_request_times;
  }

  /** Shows values in a console, where accessors would show as such. */
  [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) {
    const { name } = this.constructor;
    return depth < 0 ? `[${name}]` : `${name} ${inspect({ ...this }, options)}`;
  }
}

module.exports = { CallResponse };
