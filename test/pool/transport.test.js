'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { native } = require('../../lib/native/binding');
const { connect, rejection } = require('../helpers/client');
const { startProxy } = require('../helpers/proxy');
const { startUpstream } = require('../helpers/upstream');

const H2 = { tls: true, http2: true, server: { allowHTTP1: true } };

const ONCE = { maxRetries: 0 };

/** For a test that would otherwise wait forever. */
const LIMIT = { timeout: 3000 };

const ECHO = ({ json }) => ({ body: json });

function numbers(count) {
  return Array.from({ length: count }, (_, i) => i);
}

function versions(upstream) {
  return [...new Set(upstream.requests.map((one) => one.httpVersion))];
}

/** A call that the upstream has received, and what aborts it. */
async function startHanging(client, upstream) {
  const controller = new AbortController();
  const { signal } = controller;
  const call = rejection(client.batchPost('/x', [1], { signal }));
  await upstream.until((now) => now.requests.length === 1);
  return { controller, call };
}

describe('HTTP/1.1', () => {
  it('keeps a connection for the next call', async (t) => {
    const upstream = await startUpstream(t, ECHO);
    const client = connect(t, upstream.url);

    for (let i = 0; i < 5; i++) await client.batchPost('/x', [i]);

    assert.equal(upstream.connections, 1);
    assert.deepEqual(versions(upstream), ['1.1']);
  });

  it('opens no more connections than requests are allowed', async (t) => {
    const upstream = await startUpstream(t, ECHO);
    const client = connect(t, upstream.url);
    const payloads = numbers(200);

    const { data } = await client.batchPost('/x', payloads, {
      maxConcurrentRequests: 4,
    });

    assert.deepEqual(data, payloads);
    assert.ok(upstream.connections <= 4, `${upstream.connections}`);
  });

  it('has as many requests under way as allowed', async (t) => {
    const upstream = await startUpstream(t, async () => {
      await upstream.until((now) => now.requests.length >= 32);
      return { body: 1 };
    });
    const client = connect(t, upstream.url);

    await client.batchPost('/x', numbers(32), { maxConcurrentRequests: 32 });

    assert.equal(upstream.connections, 32);
  });

  it('goes on when the server closes each connection', async (t) => {
    const upstream = await startUpstream(t, ({ json }) => ({
      headers: { connection: 'close' },
      body: json,
    }));
    const client = connect(t, upstream.url);

    const { data } = await client.batchPost('/x', numbers(50), {
      maxConcurrentRequests: 8,
      ...ONCE,
    });

    assert.deepEqual(data, numbers(50));
    assert.equal(upstream.connections, 50);
  });

  it('is what httpVersion 1 means to a server that can do more', async (t) => {
    const upstream = await startUpstream(t, ECHO, H2);
    const client = connect(t, upstream.url, { ca: upstream.ca });

    await client.batchPost('/x', [1], ONCE);

    assert.deepEqual(versions(upstream), ['1.1']);
  });
});

describe('maxInFlight', () => {
  it('holds over all calls of a pool, and all of them end', async (t) => {
    let running = 0;
    let most = 0;
    const upstream = await startUpstream(t, async ({ json }) => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      return { body: json };
    });
    const client = connect(t, upstream.url, { maxInFlight: 3 });

    const calls = await Promise.all(
      numbers(10).map(() => client.batchPost('/x', numbers(20))),
    );

    for (const { data } of calls) assert.deepEqual(data, numbers(20));
    assert.equal(most, 3);
  });
});

describe('publicOnly', () => {
  const refused = {
    name: 'ConnectionError',
    code: 'CONNECTION_ERROR',
    attempts: 1,
    message: /^the host is not a public one: POST \/x/,
  };

  for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]'])
    it(`connects to nothing at ${host}`, async (t) => {
      const upstream = await startUpstream(t, ECHO);
      const { port } = new URL(upstream.url);
      const url = `http://${host}:${port}`;
      const client = connect(t, url, { publicOnly: true });

      await assert.rejects(client.batchPost('/x', [1]), refused);

      assert.equal(upstream.connections, 0);
    });

  it('holds for TLS and HTTP/2, too', async (t) => {
    const upstream = await startUpstream(t, ECHO, H2);
    const client = connect(t, upstream.url, {
      ca: upstream.ca,
      httpVersion: 2,
      publicOnly: true,
    });

    await assert.rejects(client.batchPost('/x', [1]), refused);

    assert.equal(upstream.connections, 0);
  });

  it('leaves it to a proxy what the proxy reaches', async (t) => {
    const proxy = await startProxy(t);
    const client = connect(t, 'http://127.0.0.1:9', {
      publicOnly: true,
      proxy: proxy.url,
    });

    const { data } = await client.batchPost('/x', [1]);

    assert.deepEqual(data, ['proxied']);
    assert.equal(proxy.requests.length, 1);
  });
});

