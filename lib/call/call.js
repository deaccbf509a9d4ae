'use strict';

const binding = require('../native/binding');
const { Answers } = require('../responses/response');
const { FLAG, KIND, withFlags, wordList } = require('../native/contract');
const { Progress } = require('./progress');
const { closedInstead, emptyResult, responseOf } = require('./end');
const { areRequestsTraced, traceCall, traceRequest } = require('./tracing');
const { endpointsFor } = require('../endpoints/endpoint-pool');
const { createError, fromNative } = require('../errors/errors');
const { poolFor } = require('../pool/http-client-wrapper');
const { readMessagePack } = require('../responses/msgpack');
const { statusOf } = require('../base/headers');
const { tokensOf } = require('./tokens');

/** @typedef {import('../native/binding').Failure} Failure */
/** @typedef {import('../native/binding').Job} Job */
/** @typedef {import('../native/binding').ProgressFigures} ProgressFigures */
/** @typedef {import('../native/binding').Summary} Summary */
/** @typedef {import('./end').CallEnd} CallEnd */
/** @typedef {import('./end').Outcome} Outcome */
/** @typedef {import('./host').Host} Host */
/** @typedef {import('./options').CallTerms} CallTerms */
/** @typedef {import('./request').CallRequest} CallRequest */

/** With these a server refuses a request that it understands. */
const REFUSALS = new Set([400, 415, 422, 501]);

/**
 * Does the server not know base64, or not want to send it?
 * @param {Failure} failure
 */
function isAboutBase64({ code, status, body }) {
  return (
    code === 'HTTP_ERROR' &&
    REFUSALS.has(status) &&
    /encoding_format|base64/i.test(body)
  );
}

/**
 * One call, from its checks to its end: the engine's handler, and what cancels
 * it. The engine holds it until the last outcome, so nobody else has to.
 */
class Call {
  #request;
  #terms;
  #host;
  #enders;

  /** One, or one for each endpoint of the client's pool. */
  #urls;

  /** What listeners are told: theirs to change, so never read here. */
  #context;

  #answers;
  #completed = 0;
  #completedInputs = 0;
  #isClosed = false;

  /** @type {import('../pool/pool').Pool | undefined} */
  #pool;

  /** @type {CallRequest['frame'] | undefined} that was sent last */
  #frame;

  /** @type {Summary | undefined} */
  #summary;

  /** @type {AbortSignal | undefined} what cancelled it */
  #signal;

  /** @type {Error | undefined} */
  #unreadable;

  /** @type {Float64Array | undefined} of the first inputs */
  #tokens;

  /** @type {{ error: any } | undefined} what the caller's own function threw */
  #thrown;

  /** @type {Error | undefined} */
  #refusal;

  /** @type {Job | undefined} */
  #job;

  /** @type {(outcome: Outcome) => void} */
  #resolve = () => {};

  /** @type {(error: Error) => void} */
  #reject = () => {};

  /**
   * @param {CallRequest} request
   * @param {CallTerms} terms
   * @param {Host} host
   */
  constructor(request, terms, host) {
    const { operation, method, path, inputCount } = request;
    this.#request = request;
    this.#terms = terms;
    this.#host = host;
    this.#enders = [...host.lifecycles, ...terms.enders];
    this.#urls = host.urlsFor(path);
    const [url] = this.#urls;
    this.#context = { operation, method, url, inputs: inputCount };
    this.#answers = new Answers(inputCount);
  }

