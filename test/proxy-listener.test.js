'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { once } = require('node:events');
const fs = require('node:fs');
const http2 = require('node:http2');
const https = require('node:https');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');

const { makeCertificate } = require('./helpers/certificate');
const {
  ask,
  askHttp2,
  bodyOf,
  sendRaw,
  startProxy,
} = require('./helpers/reverse-proxy');

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

const EMPTY_SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);

function connect(t, { port }) {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  return socket;
}

/** Sends the parts one by one, each when the one before has left. */
async function sendSlowly(socket, parts) {
  socket.setNoDelay(true);
  for (const part of parts)
    await new Promise((resolve) =>
      socket.write(part, () => setImmediate(resolve)),
    );
}

describe('one port', () => {
  it('speaks HTTP/1.1 and cleartext HTTP/2', async (t) => {
    const proxy = await startProxy(t);

    const one = await ask(proxy, { path: '/livez' });
    const two = await askHttp2(proxy, { path: '/livez' });

    assert.deepEqual(one.json, { status: 'alive' });
    assert.deepEqual(two.json, { status: 'alive' });
    assert.equal(two.headers.connection, undefined);
    assert.equal(proxy.exchanges[1].caller, '127.0.0.1');
  });

  it('tells them apart when the bytes come one by one', async (t) => {
    const proxy = await startProxy(t);
    const one = connect(t, proxy);
    const two = connect(t, proxy);
    const request = 'PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

    await sendSlowly(one, request);
    await sendSlowly(two, [...PREFACE, EMPTY_SETTINGS]);
    const [first] = await once(one, 'data');
    const [frame] = await once(two, 'data');

    assert.match(first.toString('latin1'), /^HTTP\/1\.1 200 OK\r\n/);
    assert.equal(frame[3], 4, 'the first frame is SETTINGS');
  });

  it('serves many requests of one connection', async (t) => {
    const proxy = await startProxy(t);
    const session = http2.connect(proxy.url);
    t.after(() => session.destroy());

    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, i) =>
        askHttp2(proxy, {
          session,
          method: 'POST',
          path: '/rerank',
          body: `${i}`,
        }),
      ),
    );

    assert.deepEqual(
      answers.map(({ text }) => text),
      Array.from({ length: 300 }, (_, i) => `${i}`),
    );
  });

  it('speaks both over TLS, as the caller prefers', async (t) => {
    const { cert, key } = makeCertificate();
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxy-tls-'));
    t.after(() => fs.rmSync(folder, { recursive: true }));
    fs.writeFileSync(path.join(folder, 'cert'), cert);
    fs.writeFileSync(path.join(folder, 'key'), key);
    const proxy = await startProxy(t, {
      flags: [
        ...['--tls-cert', path.join(folder, 'cert')],
        ...['--tls-key', path.join(folder, 'key')],
      ],
    });

    const two = await askHttp2(proxy, { path: '/livez', ca: cert });
    const request = https.get(`${proxy.url}/livez`, { ca: cert, agent: false });
    const [one] = await once(request, 'response');
    one.resume();

    assert.deepEqual(two.json, { status: 'alive' });
    assert.equal(one.statusCode, 200);
    assert.equal(one.httpVersion, '1.1');
    assert.equal(proxy.exchanges[0].request.httpVersion, '2.0');
  });

  it('that is taken is told', async (t) => {
    const { port } = await startProxy(t);
    const other = startProxy(t, { flags: ['--port', `${port}`] });

    await assert.rejects(other, { code: 'EADDRINUSE' });
  });
});

