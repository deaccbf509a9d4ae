'use strict';

const http = require('node:http');
const http2 = require('node:http2');
const net = require('node:net');
const tls = require('node:tls');

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */
/** @typedef {import('node:net').Socket} Socket */
/** @typedef {import('node:http2').ServerHttp2Session} ServerHttp2Session */
/** @typedef {import('../start/config').Config} Config */

/**
 * Who deals with what arrives: a Server.
 * @typedef {object} Receiver
 * @property {(request: IncomingMessage, response: ServerResponse) => void} serve
 * @property {(error: NodeJS.ErrnoException, socket: Socket) => void}
 *   refuseUnread
 * @property {(socket: Socket) => void} refuseExcess
 * @property {(session: ServerHttp2Session) => void} takeBack one of its
 * streams was reset as soon as it was opened
 * @property {(socket: Socket) => boolean} isBusy does an exchange use it?
 */

const MOST_STREAMS = 256;

/** How far a caller may send ahead of us on one stream. */
const STREAM_WINDOW = 1024 * 1024;

/** The same on one connection. */
const SESSION_WINDOW = 4 * 1024 * 1024;

/**
 * MB of queued frames beyond which Node refuses new streams; its default of 10
 * is less than one large answer.
 */
const SESSION_MEMORY_MB = 1024;

/** Pseudo-headers, which the limit of headers does not count. */
const PSEUDO_HEADERS = 8;

const LONGEST_CHECK_INTERVAL_MS = 1000;

/** How the preface of HTTP/2 begins; no method of HTTP/1.1 does. */
const PREFACE = Buffer.from('PRI');

/** A connection's failure shows in its exchanges, or concerns nobody. */
function ignoreError() {}

/**
 * @param {Buffer} bytes at least one
 * @returns {boolean | undefined} undefined when there are too few to tell
 */
function beginsHttp2(bytes) {
  const count = Math.min(bytes.length, PREFACE.length);
  if (bytes.compare(PREFACE, 0, count, 0, count) !== 0) return false;
  return count === PREFACE.length ? true : undefined;
}

/**
 * Waits for the first bytes of a connection, which tell its protocol.
 * @param {Socket} socket
 * @param {number} timeoutMs
 * @param {(socket: Socket, isHttp2: boolean) => void} onProtocol called once,
 * with the bytes put back; or never, when the connection ends before
 */
function sniffProtocol(socket, timeoutMs, onProtocol) {
  /** @type {Buffer} */
  let seen = Buffer.alloc(0);
  const giveUp = () => socket.destroy();
  const look = () => {
    const bytes = socket.read();
    if (bytes === null) return;
    seen = seen.length > 0 ? Buffer.concat([seen, bytes]) : bytes;
    const isHttp2 = beginsHttp2(seen);
    if (isHttp2 === undefined) return;
    socket.setTimeout(0);
    socket.off('timeout', giveUp).off('end', giveUp).off('readable', look);
    socket.unshift(seen);
    onProtocol(socket, isHttp2);
  };
  socket.setTimeout(timeoutMs);
  socket.on('timeout', giveUp).on('end', giveUp).on('readable', look);
}

/**
 * @param {Readonly<Config>} config
 * @param {Receiver} receiver
 * @returns {import('node:http').Server}
 */
function createHttp1Server(config, receiver) {
  const headersTimeout = 1000 * config.headerTimeoutS;
  const server = http.createServer({
    maxHeaderSize: config.maxHeaderBytes,
    headersTimeout,
    requestTimeout: headersTimeout + 1000 * config.bodyTimeoutS,
    keepAliveTimeout: 1000 * config.idleTimeoutS,
    connectionsCheckingInterval: Math.min(
      headersTimeout / 2,
      LONGEST_CHECK_INTERVAL_MS,
    ),
    requireHostHeader: false, // refused by us, in the shape of our errors
    insecureHTTPParser: false,
  });
  // Node would drop what is above the limit in silence.
  server.maxHeadersCount = 0;
  const serve = (
    /** @type {IncomingMessage} */ request,
    /** @type {ServerResponse} */ response,
  ) => receiver.serve(request, response);
  server.on('request', serve);
  // Who waits to be told goes on is told when its body is wanted, not before.
  server.on('checkContinue', serve);
  server.on('clientError', (error, socket) =>
    receiver.refuseUnread(error, /** @type {Socket} */ (socket)),
  );
  // It only ever gets connections from us; this starts its watch over them.
  server.emit('listening');
  return server;
}

/**
 * @param {Readonly<Config>} config
 * @param {Receiver} receiver
 * @returns {import('node:http2').Http2Server}
 */
function createHttp2Server(config, receiver) {
  const server = http2.createServer({
    maxSessionMemory: SESSION_MEMORY_MB,
    maxHeaderListPairs: config.maxHeaders + PSEUDO_HEADERS,
    settings: {
      maxConcurrentStreams: MOST_STREAMS,
      maxHeaderListSize: config.maxHeaderBytes,
      initialWindowSize: STREAM_WINDOW,
    },
  });
  // Of the same shape as far as an exchange looks.
  const serve = (/** @type {any} */ request, /** @type {any} */ response) =>
    receiver.serve(request, response);
  server.on('request', serve);
  server.on('checkContinue', serve);
  server.on('sessionError', ignoreError);
  return server;
}

