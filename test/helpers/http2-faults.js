'use strict';

/* HTTP/2 through Node's own server, whose streams and sessions can go wrong. */

const { constants } = require('node:http2');

const { resetConnection } = require('./reset');

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

async function readText(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function serve(stream, headers, exchange) {
  const port = stream.session.socket.remotePort;
  stream.on('error', () => {});
  const text = await readText(stream).catch(() => undefined);
  if (text === undefined || stream.destroyed) return;
  const { ':method': method, ':path': path } = headers;
  const answer = exchange.pick({ method, path, headers, text, port });
  const raw = exchange.raw(port);
  if (raw && !stream.destroyed) WAYS[answer.how](stream, answer, raw);
}

/**
 * Answers the streams of a server of node:http2.
 * @param {import('node:http2').Http2Server} server
 * @param {{ pick: Function, raw: (port: number) => import('node:net').Socket }}
 *   exchange
 */
function serveHttp2(server, exchange) {
  server.on('sessionError', () => {});
  server.on('session', (session) => session.on('error', () => {}));
  server.on('tlsClientError', () => {});
  server.on('stream', (stream, headers) => serve(stream, headers, exchange));
  return server;
}

module.exports = { HTTP2_WAYS: Object.keys(WAYS), serveHttp2 };
