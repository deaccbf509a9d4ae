'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { once } = require('node:events');
const http = require('node:http');
const http2 = require('node:http2');

const { startForwardingProxy } = require('../helpers/forwarding-proxy');
const { prefer } = require('../helpers/proxied-model');
const { startUpstream } = require('../../../test/helpers/upstream');

/** A proxy before an upstream that answers by the script. */
async function start(t, script, flags = []) {
  const upstream = await startUpstream(t, script);
  const target = ['--target-url', upstream.url];
  const proxy = await startForwardingProxy(t, [...target, ...flags]);
  return { upstream, proxy };
}

/** A server on 127.0.0.1 that answers as `listener` likes. */
async function startServer(t, listener) {
  const server = http.createServer(listener);
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${server.address().port}`;
}

/** Writes `count` pieces, `everyMs` after each other, and ends if it may. */
function drip(response, { count, everyMs, end = true }) {
  let left = count;
  response.writeHead(200);
  const timer = setInterval(() => {
    response.write('piece ');
    if (--left > 0) return;
    clearInterval(timer);
    if (end) response.end();
  }, everyMs);
  response.on('close', () => clearInterval(timer));
}

describe('the wait for an answer that passes', () => {
  it('ends when the upstream falls silent in its middle', async (t) => {
    const { upstream, proxy } = await start(t, [
      { body: 'x'.repeat(5000), cut: 1000, hang: true },
    ]);
    const headers = prefer({ timeout_s: 0.2 });

    await assert.rejects(proxy.ask('GET', '/a', { headers }), {
      code: 'ECONNRESET',
    });
    await upstream.until((one) => one.openConnections === 0);

    const { status, code } = JSON.parse(proxy.log);
    assert.equal(`${status} ${code}`, '200 TIMEOUT');
  });

  it('goes on as long as something arrives', async (t) => {
    const url = await startServer(t, (request, response) =>
      drip(response, { count: 8, everyMs: 100 }),
    );
    const proxy = await startForwardingProxy(t, ['--target-url', url]);
    const headers = prefer({ timeout_s: 0.4 });

    const { text } = await proxy.ask('GET', '/a', { headers });

    assert.equal(text, 'piece '.repeat(8));
  });

  it('ends with the total timeout, whatever arrives', async (t) => {
    const url = await startServer(t, (request, response) =>
      request.url === '/silent'
        ? undefined
        : drip(response, { count: 100, everyMs: 50 }),
    );
    const proxy = await startForwardingProxy(t, ['--target-url', url]);
    const headers = prefer({ timeout_s: 0.3, total_timeout_s: 0.3 });

    await assert.rejects(proxy.ask('GET', '/a', { headers }), {
      code: 'ECONNRESET',
    });
    const { status } = await proxy.ask('GET', '/silent', { headers });

    assert.equal(status, 504);
    assert.equal(JSON.parse(proxy.log.split('\n')[0]).code, 'TIMEOUT');
  });

  it('ends with a reader who takes nothing of its last bytes', async (t) => {
    const flags = ['--idle-timeout-s', '0.2'];
    const { proxy } = await start(t, () => ({ body: 'short' }), flags);
    const session = http2.connect(proxy.url, {
      settings: { initialWindowSize: 0 },
    });
    t.after(() => session.destroy());

    const stream = session.request({
      ':path': '/a',
      authorization: 'Bearer k',
    });

    await assert.rejects(stream.toArray(), /NGHTTP2_INTERNAL_ERROR/);
  });
});

describe('the wait for a body that passes', () => {
  it('ends in time over HTTP/2, too, however it drips', async (t) => {
    const url = await startServer(t, (request, response) =>
      request.resume().on('end', () => response.end()),
    );
    const proxy = await startForwardingProxy(t, [
      ...['--target-url', url, '--body-timeout-s', '0.5'],
    ]);
    const session = http2.connect(proxy.url);
    t.after(() => session.destroy());
    const stream = session.request({
      ':method': 'POST',
      ':path': '/upload',
      'content-type': 'text/plain',
      authorization: 'Bearer k',
    });
    const timer = setInterval(() => stream.write('drop'), 50);
    t.after(() => clearInterval(timer));
    stream.on('error', () => {});

    const [headers] = await once(stream, 'response');

    assert.equal(headers[':status'], 408);
  });
});

describe('a connection that is lost before the answer', () => {
  /** A server that closes a connection at its second request. */
  async function startClosing(t) {
    const asked = [];
    const url = await startServer(t, (request, response) => {
      const { socket } = request;
      asked.push(request.method);
      socket.asked = (socket.asked ?? 0) + 1;
      if (socket.asked > 1) socket.destroy();
      else request.resume().on('end', () => response.end('fine'));
    });
    const proxy = await startForwardingProxy(t, ['--target-url', url]);
    await proxy.ask('GET', '/first');
    asked.length = 0;
    return { asked, proxy };
  }

  it('is replaced for a request that may be sent twice', async (t) => {
    const { asked, proxy } = await startClosing(t);

    const { status, text } = await proxy.ask('PUT', '/a', { body: '{}' });

    assert.equal(`${status} ${text}`, '200 fine');
    assert.deepEqual(asked, ['PUT', 'PUT']);
  });

  it('is replaced for any whole one where it had been used before', async (t) => {
    const { asked, proxy } = await startClosing(t);

    const { status, text } = await proxy.ask('POST', '/a', { body: '{}' });

    assert.equal(`${status} ${text}`, '200 fine');
    assert.deepEqual(asked, ['POST', 'POST']);
  });

  it('is told to the caller of a POST that it was made for', async (t) => {
    const { upstream, proxy } = await start(t, () => ({ reset: true }));

    const { status } = await proxy.ask('POST', '/a', { body: '{}' });

    assert.equal(status, 502);
    assert.equal(upstream.requests.length, 1);
  });

  it('is told to the caller of a body that went by', async (t) => {
    const { asked, proxy } = await startClosing(t);

    const { status } = await proxy.ask('POST', '/a', {
      body: 'x',
      headers: { 'content-type': 'text/plain' },
    });

    assert.equal(status, 502);
    assert.deepEqual(asked, ['POST']);
  });

  it('is replaced once', async (t) => {
    const { upstream, proxy } = await start(t, () => ({ reset: true }));

    const { status } = await proxy.ask('GET', '/a');

    assert.equal(status, 502);
    assert.equal(upstream.requests.length, 2);
  });
});