/** Takes connections of either HTTP version on one port. */
class Listener {
  #config;
  #receiver;
  #http1;
  #http2;
  #front;

  /** @type {Set<Socket>} */
  #sockets = new Set();

  /**
   * Those of HTTP/1.1 or of nothing yet, which may be closed when no exchange
   * uses them. HTTP/2 has a word for that.
   * @type {Set<Socket>}
   */
  #closable = new Set();

  /** @type {Set<ServerHttp2Session>} */
  #sessions = new Set();

  /**
   * @param {Readonly<Config>} config
   * @param {Receiver} receiver
   */
  constructor(config, receiver) {
    this.#config = config;
    this.#receiver = receiver;
    this.#http1 = createHttp1Server(config, receiver);
    this.#http2 = createHttp2Server(config, receiver);
    this.#http2.on('session', (session) => this.#keepSession(session));
    this.#front = config.tlsCert
      ? this.#createTls()
      : net.createServer({ allowHalfOpen: true, noDelay: true });
    this.#front.on('connection', (socket) => this.#admit(socket));
  }

  /** @returns {Promise<import('node:net').AddressInfo>} */
  listen() {
    const { host, port } = this.#config;
    return new Promise((resolve, reject) => {
      this.#front.once('error', reject);
      this.#front.listen({ host, port }, () => {
        this.#front.off('error', reject);
        this.#front.on('error', ignoreError);
        resolve(
          /** @type {import('node:net').AddressInfo} */ (this.#front.address()),
        );
      });
    });
  }

  /**
   * Takes no more connections; each one that is there ends with its exchanges.
   * Node's closeIdleConnections is no help: it counts an answer as sent when
   * its last byte waits to be sent.
   * @returns {Promise<void>} settles when all have ended
   */
  stop() {
    const closed = new Promise((resolve) => this.#front.close(resolve));
    // Takes no more streams; each connection ends with its last one.
    for (const session of this.#sessions) session.close();
    for (const socket of this.#closable)
      if (!this.#receiver.isBusy(socket)) socket.destroy();
    return closed.then(() => void this.#http1.close());
  }

  /** Ends everything now. */
  destroy() {
    for (const socket of this.#sockets) socket.destroy();
  }

  /**
   * Takes the certificate that the settings hold now for new connections;
   * throws when its parts do not fit, and what was there stays.
   */
  renewCertificate() {
    if (this.#front instanceof tls.Server)
      this.#front.setSecureContext(this.#certificate());
  }

  #certificate() {
    const { tlsCert, tlsKey } = this.#config;
    return { cert: tlsCert?.current(), key: tlsKey?.current() };
  }

  #createTls() {
    const { headerTimeoutS } = this.#config;
    const server = tls.createServer({
      ...this.#certificate(),
      ALPNProtocols: ['h2', 'http/1.1'],
      handshakeTimeout: 1000 * headerTimeoutS,
      allowHalfOpen: true,
      noDelay: true,
    });
    server.on('secureConnection', (socket) =>
      this.#handOver(socket, socket.alpnProtocol === 'h2'),
    );
    server.on('tlsClientError', (_, socket) => socket.destroy());
    return server;
  }

  /** @param {Socket} socket */
  #admit(socket) {
    const { tlsCert, maxConnections, headerTimeoutS } = this.#config;
    socket.on('error', ignoreError);
    if (this.#sockets.size >= maxConnections) {
      if (tlsCert) socket.destroy();
      else this.#receiver.refuseExcess(socket);
      return;
    }
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    if (tlsCert) return;
    this.#keepClosable(socket);
    sniffProtocol(socket, 1000 * headerTimeoutS, this.#handOver);
  }

  /**
   * @param {Socket} socket
   * @param {boolean} isHttp2
   */
  #handOver = (socket, isHttp2) => {
    if (isHttp2) this.#closable.delete(socket);
    else if (this.#config.tlsCert) this.#keepClosable(socket);
    const server = isHttp2 ? this.#http2 : this.#http1;
    server.emit('connection', socket);
  };

  /** @param {Socket} socket */
  #keepClosable(socket) {
    this.#closable.add(socket);
    socket.on('close', () => this.#closable.delete(socket));
  }

  /**
   * Ends a session on which nothing happens and no stream is open.
   * @param {ServerHttp2Session} session
   */
  #keepSession(session) {
    const idleTimeoutMs = 1000 * this.#config.idleTimeoutS;
    let streams = 0;
    const onIdle = () => {
      if (streams === 0) session.destroy();
      else session.setTimeout(idleTimeoutMs, onIdle);
    };
    this.#sessions.add(session);
    session.setLocalWindowSize(SESSION_WINDOW);
    session.setTimeout(idleTimeoutMs, onIdle);
    session.on('close', () => this.#sessions.delete(session));
    // Streams whose bytes wait for the caller's window would keep a session,
    // and its socket, long after the caller has gone.
    const cancelled = /** @type {any} */ (http2.constants.NGHTTP2_CANCEL);
    const leave = () => session.destroy(cancelled);
    session.socket.once('end', leave).once('close', leave);
    session.on('stream', (stream) => {
      if (stream.destroyed) {
        this.#receiver.takeBack(session);
        return;
      }
      streams += 1;
      stream.on('close', () => {
        streams -= 1;
      });
    });
  }
}

module.exports = { Listener, sniffProtocol };
