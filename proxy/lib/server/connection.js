'use strict';

const net = require('node:net');

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */
/** @typedef {import('node:net').Socket} Socket */
/** @typedef {import('node:http2').ServerHttp2Session} ServerHttp2Session */
/** @typedef {import('./exchange').Exchange} Exchange */

/** Requests that one connection begins in one turn of the event loop. */
const MOST_A_TURN = 8;

/** Requests of a session that may be taken back before their turn has come. */
const MOST_TAKEN_BACK = 100;

/** How many of those are forgotten in a second. */
const FORGOTTEN_PER_S = 10;

/**
 * Who deals with the requests of a connection, one after the other.
 * @typedef {object} Receiver
 * @property {(request: IncomingMessage, response: ServerResponse) => Exchange}
 *   open
 * @property {(exchange: Exchange) => void} serve
 * @property {(session: ServerHttp2Session) => void} dismiss one whose streams
 * are taken back too often
 */

/**
 * Has its caller reset the stream?
 * @param {IncomingMessage} request
 * @returns {boolean}
 */
function isTakenBack(request) {
  const { stream } = /** @type {any} */ (request);
  return stream !== undefined && (stream.closed || stream.destroyed);
}

/**
 * What one connection of callers has in hand. It begins a few requests a turn
 * of the event loop and the others wait, so that whoever pipelines hundreds, or
 * opens hundreds of streams, holds nobody else up. One that is taken back while
 * it waits is never begun, and a session that goes on like that is ended.
 */
class Connection {
  #peer;
  #receiver;

  /** @type {Set<Exchange>} those that are not over */
  #exchanges = new Set();

  /** @type {[IncomingMessage, ServerResponse][]} */
  #waiting = [];

  #begun = 0; // since the last turn that was asked for
  #takenBack = 0;
  #countedAt = 0;

  /**
   * @param {Socket | ServerHttp2Session} peer
   * @param {Receiver} receiver
   */
  constructor(peer, receiver) {
    this.#peer = peer;
    this.#receiver = receiver;
  }

  /** Is there a request that has no answer yet? */
  get isBusy() {
    return this.#exchanges.size + this.#waiting.length > 0;
  }

  /** The exchange that began before all others of those not over. */
  get oldest() {
    const [exchange] = this.#exchanges;
    return exchange;
  }

  /**
   * Begins a request when its turn comes.
   * @param {IncomingMessage} request
   * @param {ServerResponse} response
   */
  receive(request, response) {
    if (this.#begun === MOST_A_TURN) {
      this.#waiting.push([request, response]);
      this.#hold();
      return;
    }
    this.#begun += 1;
    if (this.#begun === MOST_A_TURN) setImmediate(this.#onTurn);
    const exchange = this.#receiver.open(request, response);
    this.#exchanges.add(exchange);
    exchange.whenDone(this.#forget);
    this.#receiver.serve(exchange);
  }

  /** Counts a stream that was reset before it was begun. */
  takeBack() {
    if (this.#peer instanceof net.Socket || this.#peer.destroyed) return;
    const now = performance.now();
    const forgotten = (FORGOTTEN_PER_S * (now - this.#countedAt)) / 1000;
    this.#takenBack = Math.max(0, this.#takenBack - forgotten) + 1;
    this.#countedAt = now;
    if (this.#takenBack > MOST_TAKEN_BACK) this.#receiver.dismiss(this.#peer);
  }

  /** It is closed, which is the end of all that it had in hand. */
  end() {
    this.#waiting = [];
    for (const exchange of this.#exchanges) exchange.end();
  }

  /** @param {Exchange} exchange */
  #forget = (exchange) => {
    this.#exchanges.delete(exchange);
  };

  #onTurn = () => {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#begun = 0;
    for (const [request, response] of waiting)
      if (isTakenBack(request)) this.takeBack();
      else this.receive(request, response);
    if (waiting.length > 0 && this.#waiting.length === 0) this.#goOn();
  };

  /** Reads nothing behind what waits; streams have a limit of their own. */
  #hold() {
    if (this.#peer instanceof net.Socket) this.#peer.pause();
  }

  #goOn() {
    if (this.#peer instanceof net.Socket) this.#peer.resume();
  }
}

module.exports = { Connection, isTakenBack };
