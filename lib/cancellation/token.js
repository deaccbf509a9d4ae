'use strict';

/**
 * What is told when a token is cancelled.
 * @typedef {{ cancel(reason?: unknown): void }} Cancellable
 */

/** Starts watching a token. @type {(token: CancellationToken, call: Cancellable) => void} */
let watchToken;

/** Stops watching a token. @type {(token: CancellationToken, call: Cancellable) => void} */
let unwatchToken;

/** Cancels every call it was given to; may be shared by any number of calls. */
class CancellationToken {
  #isCancelled = false;

  /** @type {Set<Cancellable>} */
  #calls = new Set();

  static {
    watchToken = (token, call) => token.#calls.add(call);
    unwatchToken = (token, call) => token.#calls.delete(call);
  }

  /** Aborts the running calls that hold this token, and refuses later ones. */
  cancel() {
    this.#isCancelled = true;
    for (const call of this.#calls) call.cancel();
  }

  /** @returns {boolean} */
  isCancelled() {
    return this.#isCancelled;
  }

  /** The same as isCancelled, as the Python client spells it. */
  is_cancelled() {
    return this.#isCancelled;
  }
}

module.exports = { CancellationToken, unwatchToken, watchToken };
