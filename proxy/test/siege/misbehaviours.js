'use strict';

/*
 * What callers and browsers do wrong, and which paths lead to an upstream that
 * does: each takes { port, random, from } and settles when it has let go, or
 * rejects when it was let in where it must be refused. None lasts longer than
 * the PATIENCE_MS of a misbehaving caller.
 */

const assert = require('node:assert/strict');
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

/**
 * A connection on which the caller writes, and reads unless it is paused;
 * settles with the beginning of what it read.
 */
async function speak({ port, from }, parts, { ms, reads = true }) {
  const socket = net.connect({ port, host: '127.0.0.1', localAddress: from });
  let answer = '';
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  if (reads)
    socket.on('data', (chunk) => {
      if (answer.length < 1000) answer += chunk.toString('latin1');
    });
  for (const part of parts) socket.write(part);
  await Promise.race([closed, sleep(ms)]);
  socket.destroy();
  await closed;
  return answer;
}

/** One of these requests, each with the code that it must be refused by. */
async function beRefused(to, requests) {
  const [request, code] = to.random.pick(requests);
  const answer = await speak(to, [request], { ms: 500 });
  // Where all places are taken nobody looks any closer.
  if (answer === '' || /"code":"(?:OVERLOADED|TOO_MANY_\w+)"/.test(answer))
    return;
  assert.ok(
    answer.includes(`"code":"${code}"`),
    `${code} was not said to ${request}\n${answer}`,
  );
}

/** An HTTP/2 session with these streams on it, for so long. */
async function streams({ port, from }, settings, ms, open) {
  const socket = net.connect({ port, host: '127.0.0.1', localAddress: from });
  const session = http2.connect(`http://127.0.0.1:${port}`, {
    settings,
    createConnection: () => socket,
  });
  session.on('error', () => {}); // such as "enhance your calm"
  const closed = new Promise((resolve) => session.once('close', resolve));
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
    const targets = [
      'http://127.0.0.1:22',
      'http://169.254.169.254',
      'http://168.63.129.16',
      'http://[::1]:1',
      'http://[64:ff9b::7f00:1]',
      'http://127.0.0.1:1/admin',
      'https://example.com:25',
    ];
    const calls = targets.flatMap((target) => [
      head('GET', '/v1/models', [`X-Target-Host: ${target}`]),
      post('/v1/embeddings', '{"input":"a"}', [
        `X-Baseten-Request-Preferences: {"target_host":"${target}"}`,
      ]),
    ]);
    return beRefused(
      to,
      calls.map((call) => [call, 'TARGET_FORBIDDEN']),
    );
  },

  forgedHeaders(to) {
    const names = [
      'x-forwarded-for',
      'forwarded',
      'via',
      'host',
      'authorization',
      'x-request-id',
    ];
    return beRefused(
      to,
      names.map((name) => {
        const extra = { extra_headers: { [name]: '6.6.6.6' } };
        const line = `X-Baseten-Request-Preferences: ${JSON.stringify(extra)}`;
        return [head('GET', '/v1/models', [line]), 'INVALID_PREFERENCES'];
      }),
    );
  },

  browser(to) {
    const origin = 'Origin: https://evil.example';
    const asks = 'Access-Control-Request-Method: POST';
    return beRefused(to, [
      [head('OPTIONS', '/welcoming', [origin, asks]), 'ORIGIN_FORBIDDEN'],
      [head('GET', '/welcoming', [origin]), 'ORIGIN_FORBIDDEN'],
      [
        post('/v1/embeddings', '{"input":"a"}', [
          origin,
          'Content-Type: text/plain',
        ]),
        'ORIGIN_FORBIDDEN',
      ],
      [
        'GET /v1/models HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer x\r\n\r\n',
        'HOST_FORBIDDEN',
      ],
    ]);
  },

  /** What an upstream lets pages read is not passed on. */
  async welcome(to) {
    const answer = await speak(to, [head('GET', '/welcoming')], { ms: 500 });
    assert.doesNotMatch(answer, /access-control/i);
  },

  /** Leads out of the target's path. */
  strayPath(to) {
    const paths = ['/a/../b', '/a/%2e%2e/b', '/..;x=1/b', '/a\\..\\b'];
    return beRefused(
      to,
      paths.map((path) => [head('GET', path), 'INVALID_PATH']),
    );
  },
};

module.exports = { MISBEHAVIOURS };
