'use strict';

/*
 * HTTP/1.1 on a bare socket, so that its bytes can be wrong. Only what the
 * client sends is understood: requests one after the other, with a length.
 */

const { resetConnection } = require('./reset');

const HEAD_END = '\r\n\r\n';

/** Bytes and milliseconds of one drop of a slow answer. */
const DROP_SIZE = 16;
const DROP_MS = 2;

function headOf({ status, headers, body }, framing) {
  const lines = Object.entries({
    'content-type': 'application/json',
    ...(framing ?? { 'content-length': body.length }),
    ...headers,
  });
  const fields = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `HTTP/1.1 ${status} So\r\n${fields}\r\n`;
}

function half(body) {
  return body.subarray(0, body.length >> 1);
}

function write(socket, ...parts) {
  return socket.write(Buffer.concat(parts.map((part) => Buffer.from(part))));
}

function end(socket, ...parts) {
  write(socket, ...parts);
  socket.end();
}

function chunk(bytes) {
  const size = `${bytes.length.toString(16)}\r\n`;
  return Buffer.concat([Buffer.from(size), bytes, Buffer.from('\r\n')]);
}

function drip(socket, bytes) {
  if (socket.destroyed || bytes.length === 0) return;
  socket.write(bytes.subarray(0, DROP_SIZE));
  setTimeout(drip, DROP_MS, socket, bytes.subarray(DROP_SIZE)).unref();
}

const CHUNKED = { 'transfer-encoding': 'chunked' };

/** Each way to answer: (socket, answer, raw), where raw is below any TLS. */
const WAYS = {
  whole: (socket, answer) => write(socket, headOf(answer), answer.body),
  'after-103': (socket, answer) =>
    write(
      socket,
      'HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n',
      headOf(answer),
      answer.body,
    ),
  chunked: (socket, answer) =>
    write(
      socket,
      headOf(answer, CHUNKED),
      chunk(half(answer.body)),
      chunk(answer.body.subarray(answer.body.length >> 1)),
      '0\r\n\r\n',
    ),
  'until-close': (socket, answer) =>
    end(socket, headOf(answer, { connection: 'close' }), answer.body),
  'early-close': (socket, answer) => end(socket, headOf(answer), answer.body),
  drip: (socket, answer) =>
    drip(socket, Buffer.concat([Buffer.from(headOf(answer)), answer.body])),
  reset: (_socket, _answer, raw) => resetConnection(raw),
  close: (socket) => socket.destroy(),
  'half-close': (socket) => socket.end(),
  hang: () => {},
  'hang-in-head': (socket, answer) =>
    write(socket, headOf(answer).slice(0, 30)),
  'hang-in-body': (socket, answer) =>
    write(socket, headOf(answer), half(answer.body)),
  cut: (socket, answer) => end(socket, headOf(answer), half(answer.body)),
  'cut-in-head': (socket, answer) => end(socket, headOf(answer).slice(0, 30)),
  'reset-in-body': (socket, answer, raw) =>
    socket.write(
      Buffer.concat([Buffer.from(headOf(answer)), half(answer.body)]),
      () => resetConnection(raw),
    ),
  'half-close-in-body': (socket, answer) =>
    end(socket, headOf(answer), half(answer.body)),
  'length-too-long': (socket, answer) =>
    end(
      socket,
      headOf(answer, { 'content-length': answer.body.length + 7 }),
      answer.body,
    ),
  'length-too-short': (socket, answer) =>
    write(
      socket,
      headOf(answer, { 'content-length': answer.body.length - 1 }),
      answer.body,
    ),
  'length-twice': (socket, answer) =>
    write(
      socket,
      headOf(answer).replace(HEAD_END, '\r\ncontent-length: 3\r\n\r\n'),
      answer.body,
    ),
  garbage: (socket) => end(socket, '\x00\x01\x02 this is not HTTP \xff\r\n'),
  'broken-chunk': (socket, answer) =>
    write(
      socket,
      headOf(answer, CHUNKED),
      chunk(half(answer.body)),
      'zz\r\nmore',
    ),
  'cut-in-chunk': (socket, answer) =>
    end(socket, headOf(answer, CHUNKED), 'fff\r\n', half(answer.body)),
};

/** The first request of `bytes`, or undefined when it is not all there. */
function readRequest(bytes) {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const [line, ...fields] = bytes.toString('latin1', 0, headEnd).split('\r\n');
  const [method, path] = line.split(' ');
  const headers = Object.fromEntries(
    fields.map((field) => {
      const colon = field.indexOf(':');
      return [
        field.slice(0, colon).toLowerCase(),
        field.slice(colon + 1).trim(),
      ];
    }),
  );
  const start = headEnd + HEAD_END.length;
  const size = start + Number(headers['content-length'] ?? 0);
  if (bytes.length < size) return undefined;
  const text = bytes.toString('utf8', start, size);
  return { request: { method, path, headers, text }, size };
}

/**
 * Answers what arrives on a socket.
 * @param {import('node:net').Socket} socket
 * @param {{ pick: Function, raw: (port: number) => import('node:net').Socket }}
 *   exchange
 */
function serveHttp1(socket, exchange) {
  const port = socket.remotePort;
  let bytes = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('data', (data) => {
    bytes = Buffer.concat([bytes, data]);
    const read = readRequest(bytes);
    if (read === undefined) return;
    bytes = bytes.subarray(read.size);
    const answer = exchange.pick({ ...read.request, port });
    const raw = exchange.raw(port);
    if (raw && !socket.destroyed) WAYS[answer.how](socket, answer, raw);
  });
}

module.exports = { HTTP1_WAYS: Object.keys(WAYS), serveHttp1 };
