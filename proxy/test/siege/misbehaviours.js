'use strict';

/*
 * What callers and browsers do wrong, and which paths lead to an upstream that
 * does: each takes { port, random, from } and settles when it has let go.
 * None lasts longer than the PATIENCE_MS of a misbehaving caller.
 */

const { once } = require('node:events');
const http2 = require('node:http2');
const net = require('node:net');
const { setTimeout: sleep } = require('node:timers/promises');
const zlib = require('node:zlib');

const PATIENCE_MS = 6000;

const BAD_PATHS = [
  '/stall-head',
  '/stall-body',
  '/cut',
  '/reset',
  '/garbage',
  '/late',
  '/large',
  '/welcoming',
];

const BOMB = zlib.gzipSync(Buffer.alloc(48 * 1024 * 1024));

const TEXTS = Array.from({ length: 1000 }, (_, i) => `${i}`);

/** 24 kB that are answered by some 50 MB. */
const LARGE_CALL = JSON.stringify({ input: TEXTS, model: 'large' });

function head(method, path, lines = []) {
  const all = ['Host: localhost', 'Authorization: Bearer siege', ...lines];
  return `${method} ${path} HTTP/1.1\r\n${all.join('\r\n')}\r\n\r\n`;
}

function post(path, body, lines = []) {
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  return head('POST', path, [length, ...lines]) + body;
}

/** A connection on which the caller writes, and reads unless it is paused. */
async function speak({ port, from }, parts, { ms, reads = true }) {
  const socket = net.connect({ port, host: '127.0.0.1', localAddress: from });
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  if (reads) socket.resume();
  for (const part of parts) socket.write(part);
  await Promise.race([closed, sleep(ms)]);
  socket.destroy();
  await closed;
}

/** An HTTP/2 session with these streams on it, for so long. */
async function streams({ port, from }, settings, ms, open) {
  const socket = net.connect({ port, host: '127.0.0.1', localAddress: from });
  const session = http2.connect(`http://127.0.0.1:${port}`, {
    settings,
    createConnection: () => socket,
  });
  session.on('error', () => {});
  const closed = once(session, 'close');
  const request = (method, path, more) => {
    const stream = session.request({
      ':method': method,
      ':path': path,
      authorization: 'Bearer siege',
      ...more,
    });
    stream.on('error', () => {});
    return stream;
  };
  open(request);
  await Promise.race([closed, sleep(ms)]);
  session.destroy();
  await closed;
}

const some = ({ random }) => random.between(200, PATIENCE_MS);

const MISBEHAVIOURS = {
  /** Pipelines calls and leaves. */
  pipeline(to) {
    const calls = Array.from({ length: 8 }, () =>
      head('GET', to.random.pick(['/late', '/stall-head', '/v1/models'])),
    );
    return speak(to, [calls.join('')], { ms: to.random.between(1, 800) });
  },

  /** Does not read what it pipelined, and has no key either. */
  unreadPipeline(to) {
    const calls = 'GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(
      64,
    );
    return speak(to, [calls], { ms: some(to), reads: false });
  },

  shutWindow(to) {
    return streams(to, { initialWindowSize: 0 }, some(to), (request) => {
      for (const path of ['/v1/models', '/large', '/passed'])
        request('GET', path).end();
      request('POST', '/v1/embeddings').end('{"input":["a"],"model":"m"}');
    });
  },

  stalledUpload(to) {
    const path = to.random.pick(['/rerank', '/v1/embeddings', '/upload']);
    const lines = ['Content-Length: 1000000', 'Content-Type: text/plain'];
    return speak(to, [head('POST', path, lines), 'x'], { ms: some(to) });
  },

  async tricklingUpload(to) {
    const path = to.random.pick(['/rerank', '/upload']);
    let timer;
    await streams(to, {}, some(to), (request) => {
      const type = { 'content-type': 'text/plain' };
      const stream = request('POST', path, type);
      timer = setInterval(() => stream.write('x'), 100);
      stream.on('close', () => clearInterval(timer));
    });
    clearInterval(timer);
  },

  leftUpload(to) {
    const lines = ['Transfer-Encoding: chunked', 'Content-Type: text/plain'];
    const parts = [head('POST', '/upload', lines), '5\r\nhello\r\n'];
    return speak(to, parts, { ms: to.random.between(1, 100) });
  },

  unreadAnswer(to) {
    const call = to.random.pick([
      head('GET', '/large'),
      post('/v1/embeddings', LARGE_CALL),
    ]);
    return speak(to, [call], { ms: some(to), reads: false });
  },

  leftAnswer(to) {
    const call = post('/v1/embeddings', LARGE_CALL);
    return speak(to, [call], { ms: to.random.between(1, 400) });
  },

  growingBody(to) {
    const lines = [`Content-Length: ${BOMB.length}`, 'Content-Encoding: gzip'];
    return speak(to, [head('POST', '/rerank', lines), BOMB], { ms: some(to) });
  },

  slowHead(to) {
    return speak(to, ['GET / HTTP/1.1\r\nHost: localhost\r\nX: '], {
      ms: some(to),
    });
  },

  nonsense(to) {
    const parts = [
      'nonsense\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: sk-secret\r\n\r\n',
      head('GET', '/', [`X: ${'x'.repeat(40_000)}`]),
      head('GET', '/', Array(300).fill('X: y')),
      `${head('POST', '/rerank', ['Transfer-Encoding: gzip, chunked'])}0\r\n\r\n`,
      `${head('POST', '/rerank', ['Transfer-Encoding: chunked'])}5\r\nhelloX`,
      head('POST', '/rerank', [
        'Expect: 100-continue',
        'Content-Length: 900000000',
      ]),
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnonsense',
    ];
    return speak(to, [to.random.pick(parts)], { ms: 1000 });
  },

  resetStreams(to) {
    return streams(to, {}, 300, (request) => {
      for (let i = 0; i < 200; i++)
        request('GET', '/late').close(http2.constants.NGHTTP2_CANCEL);
    });
  },

  badUpstream(to) {
    const path = to.random.pick(BAD_PATHS);
    const call = to.random.pick([
      head('GET', path),
      post('/batch', JSON.stringify({ url_path: path, payloads: [1, 2] })),
    ]);
    return speak(to, [call], { ms: some(to) });
  },

  foreignTarget(to) {
    const target = to.random.pick([
      'http://127.0.0.1:22',
      'http://169.254.169.254',
      'http://[::1]:1',
      'http://127.0.0.1:1/admin',
    ]);
    const parts = [head('GET', '/v1/models', [`X-Target-Host: ${target}`])];
    return speak(to, parts, { ms: 500 });
  },

  forgedHeaders(to) {
    const extra = { extra_headers: { 'x-forwarded-for': '6.6.6.6' } };
    const line = `X-Baseten-Request-Preferences: ${JSON.stringify(extra)}`;
    return speak(to, [head('GET', '/v1/models', [line])], { ms: 500 });
  },

  browser(to) {
    const origin = 'Origin: https://evil.example';
    const parts = [
      head('OPTIONS', '/welcoming', [
        origin,
        'Access-Control-Request-Method: POST',
      ]),
      head('GET', '/welcoming', [origin]),
      post('/v1/embeddings', '{"input":"a"}', [
        origin,
        'Content-Type: text/plain',
      ]),
      'GET /v1/models HTTP/1.1\r\nHost: evil.example\r\n\r\n',
    ];
    return speak(to, [to.random.pick(parts)], { ms: 500 });
  },
};

module.exports = { MISBEHAVIOURS };
