'use strict';

const binding = require('../native/binding');
const { KIND } = require('../native/contract');
const { unwatch, watch } = require('../cancellation/cancellation');
const { createError } = require('../errors/errors');
const { statusOf } = require('../base/headers');
const { areRequestsTraced, traceRequest } = require('./tracing');

/** @typedef {import('./answers').Answers} Answers */
/** @typedef {import('../native/binding').Engine} Engine */
/** @typedef {import('../native/binding').Failure} Failure */
/** @typedef {import('../native/binding').Job} Job */
/** @typedef {import('../native/binding').Summary} Summary */
/** @typedef {import('../cancellation/cancellation').CancelSource} CancelSource */
/** @typedef {import('../pool/latencies').Latencies} Latencies */
/** @typedef {import('../native/binding').ProgressFigures} ProgressFigures */
/** @typedef {import('./tracing').CallContext} CallContext */

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
  #answers;
  #sources;
  #context;
  #latencies;
  #completed = 0;
  #completedInputs = 0;
  #isClosed = false;
  #isAnyJson = false;

  /** @type {Summary | undefined} */
  #summary;

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

  /**
   * @param {Answers} answers filled while the call runs
   * @param {readonly CancelSource[]} sources
   * @param {CallContext} context
   * @param {Latencies} latencies where each answered batch is noted
   */
  constructor(answers, sources, context, latencies) {
    this.#answers = answers;
    this.#sources = sources;
    this.#context = context;
    this.#latencies = latencies;
  }

  /**
   * How far it is: while it runs as the engine sees it, then as it was told.
   * @returns {ProgressFigures | undefined} nothing before the engine has it
   */
  progress() {
    if (this.#summary) {
      const { batches, retries, hedges } = this.#summary;
      return {
        completed: this.#completed,
        total: batches,
        inputs: this.#completedInputs,
        retries,
        hedges,
      };
    }
    return this.#job && binding.native().progress(this.#job);
  }

  /**
   * Hands the call to the engine. A failure is an outcome, not a rejection:
   * the error is made where the caller waits, so that its stack is the caller's.
   * @param {Engine} engine
   * @param {number} kind
   * @param {Readonly<Float64Array>} numbers
   * @param {string[]} words
   * @param {string[]} inputs
   * @returns {Promise<Outcome>}
   */
  start(engine, kind, numbers, words, inputs) {
    const native = binding.native();
    this.#isAnyJson = kind === KIND.POST;
    this.#job = native.submit(engine, kind, numbers, words, inputs, this);
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
   * @param {number} first
   * @param {number} count
   */
  onAnswer(batch, text, head, seconds, first, count) {
    const value =
      this.#isAnyJson && text !== undefined ? this.#read(text) : text;
    this.#answers.add(batch, { first, count, head, seconds, value });
    this.#latencies.record(seconds);
    this.#complete(count);
    if (areRequestsTraced())
      traceRequest({
        call: this.#context,
        batch,
        firstInput: first,
        inputCount: count,
        seconds,
        status: statusOf(head),
      });
  }

  /**
   * Called by the engine for a batch that failed for good, where the call goes
   * on without it.
   * @param {Failure} failure
   */
  onFailure(failure) {
    const { batch, firstInput, inputCount, status, code } = failure;
    this.#answers.addFailure(failure);
    this.#complete(inputCount);
    if (areRequestsTraced())
      traceRequest({
        call: this.#context,
        batch,
        firstInput,
        inputCount,
        status,
        code,
      });
  }

  /**
   * Called by the engine, once and last.
   * @param {Failure | undefined} failure
   * @param {Summary} summary
   */
  onEnd(failure, summary) {
    this.#summary = summary;
    if (
      failure &&
      failure.batch >= 0 &&
      !this.#answers.hasFailed(failure.batch)
    )
      this.onFailure(failure);
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

  /** @param {number} inputCount */
  #complete(inputCount) {
    this.#completed += 1;
    this.#completedInputs += inputCount;
  }

  /**
   * The engine has checked the text, so this does not fail; but an exception
   * must not leave a handler.
   * @param {string} text
   * @returns {unknown}
   */
  #read(text) {
    try {
      return text === '' ? null : JSON.parse(text);
    } catch (error) {
      this.#unreadable ??= error;
      this.cancel();
      return null;
    }
  }
}

module.exports = { Call };
