'use strict';

const crypto = require('node:crypto');

const { redact } = require('baseten-performance-client/internal');
const { logExchange, logUnread } = require('../telemetry/access-log');
const { answerPreflight, isPreflight } = require('./cors');
const { Exchange } = require('./exchange');
const { Refusal } = require('../base/refusal');
const { refusalOf, refuseSocket } = require('./unread-request');

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */
/** @typedef {import('node:net').Socket} Socket */
/** @typedef {import('./exchange').ExchangeContext} ExchangeContext */

/**
 * @typedef {object} DispatcherParts
 * @property {import('./routes').Routes} routes
 * @property {import('./admission').Admission} admission
 * @property {import('../telemetry/log').Log} log
 * @property {{ observe(exchange: Exchange): void }} metrics
 * @property {() => readonly string[]} secrets that no line of the log may show
 */

const TOO_MANY_CONNECTIONS = new Refusal(
  503,
  'TOO_MANY_CONNECTIONS',
  'there are too many connections, try again later',
  { headers: { 'retry-after': 1 } },
);

/** The caller left in the middle of its request. */
const DEPARTURES = new Set(['ECONNRESET', 'EPIPE', 'HPE_INVALID_EOF_STATE']);

/**
 * What every request must hold to, whatever its path.
 * @param {IncomingMessage} request
 * @param {number} maxHeaders
 */
function checkHead({ rawHeaders, headers, httpVersion }, maxHeaders) {
  if (rawHeaders.length > 2 * maxHeaders)
    throw new Refusal(
      431,
      'TOO_MANY_HEADERS',
      `a request must have at most ${maxHeaders} headers`,
    );
  if (headers.host === undefined && httpVersion === '1.1')
    throw new Refusal(400, 'INVALID_REQUEST', 'the Host header is missing');
}

/** Opens an exchange for each request, and sees to it that it is answered. */
class Dispatcher {
  #parts;
  #context;
  #maxHeaders;

  /** @type {Set<Exchange>} */
  #running = new Set();

  /**
   * @param {DispatcherParts} parts
   * @param {ExchangeContext} context
   * @param {number} maxHeaders
   */
  constructor(parts, context, maxHeaders) {
    this.#parts = parts;
    this.#context = context;
    this.#maxHeaders = maxHeaders;
  }

  /** The sockets of exchanges that are not over. */
  busySockets() {
    return new Set(Array.from(this.#running, ({ request }) => request.socket));
  }

  /**
   * @param {IncomingMessage} request
   * @param {ServerResponse} response
   */
  async serve(request, response) {
    const exchange = new Exchange(request, response, this.#context);
    this.#running.add(exchange);
    exchange.whenDone(this.#close);
    try {
      await this.#answer(exchange);
    } catch (error) {
      this.#refuse(exchange, error);
    }
  }

  /**
   * Answers what could not be read as a request, or not to its end.
   * @param {NodeJS.ErrnoException} error
   * @param {Socket} socket
   */
  refuseUnread(error, socket) {
    const exchange = this.#exchangeOf(socket);
    if (!socket.writable || DEPARTURES.has(error.code ?? '')) {
      socket.destroy();
    } else if (exchange) {
      exchange.refuse(refusalOf(error));
      socket.destroySoon();
    } else {
      this.#refuseSocket(socket, refusalOf(error));
    }
  }

  /** @param {Socket} socket one more than there may be */
  refuseExcess(socket) {
    this.#refuseSocket(socket, TOO_MANY_CONNECTIONS);
  }

  /**
   * @param {Exchange} exchange
   * @returns {void | Promise<void>}
   */
  #answer(exchange) {
    const { routes, admission } = this.#parts;
    const { corsOrigins } = this.#context;
    checkHead(exchange.request, this.#maxHeaders);
    if (corsOrigins.length > 0 && isPreflight(exchange))
      return answerPreflight(exchange, corsOrigins);
    const route = routes.find(exchange);
    if (route.isCall) admission.enter(exchange);
    return route.handler(exchange);
  }

  /**
   * @param {Exchange} exchange
   * @param {unknown} error
   */
  #refuse(exchange, error) {
    if (error instanceof Refusal) {
      exchange.refuse(error);
      return;
    }
    const { log, secrets } = this.#parts;
    const stack = /** @type {Error} */ (error)?.stack ?? String(error);
    const own = exchange.header('authorization')?.split(' ') ?? [];
    log.error('a request failed in the proxy', {
      request_id: exchange.id,
      stack: redact(stack, [...own, ...secrets()]),
    });
    exchange.refuse(
      new Refusal(500, 'INTERNAL_ERROR', 'the proxy failed at this request'),
    );
  }

  /** @param {Exchange} exchange */
  #close = (exchange) => {
    this.#running.delete(exchange);
    this.#parts.metrics.observe(exchange);
    logExchange(this.#parts.log, exchange);
    if (this.#context.isDraining) this.#closeSocketOf(exchange);
  };

  /**
   * Its answer may have promised to keep the connection, before the drain.
   * @param {Exchange} exchange
   */
  #closeSocketOf({ request }) {
    const { socket, httpVersionMajor } = request;
    if (httpVersionMajor < 2 && !this.#exchangeOf(socket)) socket.destroySoon();
  }

  /**
   * @param {Socket} socket
   * @param {Refusal} refusal
   */
  #refuseSocket(socket, refusal) {
    const requestId = crypto.randomUUID();
    logUnread(this.#parts.log, refusal, requestId, socket.remoteAddress);
    refuseSocket(socket, refusal, requestId);
  }

  /**
   * An exchange that uses the socket. Looked up only when something has failed,
   * or everything ends.
   * @param {Socket} socket
   * @returns {Exchange | undefined}
   */
  #exchangeOf(socket) {
    for (const exchange of this.#running)
      if (exchange.request.socket === socket) return exchange;
    return undefined;
  }
}

module.exports = { Dispatcher };
