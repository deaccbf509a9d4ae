'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { once } = require('node:events');
const http2 = require('node:http2');
const net = require('node:net');

const {
  ask,
  askHttp2,
  bodyOf,
  sendRaw,
  startProxy,
} = require('../helpers/reverse-proxy');

/** Of a test that would wait for ever if the proxy did. */
const LIMITED = { timeout: 20_000 };

function connect(t, { port }) {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  return socket;
}

describe('limits', LIMITED, () => {
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

  it('may be wide, and still no header is dropped', async (t) => {
    const proxy = await startProxy(t, {
      flags: ['--max-headers', '2000', '--max-header-bytes', '65536'],
      handlers: {
        other: (exchange) => {
          const names = Object.keys(exchange.request.headers);
          const own = names.filter((name) => name.startsWith('x-'));
          exchange.replyJson(200, own.length);
        },
      },
    });

    const answer = await ask(proxy, { headers: headers(1900) });

    assert.equal(answer.json, 1900);
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
    held.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');
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
      'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n',
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

describe('a caller that', LIMITED, () => {
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

    socket.write('POST /rerank HTTP/1.1\r\nHost: localhost\r\n\r\n');
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

    socket.write('POST /rerank HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const line = await proxy.line(({ msg }) => msg === 'request');

    assert.equal(line.status, 499);
  });
});