  /** Throws when it may not begin any more. */
  check() {
    for (const ender of this.#enders) ender.check();
  }

  /**
   * Runs it, told to those who listen; resolves to its response. Everything up
   * to the first await happens before this returns, so the caller's arrays are
   * its own again. Errors are made behind it: their stack is the caller's.
   */
  respond() {
    const { makeResponse, inputCount } = this.#request;
    if (inputCount === 0)
      return makeResponse(emptyResult(this.#answers, this.#terms.isPartial));
    return this.run((end) => responseOf(end, makeResponse));
  }

  /**
   * The same, but resolves to what is made of its end.
   * @template Result
   * @param {(end: CallEnd) => Result} conclude
   * @returns {Promise<Result>}
   */
  run(conclude) {
    return traceCall(this.#context, async () => conclude(await this.#send()));
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

  /** @param {AbortSignal} [signal] */
  cancel(signal) {
    this.#signal ??= signal;
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
   * @param {string | Buffer | undefined} text or MessagePack of batchPost
   * @param {string} head
   * @param {number} seconds
   * @param {number} first
   * @param {number} count
   */
  onAnswer(batch, text, head, seconds, first, count) {
    const isAnyJson = this.#request.kind === KIND.POST;
    const value = isAnyJson && text !== undefined ? this.#read(text) : text;
    this.#answers.add(batch, { first, count, head, seconds, value });
    this.#pool?.latencies.record(seconds);
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
    const call = this.#context;
    this.#answers.addFailure(failure);
    this.#complete(inputCount);
    if (areRequestsTraced())
      traceRequest({ call, batch, firstInput, inputCount, status, code });
  }

  /** Called by the engine when it needs more inputs than it was given. */
  onWant() {
    try {
      const job = /** @type {Job} */ (this.#job);
      const inputs = this.#request.nextInputs?.() ?? [];
      binding.native().supply(job, inputs, this.#countTokens(inputs));
    } catch (error) {
      this.#refusal =
        error.code === 'INVALID_ARGUMENT' ? error : fromNative(error);
      this.cancel();
    }
  }

  /**
   * Called by the engine, once and last. A failure is an outcome, not a
   * rejection: the error is made where the caller waits.
   * @param {Failure | undefined} failure
   * @param {Summary} summary
   */
  onEnd(failure, summary) {
    this.#summary = summary;
    const answers = this.#answers;
    if (failure && failure.batch >= 0 && !answers.hasFailed(failure.batch))
      this.onFailure(failure);
    if (this.#thrown) {
      this.#reject(this.#thrown.error);
      return;
    }
    if (this.#unreadable) {
      const cause = this.#unreadable;
      const message = `an answer cannot be read: ${cause.message}`;
      this.#reject(createError('PARSE_ERROR', message, { cause }));
      return;
    }
    this.#resolve({
      failure: this.#isClosed ? closedInstead(failure) : failure,
      signal: this.#signal,
      refusal: this.#refusal,
      summary,
    });
  }

  /** Hands it to the engine, and waits for its end. */
  async #send() {
    const { settings, isPartial, onProgress } = this.#terms;
    const startedAt = performance.now();
    const headers = this.#host.headersFor(settings, this.#request);
    const progress = onProgress && new Progress(onProgress);
    for (const ender of this.#enders) ender.enter(this);
    try {
      const ended = this.#submit(headers);
      progress?.start(this);
      let outcome = await ended;
      if (this.#isPlainDue()) outcome = await this.#submitPlain(headers);
      const totalSeconds = (performance.now() - startedAt) / 1000;
      const about = this.#failureContext(headers.secrets);
      const answers = this.#answers;
      return { ...outcome, answers, totalSeconds, isPartial, about };
    } catch (error) {
      throw this.#thrown ? error : fromNative(error);
    } finally {
      progress?.finish(this);
      for (const ender of this.#enders) ender.leave(this);
    }
  }

  /**
   * @param {readonly string[]} inputs
   * @returns {Float64Array | undefined} nothing where nobody counts
   */
  #countTokens(inputs) {
    const { countTokens } = this.#terms.settings;
    if (!countTokens) return undefined;
    try {
      return tokensOf(inputs, countTokens);
    } catch (error) {
      this.#thrown = { error };
      throw error;
    }
  }

  /** Was base64, for which the caller has not asked, refused just now? */
  #isPlainDue() {
    return (
      this.#frame !== this.#request.plainFrame &&
      this.#request.plainFrame !== undefined &&
      this.#answers.hasFailure(isAboutBase64)
    );
  }

  /**
   * All over again, in the form that needs no base64. Later calls begin so.
   * @param {import('./host').RenderedHeaders} headers
   */
  #submitPlain(headers) {
    this.check();
    this.#host.refusesBase64 = true;
    this.#answers = new Answers(this.#request.inputCount);
    this.#completed = 0;
    this.#completedInputs = 0;
    this.#summary = undefined;
    return this.#submit(headers);
  }

  /**
   * @param {import('./host').RenderedHeaders} headers
   * @returns {Promise<Outcome>}
   */
  #submit(headers) {
    const { kind, method, plainFrame, inputs, inputCount } = this.#request;
    const isPlain = plainFrame && this.#host.refusesBase64;
    this.#frame = isPlain ? plainFrame : this.#request.frame;
    const { settings, isPartial } = this.#terms;
    const [url] = this.#urls;
    const { endpoints } = this.#host;
    const flags =
      this.#request.flags | headers.flags | (isPartial ? FLAG.PARTIAL : 0);
    this.#pool = poolFor(this.#host.wrapper, url);
    this.#job = binding.native().submit(
      this.#pool.engine,
      kind,
      withFlags(settings.numbers, flags),
      wordList({
        URL: url,
        METHOD: method,
        HEADERS: headers.lines[0],
        ID_STEM: this.#host.newRequestIdStem(),
        ...this.#frame,
      }),
      inputs,
      this,
      endpoints && endpointsFor(endpoints, this.#pool),
      endpoints && this.#urls.flatMap((place, i) => [place, headers.lines[i]]),
      inputCount,
      (this.#tokens ??= this.#countTokens(inputs)),
    );
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /**
   * @param {readonly string[]} secrets
   * @returns {CallEnd['about']}
   */
  #failureContext(secrets) {
    const { operation, method } = this.#request;
    const urls = this.#urls;
    const noun = operation === 'batchPost' ? 'payload' : 'input';
    return { method, urls, noun, secrets };
  }

  /** @param {number} inputCount */
  #complete(inputCount) {
    this.#completed += 1;
    this.#completedInputs += inputCount;
  }

  /**
   * The engine has checked the text, so this does not fail; but an exception
   * must not leave a handler.
   * @param {string | Buffer} text
   */
  #read(text) {
    try {
      if (typeof text !== 'string') return readMessagePack(text);
      return text === '' ? null : JSON.parse(text);
    } catch (error) {
      this.#unreadable ??= error;
      this.cancel();
      return null;
    }
  }
}

module.exports = { Call };
