'use strict';

/*
 * A scripted server on 127.0.0.1 for tests of what goes over the wire.
 *
 *   const upstream = await startUpstream(t, [{ status: 503 }, { body: {} }]);
 *   ... upstream.url, upstream.requests, upstream.connections, upstream.ca
 *   await upstream.until((it) => it.requests.length === 2);
 *
 * The script is a list of answers in order, or (request, n) => answer, which
 * may be async; n counts from 0. A list that is used up answers 400, which no
 * client tries again. An answer is
 *
 *   status   200 when left out
 *   headers  { name: value | [values] }
 *   body     an object becomes JSON, a string or Buffer is sent as it is
 *   delayMs  waits before answering
 *   hang     never answers; with cut, stops in the middle of the body
 *   reset    closes the connection instead of answering
 *   cut      announces the whole body, sends so many bytes of it, closes
 *
 * A recorded request is { method, url, httpVersion, headers, rawHeaders, text,
 * json, time, socket, aborted }: json is undefined when text is none, time is
 * in ms of performance.now(), socket numbers the connection from 0, aborted
 * tells that the client left before the answer's end.
 */

const http = require('node:http');
const http2 = require('node:http2');
const https = require('node:https');

const { makeCertificate } = require('./certificate');

/**
 * @param {import('node:test').TestContext} t closes the server after the test
 * @param {object[] | Function} script
 * @param {{ tls?: boolean, http2?: boolean, server?: object }} [options]
 *   server goes to Node's server as it is (certificate, timeouts ...)
 */
async function startUpstream(t, script = [], options = {}) {
  const upstream = new Upstream(script, options);
  await upstream.listen();
  t.after(() => upstream.close());
  return upstream;
}

class Upstream {
  requests = [];
  connections = 0;
  /** PEM of the certificate that a TLS client must trust. */
  ca;
  url;
  port;

  #script;
  #server;
  #sockets = new Set();
  #socketNumbers = new Map(); // by the client's port
  #timers = new Set();
  #waiters = new Set();
  #scheme;

  constructor(script, { tls = false, http2: isHttp2 = false, server = {} }) {
    this.#script = script;
    this.#scheme = tls ? 'https' : 'http';
    const certificate = tls ? makeCertificate() : {};
    this.ca = certificate.cert;
    this.#server = createServer(tls, isHttp2, { ...certificate, ...server });
    this.#server.on('connection', (socket) => this.#admit(socket));
    this.#server.on('request', (request, response) =>
      this.#serve(request, response),
    );
  }

  listen() {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', () => {
        this.port = this.#server.address().port;
        this.url = `${this.#scheme}://127.0.0.1:${this.port}`;
        resolve();
      });
    });
  }

  /** Ends every connection at once; what hangs is let go. */
  close() {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(resolve));
  }

  /** Settles as soon as `predicate(upstream)` holds; nothing is polled. */
  until(predicate) {
    return new Promise((resolve) => {
      this.#waiters.add({ predicate, resolve });
      this.#wakeWaiters();
    });
  }

  /** Connections that are open now. */
  get openConnections() {
    return this.#sockets.size;
  }

  #wakeWaiters() {
    for (const waiter of this.#waiters) {
      if (!waiter.predicate(this)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(this);
    }
  }

  #admit(socket) {
    this.#socketNumbers.set(socket.remotePort, this.connections);
    this.connections += 1;
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#wakeWaiters();
    });
    this.#wakeWaiters();
  }

  async #serve(request, response) {
    const time = performance.now();
    const text = await readText(request).catch(() => undefined);
    if (text === undefined) return;
    const record = this.#record(request, text, time);
    response.on('error', () => {});
    response.on('close', () => {
      record.aborted = response.stream?.aborted ?? !response.writableFinished;
      this.#wakeWaiters();
    });
    this.#wakeWaiters();
    const answer = await this.#pickAnswer(record);
    if (answer.delayMs) await this.#wait(answer.delayMs);
    sendAnswer(request, response, answer);
  }

  #record(request, text, time) {
    const record = {
      method: request.method,
      url: request.url,
      httpVersion: request.httpVersion,
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      text,
      json: parseJson(text),
      time,
      socket: this.#socketNumbers.get(request.socket.remotePort),
      aborted: false,
    };
    this.requests.push(record);
    return record;
  }

  #pickAnswer(record) {
    const n = this.requests.length - 1;
    if (typeof this.#script === 'function') return this.#script(record, n);
    return (
      this.#script[n] ?? {
        status: 400,
        body: { error: `the script has no answer for request ${n}` },
      }
    );
  }

  #wait(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, ms);
      this.#timers.add(timer);
    });
  }
}

function createServer(tls, isHttp2, options) {
  if (isHttp2 && tls) return http2.createSecureServer(options);
  if (isHttp2) return http2.createServer(options);
  if (tls) return https.createServer(options);
  return http.createServer(options);
}

async function readText(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sendAnswer(request, response, answer) {
  if (response.destroyed) return;
  if (answer.reset) return hangUp(request, response);
  if (answer.hang && answer.cut === undefined) return;

  const body = encodeBody(answer.body);
  response.statusCode = answer.status ?? 200;
  if (body && !isRaw(answer.body))
    response.setHeader('content-type', 'application/json');
  if (body) response.setHeader('content-length', body.length);
  for (const [name, value] of Object.entries(answer.headers ?? {}))
    response.setHeader(name, value);

  if (answer.cut === undefined) {
    response.end(body);
    return;
  }
  response.write(body.subarray(0, answer.cut), () => {
    if (!answer.hang) hangUp(request, response);
  });
}

function isRaw(body) {
  return typeof body === 'string' || Buffer.isBuffer(body);
}

function encodeBody(body) {
  if (body === undefined) return undefined;
  return Buffer.from(isRaw(body) ? body : JSON.stringify(body));
}

/** Ends one HTTP/2 stream, or the connection of an HTTP/1.1 exchange. */
function hangUp(request, response) {
  if (request.stream) {
    response.stream.close(http2.constants.NGHTTP2_CANCEL);
  } else {
    request.socket.destroy();
  }
}

module.exports = { startUpstream };
