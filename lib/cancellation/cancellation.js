'use strict';

const { CancellationToken, unwatchToken, watchToken } = require('./token');
const { wrongType } = require('../base/check');
const { createError } = require('../errors/errors');

/** @typedef {import('./token').Cancellable} Cancellable */
/** @typedef {CancellationToken | AbortSignal} CancelSource */

/**
 * The one listener an AbortSignal gets, however many calls share it: Node
 * warns of a leak from the eleventh listener on.
 */
class SignalWatch {
  #signal;

  /** @type {Set<Cancellable>} */
  #calls = new Set();

  /** @param {AbortSignal} signal */
  constructor(signal) {
    this.#signal = signal;
  }

  /** @param {Cancellable} call */
  add(call) {
    if (this.#calls.size === 0) this.#signal.addEventListener('abort', this);
    this.#calls.add(call);
  }

  /** @param {Cancellable} call */
  remove(call) {
    this.#calls.delete(call);
    if (this.#calls.size === 0) this.#signal.removeEventListener('abort', this);
  }

  /** Called by the signal. */
  handleEvent() {
    for (const call of this.#calls) call.cancel(this.#signal.reason);
  }
}

/** @type {WeakMap<AbortSignal, SignalWatch>} */
const signalWatches = new WeakMap();

/**
 * @param {AbortSignal} signal
 * @returns {SignalWatch}
 */
function watchOf(signal) {
  const known = signalWatches.get(signal);
  if (known) return known;
  const made = new SignalWatch(signal);
  signalWatches.set(signal, made);
  return made;
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

/**
 * @param {unknown} value
 * @param {string} argument
 * @returns {CancelSource}
 */
function checkCancelSource(value, argument) {
  if (value instanceof CancellationToken || isAbortSignal(value)) return value;
  throw wrongType(argument, 'a CancellationToken or an AbortSignal', value);
}

/**
 * @param {unknown} value
 * @param {string} argument
 * @returns {AbortSignal}
 */
function checkSignal(value, argument) {
  if (isAbortSignal(value)) return value;
  throw wrongType(argument, 'an AbortSignal', value);
}

/**
 * @param {CancelSource} source
 * @returns {boolean}
 */
function isCancelled(source) {
  return source instanceof CancellationToken
    ? source.isCancelled()
    : source.aborted;
}

/**
 * Refuses a call that was cancelled before it began.
 * @param {readonly CancelSource[]} sources
 */
function refuseCancelled(sources) {
  const source = sources.find(isCancelled);
  if (!source) return;
  const cause = source instanceof CancellationToken ? undefined : source.reason;
  const message = 'the call was cancelled before anything was sent';
  throw createError('CANCELLED', message, { cause });
}

/**
 * @param {CancelSource} source
 * @param {Cancellable} call
 */
function watch(source, call) {
  if (source instanceof CancellationToken) watchToken(source, call);
  else watchOf(source).add(call);
}

/**
 * @param {CancelSource} source
 * @param {Cancellable} call
 */
function unwatch(source, call) {
  if (source instanceof CancellationToken) unwatchToken(source, call);
  else watchOf(source).remove(call);
}

module.exports = {
  checkCancelSource,
  checkSignal,
  refuseCancelled,
  unwatch,
  watch,
};
