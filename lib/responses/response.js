'use strict';

const { parseHead, statusOf } = require('../base/headers');

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
 * The same for the caller, with an error.
 * @typedef {object} InputFailure
 * @property {number} firstInput
 * @property {number} inputCount
 * @property {Error} [error]
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
 * @property {(parts: Part[]) => (number | null)[]} [makeStatuses]
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

  /** @param {number} inputCount */
  constructor(inputCount) {
    this.inputCount = inputCount;
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

  /** @param {(failure: Failure) => boolean} isMeant */
  hasFailure(isMeant) {
    return this.#failures.some(isMeant);
  }

  /** @param {number} batch */
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
    if (next < this.inputCount)
      gaps.push({ first: next, count: this.inputCount - next });
    return gaps;
  }
}

/**
 * What the answers of all methods share. The properties are the response's own
 * and enumerable, in alphabetical order, so that spread, JSON.stringify and
 * structuredClone see them all; `data`, `errors`, `response_headers` and
 * `statuses` are made at the first look.
 */
class CallResponse {
  /** @type {Record<string, unknown>} */
  #made = {};

  /** @type {Record<string, () => unknown>} */
  #makers;

  static #data = CallResponse.#lazy('data');
  static #errors = CallResponse.#lazy('errors');
  static #headers = CallResponse.#lazy('response_headers');
  static #statuses = CallResponse.#lazy('statuses');

  /**
   * @param {CallResult} result
   * @param {(parts: Part[]) => unknown[]} makeData
   * @param {ResponseFacts} [facts]
   */
  constructor({ answers, totalSeconds, makeErrors }, makeData, facts = {}) {
    const { model, object, usage, makeStatuses } = facts;
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
    if (makeStatuses) {
      this.#makers.statuses = () => makeStatuses(parts);
      Object.defineProperty(this, 'statuses', CallResponse.#statuses);
    }
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

/**
 * One answer per payload, in payload order, and its HTTP status beside it; null
 * where there was no body, or no answer.
 */
class BatchPostResponse extends CallResponse {
  /** @param {CallResult} result */
  constructor(result) {
    const { inputCount } = result.answers;
    /** @type {<Value>(parts: Part[], of: (part: Part) => Value) => (Value | null)[]} */
    const byPayload = (parts, of) => {
      const list = new Array(inputCount).fill(null);
      for (const part of parts) list[part.first] = of(part);
      return list;
    };
    super(result, (parts) => byPayload(parts, ({ value }) => value), {
      makeStatuses: (parts) => byPayload(parts, ({ head }) => statusOf(head)),
    });
  }
}

module.exports = { Answers, BatchPostResponse, CallResponse };
