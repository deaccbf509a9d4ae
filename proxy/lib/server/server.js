'use strict';

const crypto = require('node:crypto');
const http = require('node:http');
const http2 = require('node:http2');

const { redact } = require('baseten-performance-client/internal');
const { Refusal } = require('../base/errors');
const { operatorKeys } = require('../base/operator-keys');
const { logExchange, logUnread } = require('../telemetry/log');
const { Connection, isTakenBack } = require('./connection');
const { answerPreflight, isPreflight, originCheck } = require('./cors');
const { Exchange } = require('./exchange');
const { checkHead, unreadRefusal } = require('./head');
const { Listener } = require('./listener');
const { describeRefusal } = require('./refusal');
const { hasBody } = require('./request-body');
const { Routes } = require('./routes');

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */
/** @typedef {import('node:net').Socket} Socket */
/** @typedef {import('../start/config').Config} Config */

/**
 * @typedef {object} ServerParts
 * @property {import('./routes').CallHandlers} handlers
 * @property {import('./routes').Pages} pages
 * @property {import('./admission').Admission} admission
 * @property {import('../telemetry/log').Log} log
 * @property {{ observe(exchange: Exchange): void }} metrics
 * @property {() => boolean} [isHealthy] is there any target for calls? Left out
 * where nobody can tell
 */

/** The caller left in the middle of its request. */
const DEPARTURES = new Set(['ECONNRESET', 'EPIPE', 'HPE_INVALID_EOF_STATE']);

/** @typedef {import('node:http2').ServerHttp2Session} ServerHttp2Session */
/** @typedef {Socket | ServerHttp2Session} Peer */

/**
 * What a request ends with: its session, or the socket of HTTP/1.1.
 * @param {IncomingMessage} request
 * @returns {Peer}
 */
function peerOf(request) {
  const { stream } = /** @type {any} */ (request);
  return stream?.session ?? request.socket;
}

/** Listens, opens an exchange for each request, and ends in good order. */
class Server {
  #config;
  #parts;
  #context;
  #routes;
  #listener;
  #checkOrigin;
  #isReady = true;

  /**
   * Those that had a request and are not closed.
   * @type {Map<Peer, Connection>}
   */
  #connections = new Map();

  /** @type {Promise<void> | undefined} */
  #drained;

  #hurry = new AbortController();