describe('what is no request', () => {
  const cases = [
    ['nonsense', 'nonsense\r\n\r\n', 400],
    [
      'a length beside chunks',
      'Content-Length: 3\r\nTransfer-Encoding: chunked',
      400,
    ],
    ['two lengths', 'Content-Length: 3\r\nContent-Length: 4', 400],
    ['a header without a name', ': x', 400],
    ['a folded header', 'a: b\r\n c', 200],
    ['a head that is too large', `a: ${'x'.repeat(20_000)}`, 431],
  ];
  for (const [name, text, status] of cases.filter(([, , code]) => code >= 400))
    it(`(${name}) is answered with ${status} in the shape of our errors`, async (t) => {
      const proxy = await startProxy(t);
      const head = text.endsWith('\r\n\r\n')
        ? text
        : `POST / HTTP/1.1\r\nHost: a\r\n${text}\r\n\r\n`;

      const answer = await sendRaw(proxy, head);
      const line = await proxy.line(({ msg }) => msg === 'request');

      assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
      assert.deepEqual(Object.keys(bodyOf(answer)), [
        'error',
        'path',
        'method',
        'code',
        'request_id',
      ]);
      assert.equal(line.status, status);
      assert.equal(line.request_id, bodyOf(answer).request_id);
    });

  it('for want of a host is answered with 400', async (t) => {
    const proxy = await startProxy(t);

    const answer = await sendRaw(
      proxy,
      'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n',
    );
    const old = await sendRaw(proxy, 'GET /livez HTTP/1.0\r\n\r\n');

    assert.match(answer, /^HTTP\/1\.1 400 /);
    assert.match(bodyOf(answer).error, /Host/);
    assert.match(old, /^HTTP\/1\.1 200 /);
  });

  it('because it never ends is answered with 408', async (t) => {
    const proxy = await startProxy(t, { flags: ['--header-timeout-s', '0.1'] });

    const answer = await sendRaw(proxy, 'GET / HTTP/1.1\r\nHost: a\r\nX: ');

    assert.match(answer, /^HTTP\/1\.1 408 /);
    assert.equal(bodyOf(answer).code, 'REQUEST_TIMEOUT');
  });

  it('because nothing comes at all is hung up on', async (t) => {
    const proxy = await startProxy(t, { flags: ['--header-timeout-s', '0.1'] });

    assert.equal(await sendRaw(proxy), '');
    assert.equal(await sendRaw(proxy, 'P'), '');
  });
});

describe('limits', () => {
  const headers = (count) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`x-${i}`, '']));

  it('hold for the number of headers, none of which is dropped', async (t) => {
    const proxy = await startProxy(t, { flags: ['--max-headers', '20'] });

    const few = await ask(proxy, { path: '/livez', headers: headers(10) });
    const many = await ask(proxy, { path: '/livez', headers: headers(21) });

    assert.equal(few.status, 200);
    assert.equal(many.status, 431);
    assert.equal(many.json.code, 'TOO_MANY_HEADERS');
  });

  it('hold for headers over HTTP/2, and the session goes on', async (t) => {
    const proxy = await startProxy(t, { flags: ['--max-headers', '20'] });
    const session = http2.connect(proxy.url);
    t.after(() => session.destroy());

    const many = await askHttp2(proxy, { session, headers: headers(22) });
    await assert.rejects(askHttp2(proxy, { session, headers: headers(60) }));
    const next = await askHttp2(proxy, { session, path: '/livez' });

    assert.equal(many.status, 431);
    assert.equal(next.status, 200);
  });

  it('hold for connections', async (t) => {
    const proxy = await startProxy(t, { flags: ['--max-connections', '1'] });
    const held = connect(t, proxy);
    held.write('GET /livez HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(held, 'data');

    const answer = await sendRaw(proxy);
    held.destroy();
    const line = await proxy.line(({ status }) => status === 503);

    assert.match(answer, /^HTTP\/1\.1 503 /);
    assert.match(answer, /^retry-after: 1\r$/m);
    assert.equal(bodyOf(answer).code, 'TOO_MANY_CONNECTIONS');
    assert.equal(line.request_id, bodyOf(answer).request_id);
  });

  it('hold for calls, not for those who watch', async (t) => {
    const waiting = [];
    const proxy = await startProxy(t, {
      flags: ['--max-in-flight', '1', '--max-queue', '1'],
      handlers: { rerank: (exchange) => waiting.push(exchange) },
    });
    const call = () => ask(proxy, { method: 'POST', path: '/rerank' });

    const held = [call(), call()];
    while (waiting.length < 2) await ask(proxy, { path: '/livez' });
    const refused = await call();
    const watching = await ask(proxy, { path: '/metrics' });
    for (const exchange of waiting.splice(0)) exchange.reply(200, {});
    const answers = await Promise.all(held);

    assert.equal(refused.status, 503);
    assert.equal(refused.json.code, 'OVERLOADED');
    assert.equal(refused.headers['retry-after'], '1');
    assert.equal(watching.status, 200);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200],
    );
    assert.equal(proxy.admission.calls, 0);
  });

  it('end a connection that is idle for too long', async (t) => {
    const proxy = await startProxy(t, { flags: ['--idle-timeout-s', '0.1'] });
    const session = http2.connect(proxy.url);
    await askHttp2(proxy, { session, path: '/livez' });

    const answer = await sendRaw(
      proxy,
      'GET /livez HTTP/1.1\r\nHost: a\r\n\r\n',
    );
    if (!session.destroyed) await once(session, 'close');

    assert.match(answer, /^HTTP\/1\.1 200 /);
    assert.ok(session.destroyed);
  });

  it('do not end a session whose call takes long', async (t) => {
    const proxy = await startProxy(t, {
      flags: ['--idle-timeout-s', '0.1'],
      handlers: {
        rerank: (exchange) =>
          setTimeout(() => exchange.reply(200, {}, 'late'), 350),
      },
    });

    const answer = await askHttp2(proxy, { method: 'POST', path: '/rerank' });

    assert.equal(answer.text, 'late');
  });
});

