'use strict';

const { parseHead } = require('../base/headers');

/** @typedef {import('../call/answers').Answers} Answers */
/** @typedef {import('../call/answers').Part} Part */

/**
 * Inputs in a row that have no answer, and why.
 * @typedef {object} InputFailure
 * @property {number} firstInput
 * @property {number} inputCount
 * @property {import('../errors/errors').PerformanceClientError} [error]
 */

/**
 * What a call brought home, whatever its kind.
 * @typedef {object} CallResult
 * @property {Answers} answers
 * @property {number} totalSeconds
 * @property {import('../native/binding').Summary} summary
 * @property {() => InputFailure[]} [makeErrors] only where some may be missing
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
 * structuredClone see them all; `data`, `errors` and `response_headers` are
 * made at the first look.
 */
class CallResponse {
  /** @type {Record<string, unknown>} */
  #made = {};

  /** @type {Record<string, () => unknown>} */
  #makers;

  static #data = CallResponse.#lazy('data');
  static #errors = CallResponse.#lazy('errors');
  static #headers = CallResponse.#lazy('response_headers');

  /**
   * @param {CallResult} result
   * @param {(parts: Part[]) => unknown[]} makeData
   * @param {ResponseFacts} [facts]
   */
  constructor({ answers, totalSeconds, makeErrors }, makeData, facts = {}) {
    const { model, object, usage } = facts;
    const parts = answers.parts();
    this.#makers = {
      data: () => makeData(parts),
      response_headers: () => parts.map(({ head }) => parseHead(head)),
    };
    Object.defineProperty(this, 'data', CallResponse.#data);
    if (makeErrors) {
      this.#makers.errors = makeErrors;
      Object.defineProperty(this, 'errors', CallResponse.#errors);
    }
    this.individual_request_times = parts.map(({ seconds }) => seconds);
    if (model !== undefined) this.model = model;
    if (object !== undefined) this.object = object;
    Object.defineProperty(this, 'response_headers', CallResponse.#headers);
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

  /**
   * A property made at the first look, by accessors that all responses share.
   * @param {string} name
   * @returns {PropertyDescriptor & ThisType<CallResponse>}
   */
  static #lazy(name) {
    return {
      get() {
        return (this.#made[name] ??= this.#makers[name]());
      },
      set(value) {
        this.#made[name] = value;
      },
      enumerable: true,
      configurable: true,
    };
  }
}

module.exports = { CallResponse };
