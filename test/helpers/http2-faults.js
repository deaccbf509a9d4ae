'use strict';

/* HTTP/2 through Node's own server, whose streams and frames can go wrong. */

const http2 = require('node:http2');
const net = require('node:net');
const { setImmediate: nextTurn } = require('node:timers/promises');

const { BROKEN, HARMLESS, waysOf } = require('./http2-frames');
const { resetConnection } = require('./reset');

const { constants } = http2;

const DROP_SIZE = 16;
const DROP_MS = 2;

function half(body) {
  return body.subarray(0, body.length >> 1);
}

function respond(stream, { status, headers, body }, length = body.length) {
  stream.respond({
    ':status': status,
    'content-type': 'application/json',
    'content-length': length,
    ...headers,
  });
}

function drip(stream, bytes) {
  if (stream.destroyed) return;
  if (bytes.length === 0) {
    stream.end();
    return;
  }
  stream.write(bytes.subarray(0, DROP_SIZE));
  setTimeout(drip, DROP_MS, stream, bytes.subarray(DROP_SIZE)).unref();
}

/** Sends half of the body, and goes on with `then` when it has left. */
function breakOff(stream, answer, then) {
  respond(stream, answer);
  stream.write(half(answer.body), then);
}

/** Each way to answer: (stream, answer, raw), where raw is the TCP socket. */
const WAYS = {
  whole(stream, answer) {
    respond(stream, answer);
    stream.end(answer.body);
  },
  'after-103'(stream, answer) {
    stream.additionalHeaders({ ':status': 103, link: '</a>; rel=preload' });
    WAYS.whole(stream, answer);
  },
  drip(stream, answer) {
    respond(stream, answer);
    drip(stream, answer.body);
  },
  'early-close'(stream, answer) {
    WAYS.whole(stream, answer);
    stream.session.close();
  },
  'goaway-after-answer'(stream, answer) {
    WAYS.whole(stream, answer);
    stream.session.goaway(constants.NGHTTP2_NO_ERROR, stream.id);
  },
  goaway(stream) {
    stream.session.goaway(constants.NGHTTP2_NO_ERROR);
    stream.close(constants.NGHTTP2_REFUSED_STREAM);
  },
  'goaway-and-hang': (stream) =>
    stream.session.goaway(constants.NGHTTP2_NO_ERROR),
  refuse: (stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM),
  'stream-reset': (stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
  'stream-reset-in-body': (stream, answer) =>
    breakOff(stream, answer, () =>
      stream.close(constants.NGHTTP2_INTERNAL_ERROR),
    ),
  reset: (_stream, _answer, raw) => resetConnection(raw),
  close: (_stream, _answer, raw) => raw.destroy(),
  'reset-in-body': (stream, answer, raw) =>
    breakOff(stream, answer, () => resetConnection(raw)),
  hang: () => {},
  'hang-in-body': (stream, answer) => breakOff(stream, answer),
  'length-too-long'(stream, answer) {
    respond(stream, answer, answer.body.length + 7);
    stream.end(answer.body);
  },
  'length-too-short'(stream, answer) {
    respond(stream, answer, answer.body.length - 1);
    stream.end(answer.body);
  },
  garbage: (_stream, _answer, raw) =>
    raw.end('\x00\x01\x02 this is not HTTP \xff\r\n'.repeat(4)),
};

const FRAME_WAYS = {
  ...waysOf(BROKEN, () => {}),
  ...waysOf(HARMLESS, WAYS.whole),
};

async function readText(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Answers in a turn of its own: what is written or closed while frames are
 * being read corrupts the heap of Node 20 and 24, as nghttp2 is entered within
 * itself (nodejs/node#65093).
 */
async function serve(stream, headers, socket, exchange) {
  const { remotePort: port } = socket;
  const text = await readText(stream).catch(() => undefined);
  await nextTurn();
  if (text === undefined || stream.destroyed) return;
  const { ':method': method, ':path': path } = headers;
  const answer = exchange.pick({ method, path, headers, text, port });
  const raw = exchange.raw(port);
  if (!raw || stream.destroyed) return;
  const way = WAYS[answer.how] ?? FRAME_WAYS[answer.how];
  way(stream, answer, raw);
}

/**
 * Answers what arrives on sockets, TLS or not, of which each is relayed to a
 * socket of the server's own: so others may write frames to it, too. A session
 * counts the writes to its socket, and aborts the process at one that is not
 * its own.
 */
class Http2Faults {
  #server = http2.createServer();
  #outer = new Map(); // by the port of the inner socket

  /**
   * @param {{ pick: Function,
   *   raw: (port: number) => import('node:net').Socket }} exchange
   */
  constructor(exchange) {
    this.#server.on('sessionError', () => {});
    this.#server.on('session', (session) => session.on('error', () => {}));
    this.#server.on('stream', (stream, headers) => {
      stream.on('error', () => {});
      const socket = this.#outer.get(stream.session.socket.remotePort);
      if (socket) serve(stream, headers, socket, exchange);
    });
  }

  listen() {
    return new Promise((resolve) =>
      this.#server.listen(0, '127.0.0.1', 511, resolve),
    );
  }

  /** The sockets are their owner's to end. */
  close() {
    this.#server.close();
  }

  /** @param {import('node:net').Socket} socket */
  serve(socket) {
    const inner = net.connect(this.#server.address().port, '127.0.0.1', () => {
      const { localPort } = inner;
      this.#outer.set(localPort, socket);
      inner.on('close', () => this.#outer.delete(localPort));
      socket.pipe(inner).pipe(socket);
    });
    inner.on('error', () => {}).on('close', () => socket.destroy());
    socket.on('error', () => {}).on('close', () => inner.destroy());
  }
}

module.exports = {
  HTTP2_WAYS: Object.keys(WAYS),
  FRAME_WAYS: Object.keys(FRAME_WAYS),
  Http2Faults,
};
