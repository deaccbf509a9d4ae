'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { once } = require('node:events');
const http = require('node:http');
const http2 = require('node:http2');
const net = require('node:net');

const { ask, askHttp2, startProxy } = require('../helpers/reverse-proxy');

/** Whoever waits for the end of that has not ended by itself. */
const PATIENT = ['--drain-s', '600'];

/** A proxy with a call in progress, and the means to end it. */
async function startBusy(t, flags = []) {
  let entered;
  const isEntered = new Promise((resolve) => (entered = resolve));
  const proxy = await startProxy(t, {
    flags,
    handlers: { rerank: (exchange) => entered(exchange) },
  });
  const agent = new http.Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const call = ask(proxy, { method: 'POST', path: '/rerank', agent });
  return { proxy, agent, call, exchange: await isEntered };
}

describe('a proxy that drains', { timeout: 20_000 }, () => {
  it('is alive but not ready, and still answers for a while', async (t) => {
    const flags = ['--drain-delay-s', '600'];
    const { proxy, call, exchange } = await startBusy(t, flags);

    const drained = proxy.proxy.drain();
    const ready = await ask(proxy, { path: '/readyz' });
    const alive = await ask(proxy, { path: '/livez' });
    const health = await ask(proxy, { path: '/health' });
    const other = await ask(proxy, { method: 'POST', body: 'x' });
    exchange.reply(200, {}, 'done');
    await call;
    await proxy.proxy.close();
    await drained;

    assert.equal(ready.status, 503);
    assert.deepEqual(ready.json, { status: 'draining' });
    assert.equal(alive.status, 200);
    assert.equal(health.status, 200);
    assert.equal(other.text, 'x');
  });

  it('takes no connection, but ends what it has begun', async (t) => {
    const { proxy, call, exchange } = await startBusy(t);

    const drained = proxy.proxy.drain();
    await assert.rejects(ask(proxy, { path: '/livez' }), {
      code: 'ECONNREFUSED',
    });
    exchange.reply(200, {}, 'done');
    const answer = await call;
    await drained;

    assert.equal(answer.text, 'done');
    assert.equal(answer.headers.connection, 'close');
  });

  it('does not wait for idle connections', async (t) => {
    const proxy = await startProxy(t, { flags: PATIENT });
    const agent = new http.Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    const session = http2.connect(proxy.url);
    t.after(() => session.destroy());
    await ask(proxy, { path: '/livez', agent });
    await askHttp2(proxy, { path: '/livez', session });

    await proxy.proxy.drain();

    await assert.rejects(ask(proxy), { code: 'ECONNREFUSED' });
  });

  it('tells HTTP/2 callers to go, and answers their last call', async (t) => {
    let entered;
    const isEntered = new Promise((resolve) => (entered = resolve));
    const proxy = await startProxy(t, {
      handlers: { rerank: (exchange) => entered(exchange) },
    });
    const session = http2.connect(proxy.url);
    t.after(() => session.destroy());
    const isToldToGo = new Promise((resolve) => session.on('goaway', resolve));
    const call = askHttp2(proxy, { session, method: 'POST', path: '/rerank' });
    const exchange = await isEntered;

    const drained = proxy.proxy.drain();
    const code = await isToldToGo;
    exchange.reply(200, {}, 'done');
    const answer = await call;
    await drained;

    assert.equal(code, http2.constants.NGHTTP2_NO_ERROR);
    assert.equal(answer.text, 'done');
  });

  it('closes a connection whose answer began before', async (t) => {
    const { proxy, call, exchange } = await startBusy(t, PATIENT);
    exchange.writeHead(200, {});
    exchange.response.write('first ');

    const drained = proxy.proxy.drain();
    await assert.rejects(ask(proxy), { code: 'ECONNREFUSED' });
    exchange.response.end('last');
    const answer = await call;
    await drained;

    assert.equal(answer.text, 'first last');
    assert.equal(answer.headers.connection, 'keep-alive');
  });

  it('cuts off no answer that is still on its way', async (t) => {
    const size = 32 * 1024 * 1024;
    const { proxy, call, exchange } = await startBusy(t, PATIENT);

    exchange.reply(200, {}, Buffer.alloc(size, 'x'));
    await proxy.proxy.drain();

    assert.equal((await call).text.length, size);
  });

  it('does not wait for a connection that has said nothing', async (t) => {
    const flags = [...PATIENT, '--header-timeout-s', '600'];
    const proxy = await startProxy(t, { flags });
    const socket = net.connect(proxy.port, '127.0.0.1');
    const closed = once(socket, 'close');
    await ask(proxy, { path: '/livez' });

    await proxy.proxy.drain();

    await closed;
  });

  it('breaks off what takes longer than it may', async (t) => {
    const { proxy, call, exchange } = await startBusy(t, ['--drain-s', '0.1']);
    const isAborted = new Promise((resolve) =>
      exchange.signal.addEventListener('abort', resolve),
    );

    const drained = proxy.proxy.drain();

    await assert.rejects(call, { code: 'ECONNRESET' });
    await drained;
    await isAborted;
    assert.equal(exchange.status, 499);
  });

  it('breaks off everything when it is told to hurry', async (t) => {
    const flags = ['--drain-delay-s', '600', '--drain-s', '600'];
    const { proxy, call } = await startBusy(t, flags);

    const drained = proxy.proxy.drain();
    await Promise.all([
      proxy.proxy.close(),
      assert.rejects(call, { code: 'ECONNRESET' }),
    ]);
    await drained;

    await assert.rejects(ask(proxy), { code: 'ECONNREFUSED' });
  });
});
