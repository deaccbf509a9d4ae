'use strict';

const { ErrorAnswer } = require('./answer');
const { InvalidArgumentError } = require('./invalid-argument');

/**
 * What is known of a failure; anything may be missing.
 * @typedef {object} ErrorFacts
 * @property {string} [code]
 * @property {import('./answer').AnswerFacts} [response]
 * @property {import('./answer').AnswerFacts} [answer]
 * @property {number} [status]
 * @property {string} [requestId]
 * @property {number} [attempts]
 * @property {number} [batch]
 * @property {number} [firstInput]
 * @property {number} [inputCount]
 * @property {unknown} [cause]
 */

/** @typedef {import('../responses/response').CallResponse} CallResponse */

/** @type {(error: PerformanceClientError, make: () => CallResponse) => void} */
let setPartial;

/** Whatever ends a call after its arguments were accepted. */
class PerformanceClientError extends Error {
  /** @type {(() => CallResponse) | undefined} */
  #makePartial;

  /** @type {CallResponse | undefined} */
  #partial;

  static {
    setPartial = (error, make) => {
      error.#makePartial = make;
    };
  }

  /**
   * @param {string} message
   * @param {ErrorFacts} [facts] without a code, that of the class
   */
  constructor(message, { cause, response, answer, ...facts } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    /** @type {string} */
    this.code = codeOf(new.target);
    if (response) Object.assign(this, { response: new ErrorAnswer(response) });
    if (answer) Object.assign(this, { answer: new ErrorAnswer(answer) });
    const status = (response ?? answer)?.status;
    if (status !== undefined) Object.assign(this, { status });
    for (const [name, value] of Object.entries(facts))
      if (value !== undefined) this[name] = value;
  }

  /** The id of the failed request, as the server saw it. */
  get customerRequestId() {
    return /** @type {ErrorFacts} */ (this).requestId;
  }

  /**
   * What the call had brought home when it failed, made at the first look; an
   * accessor of the class, so that a console does not show it with the error.
   */
  get partial() {
    return (this.#partial ??= this.#makePartial?.());
  }
}

/** The server answered with a status that no retry could mend. */
class HttpError extends PerformanceClientError {}

/** Connecting, one request, or the whole call took too long. */
class TimeoutError extends PerformanceClientError {}

/** A CancellationToken or an AbortSignal ended the call. */
class CancelledError extends PerformanceClientError {}

/** An AbortSignal did; named as the web names it. */
class AbortError extends CancelledError {}

/** The client was closed or destroyed. */
class ClosedError extends PerformanceClientError {}

/** No connection, a broken one, or a peer that could not be trusted. */
class ConnectionError extends PerformanceClientError {}

/** The answer was cut off, malformed, or not what was asked for. */
class ParseError extends PerformanceClientError {}

/** @type {Map<string, typeof PerformanceClientError>} */
const CLASSES = new Map([
  ['HTTP_ERROR', HttpError],
  ['TIMEOUT', TimeoutError],
  ['CANCELLED', CancelledError],
  ['CLOSED', ClosedError],
  ['CONNECTION_ERROR', ConnectionError],
  ['PARSE_ERROR', ParseError],
]);

/** @param {Function} ErrorClass may be derived from one of ours */
function codeOf(ErrorClass) {
  for (const [code, Class] of CLASSES)
    if (ErrorClass === Class || ErrorClass.prototype instanceof Class)
      return code;
  return 'SYSTEM_ERROR';
}

// Written out, as a minifier changes the names of classes.
for (const [name, ErrorClass] of Object.entries({
  PerformanceClientError,
  HttpError,
  TimeoutError,
  CancelledError,
  AbortError,
  ClosedError,
  ConnectionError,
  ParseError,
}))
  Object.defineProperty(ErrorClass.prototype, 'name', {
    value: name,
    writable: true,
    configurable: true,
  });

/**
 * Is it an error of this package: a refused argument, or what ended a call?
 * @param {unknown} value
 * @returns {value is PerformanceClientError | InvalidArgumentError}
 */
function isClientError(value) {
  return (
    value instanceof PerformanceClientError ||
    value instanceof InvalidArgumentError
  );
}

/**
 * Makes the error of the class that belongs to `code`.
 * @param {string} code
 * @param {string} message
 * @param {ErrorFacts} [facts]
 * @returns {PerformanceClientError}
 */
function createError(code, message, facts) {
  const ErrorClass = CLASSES.get(code) ?? PerformanceClientError;
  return new ErrorClass(message, { ...facts, code });
}

/**
 * The error of a call that was cancelled.
 * @param {string} message
 * @param {AbortSignal} [signal] what ended it; without one, a token did
 * @param {ErrorFacts} [facts]
 * @returns {PerformanceClientError}
 */
function cancelledError(message, signal, facts) {
  const code = 'CANCELLED';
  if (!signal) return createError(code, message, facts);
  return new AbortError(message, { ...facts, code, cause: signal.reason });
}

/**
 * What the addon threw, as an error of ours.
 * @param {any} error
 * @returns {PerformanceClientError}
 */
function fromNative(error) {
  if (error instanceof PerformanceClientError) return error;
  const code = error.code ?? 'SYSTEM_ERROR';
  return createError(code, error.message, { cause: error });
}

module.exports = {
  AbortError,
  CancelledError,
  ClosedError,
  ConnectionError,
  HttpError,
  ParseError,
  PerformanceClientError,
  TimeoutError,
  cancelledError,
  createError,
  fromNative,
  isClientError,
  setPartial,
};