describe('a caller that', () => {
  it('resets thousands of streams does not keep others waiting', async (t) => {
    const left = { count: 0 };
    const proxy = await startProxy(t, {
      handlers: {
        rerank: (exchange) =>
          exchange.signal.addEventListener('abort', () => (left.count += 1)),
      },
    });
    const session = http2.connect(proxy.url);
    session.on('error', () => {});
    t.after(() => session.destroy());

    for (let i = 0; i < 3000 && !session.destroyed; i++) {
      const stream = session.request({ ':method': 'POST', ':path': '/rerank' });
      stream.on('error', () => {});
      stream.close(http2.constants.NGHTTP2_CANCEL);
    }
    const other = await ask(proxy, { path: '/livez' });
    session.destroy();
    while (proxy.admission.calls > 0) await ask(proxy, { path: '/livez' });

    assert.equal(other.status, 200);
    assert.equal(proxy.admission.calls, 0);
    const calls = proxy.exchanges.filter(({ route }) => route === 'rerank');
    assert.equal(left.count, calls.length);
    assert.ok(calls.every(({ status }) => status === 499));
  });

  it('leaves is told to its handler, over either version', async (t) => {
    const signals = [];
    const proxy = await startProxy(t, {
      handlers: { rerank: ({ signal }) => signals.push(signal) },
    });
    const socket = connect(t, proxy);
    const session = http2.connect(proxy.url);
    session.on('error', () => {});

    socket.write('POST /rerank HTTP/1.1\r\nHost: a\r\n\r\n');
    const stream = session.request({ ':method': 'POST', ':path': '/rerank' });
    stream.on('error', () => {});
    while (signals.length < 2) await ask(proxy, { path: '/livez' });
    const aborted = signals.map(
      (signal) => signal.aborted || once(signal, 'abort'),
    );
    socket.destroy();
    stream.close(http2.constants.NGHTTP2_CANCEL);
    await Promise.all(aborted);
    session.destroy();

    await proxy.line(
      ({ path: at, status }) => at === '/rerank' && status === 499,
    );
    assert.equal(proxy.admission.calls, 0);
  });

  it('does not read its answer is let go', async (t) => {
    const proxy = await startProxy(t, {
      flags: ['--idle-timeout-s', '0.1'],
      handlers: {
        rerank: async (exchange) =>
          exchange.reply(200, {}, Buffer.alloc(64 * 1024 * 1024)),
      },
    });
    const socket = connect(t, proxy);
    socket.pause();

    socket.write('POST /rerank HTTP/1.1\r\nHost: a\r\n\r\n');
    const line = await proxy.line(({ msg }) => msg === 'request');

    assert.equal(line.status, 499);
  });
});
