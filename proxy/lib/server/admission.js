'use strict';

const { Refusal } = require('../base/errors');

/** @typedef {import('./exchange').Exchange} Exchange */

/**
 * The part of the memory that is kept for small calls, so that a few large
 * ones do not leave others without any.
 */
const RESERVED = 1 / 8;

const MOST_OF_A_SMALL_CALL = 1024 * 1024;

/** The same as a part of the memory, where that is less. */
const SMALL = 1 / 64;

/** Seconds after which a refused caller may try again. */
const RETRY_AFTER = Object.freeze({ 'retry-after': 1 });

/**
 * @param {string} message
 * @param {number} [status]
 * @param {string} [code]
 */
function overloaded(message, status = 503, code = 'OVERLOADED') {
  return new Refusal(status, code, message, { headers: RETRY_AFTER });
}

/**
 * What one caller has in progress.
 * @typedef {{ calls: number, uploads: number, bytes: number }} Share
 */

/**
 * What is counted of one call until it is over.
 * @typedef {object} Entry
 * @property {string} caller
 * @property {Share} share
 * @property {boolean} isCall
 * @property {boolean} isUpload
 * @property {number} bytes
 */

/**
 * Which calls may go on, by their number and by the memory that the bodies and
 * answers of those in progress hold. A call whose body is still on its way is
 * an upload: it has nothing upstream yet, and takes no call's place. A caller
 * is who has an address.
 */
class Admission {
  #mostCalls;
  #mostUploads;
  #mostBytes;
  #mostBytesOfLarge;
  #mostOfSmall;
  #calls = 0;
  #uploads = 0;
  #bytes = 0;

  /** @type {Map<Exchange, Entry>} all that have entered and are not over */
  #entries = new Map();

  /** @type {Map<string, Share>} of those callers who have any */
  #shares = new Map();

  /**
   * @param {{ maxInFlight: number, maxQueue: number, maxUploads: number,
   *   maxBufferedBytes: number }} limits
   */
  constructor({ maxInFlight, maxQueue, maxUploads, maxBufferedBytes }) {
    // A call that runs has a request upstream, so more calls than requests
    // can only be waiting.
    this.#mostCalls = maxInFlight === 0 ? Infinity : maxInFlight + maxQueue;
    this.#mostUploads = maxUploads;
    this.#mostBytes = maxBufferedBytes;
    this.#mostBytesOfLarge = (1 - RESERVED) * maxBufferedBytes;
    this.#mostOfSmall = Math.min(
      MOST_OF_A_SMALL_CALL,
      SMALL * maxBufferedBytes,
    );
  }

  /** Calls in progress, uploads among them. */
  get calls() {
    return this.#entries.size;
  }

  /** Bytes that their bodies and answers hold. */
  get bytes() {
    return this.#bytes;
  }

  /**
   * Counts an upload until it is a call whose body is there, or over; or
   * refuses it: one caller has at most half of the places.
   * @param {Exchange} exchange
   */
  enterUpload(exchange) {
    const { uploads = 0 } = this.#shares.get(exchange.caller ?? '') ?? {};
    if (2 * uploads >= this.#mostUploads)
      throw overloaded(
        'too many of your uploads are in progress, try again later',
        429,
        'TOO_MANY_UPLOADS',
      );
    if (this.#uploads >= this.#mostUploads)
      throw overloaded('too many uploads are in progress, try again later');
    const entry = this.#enter(exchange);
    entry.isUpload = true;
    entry.share.uploads += 1;
    this.#uploads += 1;
  }

  /**
   * Counts a call until it is over, or refuses it; once for each exchange.
   * @param {Exchange} exchange
   */
  enterCall(exchange) {
    const known = this.#entries.get(exchange);
    if (known?.isCall) return;
    if (this.#calls >= this.#mostCalls)
      throw overloaded('too many calls are waiting, try again later');
    const entry = known ?? this.#enter(exchange);
    entry.isCall = true;
    this.#calls += 1;
    const { request } = exchange;
    if (request.complete) this.#leaveUpload(entry);
    else request.once('end', () => this.#leaveUpload(entry));
  }

  /**
   * Counts bytes that the call keeps in memory until it is over, or refuses
   * them: where others have calls in progress, one caller's hold half of it.
   * @param {Exchange} exchange one that has entered; may be over
   * @param {number} bytes less than 0 when it was too much
   */
  hold(exchange, bytes) {
    const entry = this.#entries.get(exchange);
    if (!entry) return;
    const { share } = entry;
    if (bytes > 0) this.#check(entry.bytes + bytes, share.bytes + bytes, bytes);
    entry.bytes += bytes;
    share.bytes += bytes;
    this.#bytes += bytes;
  }

  /**
   * @param {Exchange} exchange
   * @returns {number} of bytes that `hold` would let pass, 0 when it is over
   */
  roomOf(exchange) {
    const entry = this.#entries.get(exchange);
    if (!entry) return 0;
    const { share, bytes } = entry;
    const ofCaller =
      this.#shares.size > 1 ? this.#mostBytes / 2 - share.bytes : Infinity;
    const asSmall = Math.min(
      this.#mostOfSmall - bytes,
      this.#mostBytes - this.#bytes,
    );
    const asLarge = this.#mostBytesOfLarge - this.#bytes;
    const room = Math.min(ofCaller, Math.max(asSmall, asLarge));
    return Math.max(0, Math.floor(room));
  }

  /**
   * @param {number} ofCall
   * @param {number} ofCaller
   * @param {number} more
   */
  #check(ofCall, ofCaller, more) {
    const isSmall = ofCall <= this.#mostOfSmall;
    const most = isSmall ? this.#mostBytes : this.#mostBytesOfLarge;
    if (this.#bytes + more > most)
      throw overloaded(
        'too many large bodies and answers are in progress, try again later',
      );
    if (2 * ofCaller > this.#mostBytes && this.#shares.size > 1)
      throw overloaded(
        'too many of your bodies and answers are in progress, try again later',
        429,
        'TOO_MANY_BYTES',
      );
  }

  /**
   * @param {Exchange} exchange
   * @returns {Entry}
   */
  #enter(exchange) {
    const { caller = '' } = exchange;
    let share = this.#shares.get(caller);
    if (!share) {
      share = { calls: 0, uploads: 0, bytes: 0 };
      this.#shares.set(caller, share);
    }
    share.calls += 1;
    const entry = { caller, share, isCall: false, isUpload: false, bytes: 0 };
    this.#entries.set(exchange, entry);
    exchange.whenDone(this.#leave);
    return entry;
  }

  /** @param {Exchange} exchange */
  #leave = (exchange) => {
    const entry = /** @type {Entry} */ (this.#entries.get(exchange));
    const { caller, share, bytes } = entry;
    this.#entries.delete(exchange);
    if (entry.isCall) this.#calls -= 1;
    this.#leaveUpload(entry);
    this.#bytes -= bytes;
    share.bytes -= bytes;
    share.calls -= 1;
    if (share.calls === 0) this.#shares.delete(caller);
  };

  /** @param {Entry} entry */
  #leaveUpload(entry) {
    if (!entry.isUpload) return;
    entry.isUpload = false;
    entry.share.uploads -= 1;
    this.#uploads -= 1;
  }
}

module.exports = { Admission };
