'use strict';

const binding = require('./binding');
const { unwatch, watch } = require('./cancellation');
const { createError } = require('./errors');

/** @typedef {import('./binding').Engine} Engine */
/** @typedef {import('./binding').Failure} Failure */
/** @typedef {import('./binding').Job} Job */
/** @typedef {import('./binding').Summary} Summary */
/** @typedef {import('./cancellation').CancelSource} CancelSource */

/**
 * How a call ended.
 * @typedef {object} Outcome
 * @property {Failure} [failure]
 * @property {unknown} [cause] why it was cancelled
 * @property {Summary} summary
 */

/**
 * To the caller of a destroyed client its calls were not cancelled, but closed.
 * @param {Failure | undefined} failure
 * @returns {Failure | undefined}
 */
function closedInstead(failure) {
  return failure?.code === 'CANCELLED'
    ? { ...failure, code: 'CLOSED', message: 'the client is closed' }
    : failure;
}

/**
 * One call in flight: the engine's handler, and what cancels it. The engine
 * holds it until the last outcome, so nobody else has to.
 */
class Call {
  /** @type {string[]} raw header blocks, by batch */
  heads = [];

  /** @type {number[]} seconds, by batch */
  seconds = [];

  /** @type {unknown[]} what the answers said, by batch */
  values = [];

  #sources;
  #isClosed = false;

  /** @type {unknown} why an AbortSignal cancelled it */
  #reason;

  /** @type {Error | undefined} */
  #unreadable;

  /** @type {Job | undefined} */
  #job;

  /** @type {(outcome: Outcome) => void} */
  #resolve = () => {};

  /** @type {(error: Error) => void} */
  #reject = () => {};

  /** @param {readonly CancelSource[]} sources */
  constructor(sources) {
    this.#sources = sources;
  }

  /**
   * Hands the call to the engine. A failure is an outcome, not a rejection:
   * the error is made where the caller waits, so that its stack is the caller's.
   * @param {Engine} engine
   * @param {number} kind
   * @param {Readonly<Float64Array>} numbers
   * @param {string[]} texts
   * @param {string[]} inputs
   * @returns {Promise<Outcome>}
   */
  start(engine, kind, numbers, texts, inputs) {
    const native = binding.native();
    this.#job = native.submit(engine, kind, numbers, texts, inputs, this);
    for (const source of this.#sources) watch(source, this);
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** @param {unknown} [reason] */
  cancel(reason) {
    this.#reason ??= reason;
    if (this.#job) binding.native().cancel(this.#job);
  }

  /** Cancels because its client is going away. */
  close() {
    this.#isClosed = true;
    this.cancel();
  }

  /**
   * Called by the engine.
   * @param {number} batch
   * @param {string | undefined} text
   * @param {string} head
   * @param {number} seconds
   */
  onAnswer(batch, text, head, seconds) {
    this.heads[batch] = head;
    this.seconds[batch] = seconds;
    if (text !== undefined) this.#keepValue(batch, text);
  }

  /**
   * Called by the engine, once and last.
   * @param {Failure | undefined} failure
   * @param {Summary} summary
   */
  onEnd(failure, summary) {
    for (const source of this.#sources) unwatch(source, this);
    if (this.#unreadable) {
      const message = `an answer cannot be read: ${this.#unreadable.message}`;
      this.#reject(
        createError('PARSE_ERROR', message, { cause: this.#unreadable }),
      );
      return;
    }
    this.#resolve({
      failure: this.#isClosed ? closedInstead(failure) : failure,
      cause: failure?.code === 'CANCELLED' ? this.#reason : undefined,
      summary,
    });
  }

  /**
   * The engine has checked the text, so this does not fail; but an exception
   * must not leave a handler.
   * @param {number} batch
   * @param {string} text
   */
  #keepValue(batch, text) {
    try {
      this.values[batch] = text === '' ? null : JSON.parse(text);
    } catch (error) {
      this.#unreadable ??= error;
      this.cancel();
    }
  }
}

module.exports = { Call };