describe('HTTP/2', () => {
  it('shares a connection over cleartext where libcurl can', async (t) => {
    const [major, minor] = native().info().libcurl.split('.').map(Number);
    const isShared = major > 8 || (major === 8 && minor >= 22);
    const upstream = await startUpstream(t, ECHO, { http2: true });
    const client = connect(t, upstream.url, { httpVersion: 2 });

    const { data } = await client.batchPost('/x', numbers(120), {
      maxConcurrentRequests: 40,
    });

    assert.equal(data.length, 120);
    if (isShared) assert.ok(upstream.connections <= 2, upstream.connections);
  });

  it('is agreed upon over TLS, many requests on one connection', async (t) => {
    const upstream = await startUpstream(
      t,
      async ({ json }) => {
        await upstream.until((now) => now.requests.length >= 50);
        return { body: json };
      },
      H2,
    );
    const client = connect(t, upstream.url, {
      ca: upstream.ca,
      httpVersion: 2,
    });

    const { data } = await client.batchPost('/x', numbers(50), ONCE);

    assert.deepEqual(data, numbers(50));
    assert.deepEqual(versions(upstream), ['2.0']);
    assert.equal(upstream.connections, 1);
  });

  it('falls back to HTTP/1.1 where the server knows no other', async (t) => {
    const upstream = await startUpstream(t, ECHO, { tls: true });
    const client = connect(t, upstream.url, {
      ca: upstream.ca,
      httpVersion: 2,
    });

    const { data } = await client.batchPost('/x', numbers(20), ONCE);

    assert.deepEqual(data, numbers(20));
    assert.deepEqual(versions(upstream), ['1.1']);
  });

  it('is left alone over cleartext where it must be agreed upon', async (t) => {
    const upstream = await startUpstream(t, ECHO);
    const client = connect(t, upstream.url, {
      httpVersion: 2,
      cleartextHttp2: false,
    });

    const { data } = await client.batchPost('/x', numbers(20), ONCE);

    assert.deepEqual(data, numbers(20));
    assert.deepEqual(versions(upstream), ['1.1']);
  });

  it('needs no agreement over cleartext', async (t) => {
    const upstream = await startUpstream(t, ECHO, { http2: true });
    const client = connect(t, upstream.url, { httpVersion: 2 });
    const payloads = numbers(200);

    const { data } = await client.batchPost('/x', payloads, {
      maxConcurrentRequests: 16,
      ...ONCE,
    });
    const again = await client.batchPost('/x', payloads, ONCE);

    assert.deepEqual(data, payloads);
    assert.deepEqual(again.data, payloads);
    assert.deepEqual(versions(upstream), ['2.0']);
  });

  it('goes on for others when one call is cancelled', async (t) => {
    let release;
    const released = new Promise((resolve) => {
      release = resolve;
    });
    const upstream = await startUpstream(
      t,
      async ({ json }) => {
        await released;
        return { body: json };
      },
      H2,
    );
    const { ca } = upstream;
    const client = connect(t, upstream.url, { ca, httpVersion: 2 });
    const { controller, call } = await startHanging(client, upstream);
    const other = client.batchPost('/x', [2], ONCE);
    await upstream.until((now) => now.requests.length === 2);

    controller.abort();
    assert.equal((await call).code, 'CANCELLED');
    release();

    assert.deepEqual((await other).data, [2]);
    assert.equal(upstream.connections, 1);
  });

  it('tells the server of a cancelled stream', LIMIT, async (t) => {
    const upstream = await startUpstream(t, () => ({ hang: true }), H2);
    const { ca } = upstream;
    const client = connect(t, upstream.url, { ca, httpVersion: 2 });
    const { controller, call } = await startHanging(client, upstream);

    controller.abort();

    assert.equal((await call).code, 'CANCELLED');
    await upstream.until((now) => now.requests[0].aborted);
  });
});
