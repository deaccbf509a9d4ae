'use strict';

const { Call } = require('../call/call');
const { NUMBER } = require('../native/contract');
const { cancelledError, createError, fromNative } = require('../errors/errors');
const { CancellationToken, enderOf } = require('../cancellation/cancellation');
const { failureError } = require('../errors/failure');

/** @typedef {import('../call/call').CallEnd} CallEnd */
/** @typedef {import('../call/host').Host} Host */
/** @typedef {import('../call/request').CallRequest} CallRequest */
/** @typedef {import('../cancellation/cancellation').Ender} Ender */
/** @typedef {import('../native/binding').Failure} Failure */
/** @typedef {import('../preference/preference').Settings} Settings */

/**
 * The answer of one text, or the throw of its error; called where its caller
 * waits, so that the stack is the caller's.
 * @typedef {() => unknown} Settlement
 */

/**
 * The results of a call by input; those of inputs without an answer are never
 * read.
 * @typedef {(end: CallEnd, texts: string[]) => (index: number) => unknown} ReadResults
 */

/**
 * What all texts of a batch have in common.
 * @typedef {object} BatchTerms
 * @property {CallRequest} request with one text of them
 * @property {Settings} settings
 * @property {ReadResults} readResults
 */

/**
 * Refusals that a single text of a batch may have caused. The rest of the 4xx
 * is about the caller, the model or the load.
 */
const BLAMING_STATUSES = new Set([400, 413, 422]);

/** @param {Failure} failure of a batch */
function mayBlameOne({ code, status, inputCount }) {
  return (
    code === 'HTTP_ERROR' && inputCount > 1 && BLAMING_STATUSES.has(status)
  );
}

/** One text on its way, and who waits for it. */
class Ticket {
  #enders;
  #leave;

  /** @type {(settlement: Settlement) => void} */
  #resolve = () => {};

  /** @type {Promise<Settlement>} */
  settled = new Promise((resolve) => {
    this.#resolve = resolve;
  });

  /**
   * @param {string} text
   * @param {readonly Ender[]} enders what may end its wait
   * @param {(ticket: Ticket) => void} leave called when one of them does
   */
  constructor(text, enders, leave) {
    this.text = text;
    this.#enders = enders;
    this.#leave = leave;
    for (const ender of enders) ender.enter(this);
  }

  /** @param {AbortSignal} [signal] called by a token, or by a signal */
  cancel(signal) {
    this.#leave(this);
    this.settle(() => {
      throw cancelledError('the call was cancelled', signal);
    });
  }

  /** Called when the client is going away. */
  close() {
    this.#leave(this);
    this.settle(() => {
      throw createError('CLOSED', 'the client is closed');
    });
  }

  /** @param {Settlement} settlement */
  settle(settlement) {
    for (const ender of this.#enders) ender.leave(this);
    this.#resolve(settlement);
  }
}

/**
 * Texts of several callers that travel together. It is sent after a delay or
 * by `send`, then settles every ticket that has not left.
 */
class Batch {
  #host;
  #terms;
  #onShut;
  #timer;
  #isOpen = true;
  #startedAt = 0;

  /** @type {Set<Ticket>} whoever waits for an answer */
  #tickets = new Set();

  /** Ends the call when nobody waits any more. */
  #token = new CancellationToken();

  /**
   * @param {Host} host
   * @param {BatchTerms} terms
   * @param {number} delayMs until it is sent, at the latest
   * @param {() => void} onShut called once, when nobody may enter any more
   */
  constructor(host, terms, delayMs, onShut) {
    this.#host = host;
    this.#terms = terms;
    this.#onShut = onShut;
    this.#timer = setTimeout(() => this.send(), delayMs);
  }

  get size() {
    return this.#tickets.size;
  }