  /**
   * @param {Readonly<Config>} config
   * @param {ServerParts} parts
   */
  constructor(config, parts) {
    this.#config = config;
    this.#parts = parts;
    this.#checkOrigin = originCheck(config);
    this.#context = {
      corsOrigins: config.corsOrigins,
      errorFormat: config.errorFormat,
      maxBodyBytes: config.maxBodyBytes,
      bodyTimeoutMs: 1000 * config.bodyTimeoutS,
      sendTimeoutMs: 1000 * config.sendTimeoutS,
      admission: parts.admission,
      isDraining: false,
    };
    const { handlers, pages } = parts;
    this.#routes = new Routes(handlers, pages, () => this.#readiness());
    this.#listener = new Listener(config, this);
  }

  /** Does it want more requests? Not any more once it drains. */
  get isReady() {
    return this.#isReady;
  }

  /** @returns {import('../telemetry/pages').Readiness} */
  #readiness() {
    if (!this.#isReady) return 'draining';
    return (this.#parts.isHealthy?.() ?? true) ? 'ready' : 'unhealthy';
  }

  /** @returns {Promise<import('node:net').AddressInfo>} */
  listen() {
    return this.#listener.listen();
  }

  /** Takes the certificate that the settings hold now for new connections. */
  renewCertificate() {
    this.#listener.renewCertificate();
  }

  /**
   * Stops being ready, then listening, lets the running exchanges end, and
   * ends by force what takes longer than drainS.
   * @returns {Promise<void>}
   */
  drain() {
    this.#drained ??= this.#drain();
    return this.#drained;
  }

  /**
   * Ends everything at once.
   * @returns {Promise<void>}
   */
  close() {
    this.#hurry.abort();
    return this.drain();
  }

  /**
   * Answers one request, whatever happens.
   * @param {IncomingMessage} request
   * @param {ServerResponse} response
   */
  serve(request, response) {
    if (!isTakenBack(request))
      this.#connectionOf(peerOf(request)).receive(request, response);
  }

  /** @param {ServerHttp2Session} session of a stream that was reset at once */
  takeBack(session) {
    if (!session.destroyed) this.#connectionOf(session).takeBack();
  }

  /**
   * Answers what could not be read as a request, or not to its end.
   * @param {NodeJS.ErrnoException} error
   * @param {Socket} socket
   */
  refuseUnread(error, socket) {
    const exchange = this.#connections.get(socket)?.oldest;
    if (!socket.writable || DEPARTURES.has(error.code ?? '')) {
      socket.destroy();
    } else if (exchange) {
      exchange.refuse(unreadRefusal(error));
      socket.destroySoon();
    } else {
      this.#refuseSocket(socket, unreadRefusal(error));
    }
  }

  /** @param {Socket} socket one more than there may be */
  refuseExcess(socket) {
    const refusal = new Refusal(
      503,
      'TOO_MANY_CONNECTIONS',
      'there are too many connections, try again later',
      { headers: { 'retry-after': 1 } },
    );
    this.#refuseSocket(socket, refusal);
  }

  /**
   * Does any request wait for its answer on this socket?
   * @param {Socket} socket
   */
  isBusy(socket) {
    return this.#connections.get(socket)?.isBusy ?? false;
  }

  /** @param {Peer} peer */
  #connectionOf(peer) {
    return this.#connections.get(peer) ?? this.#connect(peer);
  }

  /**
   * A connection's end is that of all its exchanges. The answer to a pipelined
   * request has no socket before its turn, and says nothing when it never gets
   * one; nor does an HTTP/2 stream whose bytes waited for the caller's window.
   * @param {Peer} peer
   */
  #connect(peer) {
    const connection = new Connection(peer, {
      open: (request, response) =>
        new Exchange(request, response, this.#context),
      serve: (exchange) => void this.#serve(exchange),
      dismiss: (session) => this.#dismiss(session),
    });
    this.#connections.set(peer, connection);
    peer.once('close', () => {
      connection.end();
      this.#connections.delete(peer);
    });
    return connection;
  }

  /** @param {ServerHttp2Session} session */
  #dismiss(session) {
    const refusal = new Refusal(
      429,
      'TOO_MANY_RESETS',
      'too many streams were reset before they were served',
    );
    const { remoteAddress } = session.socket;
    logUnread(this.#parts.log, refusal, crypto.randomUUID(), remoteAddress);
    // Declared for an error alone.
    const calm = /** @type {any} */ (http2.constants.NGHTTP2_ENHANCE_YOUR_CALM);
    session.destroy(calm);
  }

  /** @param {Exchange} exchange */
  async #serve(exchange) {
    exchange.whenDone(this.#close);
    try {
      await this.#answer(exchange);
    } catch (error) {
      this.#refuse(exchange, error);
    }
  }

  /** @param {Exchange} exchange */
  #answer(exchange) {
    checkHead(exchange.request, this.#config.maxHeaders);
    this.#checkOrigin(exchange);
    if (isPreflight(exchange)) return answerPreflight(exchange);
    const route = this.#routes.find(exchange);
    return route.isCall ? this.#call(exchange, route) : route.handler(exchange);
  }

  /**
   * Takes a place only for who may call, and one of a call only when there is
   * something to send.
   * @param {Exchange} exchange
   * @param {import('./routes').Route} route
   */
  #call(exchange, { handler }) {
    const plan = this.#parts.handlers.plan(exchange);
    if (hasBody(exchange.request)) exchange.startUpload();
    else exchange.enterCall();
    return handler(exchange, plan);
  }

  /**
   * Callers are told a sentence; what lies behind it is for the operator.
   * @param {Exchange} exchange
   * @param {unknown} error
   */
  #refuse(exchange, error) {
    const { log } = this.#parts;
    if (error instanceof Refusal) {
      if (error.cause instanceof Error)
        log.warn('a request failed upstream', {
          request_id: exchange.id,
          code: error.code,
          detail: error.cause.message,
        });
      exchange.refuse(error);
      return;
    }
    const stack = /** @type {Error} */ (error)?.stack ?? String(error);
    log.error('a request failed in the proxy', {
      request_id: exchange.id,
      stack: redact(stack, this.#secretsOf(exchange)),
    });
    exchange.refuse(
      new Refusal(500, 'INTERNAL_ERROR', 'the proxy failed at this request'),
    );
  }

  /**
   * What no line of the log may show.
   * @param {Exchange} exchange
   */
  #secretsOf(exchange) {
    const { clientApiKeys } = this.#config;
    const callers = exchange.header('authorization')?.split(' ') ?? [];
    const operators = operatorKeys(this.#config).map((key) => key.current());
    return [...callers, ...operators, ...(clientApiKeys?.current() ?? [])];
  }

  /** @param {Exchange} exchange */
  #close = (exchange) => {
    const { socket, httpVersionMajor } = exchange.request;
    this.#parts.metrics.observe(exchange);
    logExchange(this.#parts.log, exchange);
    // Its answer may have promised to keep the connection, before the drain.
    const isLast = httpVersionMajor < 2 && !this.isBusy(socket);
    if (this.#context.isDraining && isLast) socket.destroySoon();
  };

  /**
   * Answers where there is no request to answer to, and hangs up.
   * @param {Socket} socket
   * @param {Refusal} refusal
   */
  #refuseSocket(socket, refusal) {
    const { status, headers } = refusal;
    const id = crypto.randomUUID();
    logUnread(this.#parts.log, refusal, id, socket.remoteAddress);
    const request = { path: null, method: null, id };
    const { errorFormat } = this.#config;
    const body = JSON.stringify(describeRefusal(refusal, request, errorFormat));
    const lines = Object.entries({
      ...headers,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-request-id': id,
      connection: 'close',
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    const reason = http.STATUS_CODES[status];
    socket.end(`HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}\r\n${body}`);
    socket.destroySoon();
  }

  async #drain() {
    const { drainDelayS, drainS } = this.#config;
    this.#isReady = false;
    await this.#atMost(drainDelayS);
    this.#context.isDraining = true;
    const stopped = this.#listener.stop();
    await this.#atMost(drainS, stopped);
    this.#listener.destroy();
    await stopped;
  }

  /**
   * @param {number} seconds
   * @param {Promise<void>} [promise] may settle earlier
   * @returns {Promise<void>} settles at once when it must hurry
   */
  #atMost(seconds, promise) {
    const { signal } = this.#hurry;
    if (signal.aborted || seconds === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, 1000 * seconds);
      const end = () => {
        clearTimeout(timer);
        resolve();
      };
      signal.addEventListener('abort', end, { once: true });
      promise?.then(end);
    });
  }
}

module.exports = { Server };
