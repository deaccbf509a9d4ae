'use strict';

/*
 * What may end calls before their time: a token, an AbortSignal, and the
 * closing of the client or the pool that they belong to.
 */

const { wrongType } = require('../base/check');
const { cancelledError, createError } = require('../errors/errors');

/**
 * Something that runs and can be ended early.
 * @typedef {object} Running
 * @property {(signal?: AbortSignal) => void} cancel called by a token, or by a
 * signal with itself
 * @property {() => void} close called when its client is going away
 */

/**
 * Who may end calls early.
 * @typedef {object} Ender
 * @property {() => void} check throws when no call may begin any more
 * @property {(call: Running) => void} enter
 * @property {(call: Running) => void} leave
 */

/** @typedef {Pick<Running, 'close'>} Closable */
/** @typedef {CancellationToken | AbortSignal} CancelSource */

/** @param {AbortSignal} [signal] */
function cancelledBefore(signal) {
  const message = 'the call was cancelled before anything was sent';
  return cancelledError(message, signal);
}

/** @type {(token: CancellationToken) => Ender} */
let enderOfToken;

/**
 * Looks whether isCancelled is called, where it is read: in Baseten's own Node
 * package it is a property, and whoever comes from there takes the method, which
 * is never false, for an answer. Both at once cannot be. A call follows its read
 * before anything else runs, so one look at the end of the turn will do.
 */
class ReadWatch {
  #isWarned = false;
  #isLooking = false;
  #uncalled = 0;

  read() {
    if (this.#isWarned) return;
    this.#uncalled += 1;
    if (this.#isLooking) return;
    this.#isLooking = true;
    queueMicrotask(() => this.#look());
  }

  called() {
    this.#uncalled -= 1;
  }

  #look() {
    const isForgotten = this.#uncalled > 0;
    this.#isLooking = false;
    this.#uncalled = 0;
    if (!isForgotten) return;
    this.#isWarned = true;
    process.emitWarning(
      'isCancelled is a method: without () it is true of every token',
      { code: 'BASETEN_IS_CANCELLED', type: 'PerformanceClientWarning' },
    );
  }
}

const reads = new ReadWatch();

/** Cancels every call it was given to; may be shared by any number of calls. */
class CancellationToken {
  #isCancelled = false;

  /** @type {Set<Running>} */
  #calls = new Set();

  /** @type {Ender} */
  #ender = {
    check: () => {
      if (this.#isCancelled) throw cancelledBefore();
    },
    enter: (call) => void this.#calls.add(call),
    leave: (call) => void this.#calls.delete(call),
  };

  static {
    enderOfToken = (token) => token.#ender;
  }

  /** Aborts the running calls that hold this token, and refuses later ones. */
  cancel() {
    this.#isCancelled = true;
    for (const call of this.#calls) call.cancel();
  }

  /** @returns {() => boolean} */
  get isCancelled() {
    reads.read();
    return () => {
      reads.called();
      return this.#isCancelled;
    };
  }

  /** The same as isCancelled, as the Python client spells it. */
  is_cancelled() {
    return this.#isCancelled;
  }
}

/**
 * The one listener an AbortSignal gets, however many calls share it: Node
 * warns of a leak from the eleventh listener on.
 * @implements {Ender}
 */
class SignalEnder {
  #signal;

  /** @type {Set<Running>} */
  #calls = new Set();

  /** @param {AbortSignal} signal */
  constructor(signal) {
    this.#signal = signal;
  }

  check() {
    if (this.#signal.aborted) throw cancelledBefore(this.#signal);
  }

  /** @param {Running} call */
  enter(call) {
    if (this.#calls.size === 0) this.#signal.addEventListener('abort', this);
    this.#calls.add(call);
  }

  /** @param {Running} call */
  leave(call) {
    this.#calls.delete(call);
    if (this.#calls.size === 0) this.#signal.removeEventListener('abort', this);
  }

  /** Called by the signal. */
  handleEvent() {
    for (const call of this.#calls) call.cancel(this.#signal);
  }
}

/**
 * Whether new calls of a client or a pool may begin, and which ones still run.
 * @implements {Ender}
 */
class Lifecycle {
  #owner;

  /** @type {Set<Closable>} */
  #running = new Set();

  /** @type {Promise<void> | undefined} */
  #finished;

  /** @type {(() => void) | undefined} */
  #onIdle;

  /** @param {string} owner what is closed, for the message */
  constructor(owner) {
    this.#owner = owner;
  }

  /** Refuses when it is closed. */
  check() {
    if (this.#finished)
      throw createError('CLOSED', `the ${this.#owner} is closed`);
  }

  /** @param {Closable} call */
  enter(call) {
    this.#running.add(call);
  }

  /** @param {Closable} call */
  leave(call) {
    this.#running.delete(call);
    if (this.#running.size === 0) this.#onIdle?.();
  }

  /**
   * Lets no new call start; resolves when the running ones have ended.
   * @returns {Promise<void>}
   */
  finish() {
    this.#finished ??= new Promise((resolve) => {
      this.#onIdle = resolve;
      if (this.#running.size === 0) resolve();
    });
    return this.#finished;
  }

  /** Ends the running calls now. */
  interrupt() {
    for (const call of this.#running) call.close();
  }
}

/** @type {WeakMap<AbortSignal, SignalEnder>} */
const signalEnders = new WeakMap();

/**
 * @param {CancelSource} source
 * @returns {Ender} the same one each time
 */
function enderOf(source) {
  if (source instanceof CancellationToken) return enderOfToken(source);
  let ender = signalEnders.get(source);
  if (!ender) {
    ender = new SignalEnder(source);
    signalEnders.set(source, ender);
  }
  return ender;
}

/**
 * By its shape, because test runners bring an AbortSignal of their own realm.
 * @param {any} value
 * @returns {value is AbortSignal}
 */
function isAbortSignal(value) {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof value.aborted === 'boolean' &&
    typeof value.addEventListener === 'function' &&
    typeof value.removeEventListener === 'function'
  );
}

/** @type {import('../base/check').Check<CancelSource>} */
function checkCancelSource(value, argument) {
  if (value instanceof CancellationToken || isAbortSignal(value)) return value;
  throw wrongType(argument, 'a CancellationToken or an AbortSignal', value);
}

/** @type {import('../base/check').Check<AbortSignal>} */
function checkSignal(value, argument) {
  if (isAbortSignal(value)) return value;
  throw wrongType(argument, 'an AbortSignal', value);
}

module.exports = {
  CancellationToken,
  Lifecycle,
  checkCancelSource,
  checkSignal,
  enderOf,
};