  /**
   * @param {string} text
   * @param {readonly Ender[]} enders
   */
  add(text, enders) {
    const ticket = new Ticket(text, enders, (one) => this.#remove(one));
    this.#tickets.add(ticket);
    return ticket;
  }

  /** Sends what has come together; never rejects. */
  async send() {
    this.#shut();
    this.#startedAt = performance.now();
    try {
      const { settings } = this.#terms;
      const spoilt = await this.#run([...this.#tickets], settings, true);
      const waiting = spoilt.filter((ticket) => this.#tickets.has(ticket));
      if (waiting.length > 0)
        await this.#run(waiting, this.#singleSettings(), false);
    } catch (error) {
      this.#fail(error);
    }
  }

  /**
   * Those who are left keep their batch; a batch of nobody ends.
   * @param {Ticket} ticket
   */
  #remove(ticket) {
    this.#tickets.delete(ticket);
    if (this.#tickets.size > 0) return;
    this.#shut();
    this.#token.cancel();
  }

  #shut() {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearTimeout(this.#timer);
    this.#onShut();
  }

  /**
   * @param {Ticket} ticket
   * @param {Settlement} settlement
   */
  #settle(ticket, settlement) {
    if (this.#tickets.delete(ticket)) ticket.settle(settlement);
  }

  /**
   * Each by an error of its own, which its caller may change and throw on.
   * @param {Error} error
   */
  #fail(error) {
    const { code, message } = fromNative(error);
    for (const ticket of this.#tickets)
      this.#settle(ticket, () => {
        throw createError(code, message, { cause: error });
      });
  }

  /**
   * Makes the call of some tickets and settles them; but those of a batch that
   * one of them may have spoilt are handed back.
   * @param {Ticket[]} tickets
   * @param {Settings} settings
   * @param {boolean} mayAskAgain
   * @returns {Promise<Ticket[]>}
   */
  #run(tickets, settings, mayAskAgain) {
    const inputs = tickets.map(({ text }) => text);
    const call = new Call(
      { ...this.#terms.request, inputs, inputCount: inputs.length },
      { settings, enders: [enderOf(this.#token)], isPartial: true },
      this.#host,
    );
    return call.run((end) => {
      this.#settleAnswered(tickets, end);
      return this.#settleFailed(tickets, end, mayAskAgain);
    });
  }

  /**
   * @param {Ticket[]} tickets
   * @param {CallEnd} end
   */
  #settleAnswered(tickets, end) {
    const texts = tickets.map(({ text }) => text);
    const resultOf = this.#terms.readResults(end, texts);
    for (const { first, count } of end.answers.parts())
      for (let i = first; i < first + count; i++)
        this.#settle(tickets[i], () => resultOf(i));
  }

  /**
   * @param {Ticket[]} tickets
   * @param {CallEnd} end
   * @param {boolean} mayAskAgain
   * @returns {Ticket[]} those to ask for once more
   */
  #settleFailed(tickets, { answers, failure, about }, mayAskAgain) {
    const again = [];
    for (const { first, count, failure: own } of answers.gaps()) {
      const reason = /** @type {Failure} */ (own ?? failure);
      const concerned = tickets.slice(first, first + count);
      if (mayAskAgain && mayBlameOne(reason)) again.push(...concerned);
      else
        for (const ticket of concerned)
          this.#settle(ticket, () => {
            throw failureError({ ...reason, batch: -1 }, about);
          });
    }
    return again;
  }

  /**
   * Of the second call: each text in a request of its own, in the time that
   * the first has left.
   * @returns {Settings}
   */
  #singleSettings() {
    const { settings } = this.#terms;
    const numbers = settings.numbers.slice();
    numbers[NUMBER.BATCH_SIZE] = 1;
    const total = numbers[NUMBER.TOTAL_TIMEOUT_MS];
    const spent = Math.ceil(performance.now() - this.#startedAt);
    if (total > 0)
      numbers[NUMBER.TOTAL_TIMEOUT_MS] = Math.max(1, total - spent);
    return { ...settings, numbers };
  }
}

module.exports = { Batch };
