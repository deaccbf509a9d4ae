'use strict';

/*
 * A server whose every connection and every answer may go wrong, on 127.0.0.1
 * unless its script names another `host`.
 *
 *   const server = await startFaultServer(t, { answers: [{ how: 'cut' }, {}] });
 *   ... server.url, server.requests, server.connections, server.ca
 *   await server.until((it) => it.openConnections === 0);
 *
 * `answers` is a list in order, or (request, n) => answer. A list that is used
 * up answers well. An answer is { how, status, headers, body }; `how` names one
 * of the ways in http1-faults.js or http2-faults.js, "whole" when left out. The
 * body may be a function of the request.
 *
 * `connections` is a list, or (n) => what becomes of a connection before its
 * first byte is read: one of CONNECTIONS below, or undefined to serve it.
 *
 * A recorded request is { method, path, headers, json, connection }.
 */

const net = require('node:net');
const tls = require('node:tls');

const { makeCertificate } = require('./certificate');
const { serveHttp1 } = require('./http1-faults');
const { Http2Faults } = require('./http2-faults');
const { resetConnection } = require('./reset');

/** A fatal alert: handshake_failure. */
const TLS_ALERT = Buffer.from([0x15, 3, 3, 0, 2, 2, 40]);

const CONNECTIONS = {
  reset: resetConnection,
  close: (socket) => socket.destroy(),
  'half-close': (socket) => socket.end().resume(),
  silent: (socket) => socket.resume(),
  deaf: () => {}, // leaves what it is sent in the socket's buffers
  garbage: (socket) => socket.end('\x00\xffwhat do you want?\r\n\r\n'),
  'tls-alert': (socket) => socket.end(TLS_ALERT),
};

/**
 * @param {import('node:test').TestContext} t closes the server after the test
 * @param {object} [script] answers, connections, tls, http2, host, names: of
 *   the certificate
 */
async function startFaultServer(t, script) {
  const server = new FaultServer(script);
  await server.listen();
  t.after(() => server.close());
  return server;
}

class FaultServer {
  requests = [];
  connections = 0;
  port;
  url;
  /** PEM of the certificate that a TLS client must trust. */
  ca;

  #script;
  #front = net.createServer();
  #inner;
  #http2; // behind the inner one, where it is spoken
  #sockets = new Set();
  #byPort = new Map(); // the client's port, to the last socket from it
  #waiters = new Set();
  #keepsRequests;

  constructor({ keepsRequests = true, ...script } = {}) {
    this.#script = script;
    this.#keepsRequests = keepsRequests;
    const certificate = script.tls ? makeCertificate(script.names) : undefined;
    this.ca = certificate?.cert;
    this.#inner = this.#innerServer(certificate);
    this.#inner.on('secureConnection', (secured) => this.#secure(secured));
    this.#front.on('connection', (socket) => this.#admit(socket));
  }

  /** Connections that are open now. */
  get openConnections() {
    return this.#sockets.size;
  }

  async listen() {
    await this.#http2?.listen();
    const { host = '127.0.0.1', tls: isSecured } = this.#script;
    await new Promise((resolve) => this.#front.listen(0, host, 511, resolve));
    this.port = this.#front.address().port;
    const scheme = isSecured ? 'https' : 'http';
    this.url = `${scheme}://${host}:${this.port}`;
  }

  /** Ends every connection at once. */
  close() {
    for (const socket of this.#sockets) socket.destroy();
    this.#http2?.close();
    return new Promise((resolve) => this.#front.close(resolve));
  }

  /** Settles as soon as `predicate(server)` holds; nothing is polled. */
  until(predicate) {
    return new Promise((resolve) => {
      this.#waiters.add({ predicate, resolve });
      this.#wakeWaiters();
    });
  }

  #wakeWaiters() {
    for (const waiter of this.#waiters)
      if (waiter.predicate(this)) {
        this.#waiters.delete(waiter);
        waiter.resolve(this);
      }
  }

  /** What speaks HTTP behind the front, which never listens itself. */
  #innerServer(certificate) {
    const exchange = {
      pick: (request) => this.#pick(request),
      raw: (port) => this.#byPort.get(port),
    };
    if (this.#script.http2) this.#http2 = new Http2Faults(exchange);
    const ALPNProtocols = this.#http2 && ['h2'];
    const serve = (socket) =>
      this.#http2 ? this.#http2.serve(socket) : serveHttp1(socket, exchange);
    return certificate
      ? tls
          .createServer({ ...certificate, ALPNProtocols }, serve)
          .on('tlsClientError', () => {})
      : net.createServer(serve);
  }

  #admit(socket) {
    const n = this.connections++;
    const { remotePort } = socket;
    socket.number = n;
    this.#sockets.add(socket);
    this.#byPort.set(remotePort, socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#sockets.delete(socket);
      if (this.#byPort.get(remotePort) === socket)
        this.#byPort.delete(remotePort);
      this.#wakeWaiters();
    });
    const fate = pickFrom(this.#script.connections, n);
    if (fate === undefined) this.#inner.emit('connection', socket);
    else CONNECTIONS[fate](socket);
    this.#wakeWaiters();
  }

  /** Notes which socket a TLS socket lies on. */
  #secure(secured) {
    const socket = this.#byPort.get(secured.remotePort);
    if (socket) socket.secured = secured;
  }

  #pick({ port, text, ...request }) {
    const connection = this.#byPort.get(port)?.number;
    const json = text === '' ? undefined : JSON.parse(text);
    const record = { ...request, connection, json };
    const n = this.requests.length;
    if (this.#keepsRequests) this.requests.push(record);
    const answer = pickFrom(this.#script.answers, record, n) ?? {};
    this.#wakeWaiters();
    return complete(answer, record);
  }
}

/** From a list by the last argument, or from a function of all of them. */
function pickFrom(script, ...args) {
  if (typeof script === 'function') return script(...args);
  return script?.[args.at(-1)];
}

/** An answer with nothing left out and its body as bytes. */
function complete({ how = 'whole', status = 200, headers, body }, request) {
  const value = typeof body === 'function' ? body(request) : body;
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? {});
  return { how, status, headers: headers ?? {}, body: Buffer.from(text) };
}

module.exports = { FaultServer, startFaultServer };
