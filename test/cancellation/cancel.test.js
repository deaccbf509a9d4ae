'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { getEventListeners } = require('node:events');

const { CancellationToken } = require('../..');
const { connect, rejection } = require('../helpers/client');
const { startSilentServer } = require('../helpers/silent-server');
const { startUpstream } = require('../helpers/upstream');

/** Both ways to cancel: what goes into the options, and what pulls it. */
const WAYS = {
  'a CancellationToken': () => {
    const cancelToken = new CancellationToken();
    return { options: { cancelToken }, cancel: () => cancelToken.cancel() };
  },
  'an AbortSignal': () => {
    const controller = new AbortController();
    return {
      options: { signal: controller.signal },
      cancel: () => controller.abort(),
    };
  },
};

function assertCancelled(error, { signal } = {}) {
  assert.equal(error.code, 'CANCELLED');
  assert.equal(error.name, signal ? 'AbortError' : 'CancelledError');
  assert.equal(error.cause, signal?.reason);
  assert.match(error.message, /cancelled/);
}

for (const [name, makeWay] of Object.entries(WAYS))
  describe(`${name} ends a call`, () => {
    it('before it begins, so that nothing is sent', async (t) => {
      const upstream = await startUpstream(t, () => ({ body: 1 }));
      const client = connect(t, upstream.url);
      const { options, cancel } = makeWay();
      cancel();

      const error = await rejection(client.batchPost('/x', [{}], options));

      assertCancelled(error, options);
      assert.equal(upstream.connections, 0);
    });

    it('right after it began', async (t) => {
      const upstream = await startUpstream(t, () => ({ hang: true }));
      const client = connect(t, upstream.url);
      const { options, cancel } = makeWay();

      const call = client.batchPost('/x', [{}], options);
      cancel();

      assertCancelled(await rejection(call), options);
    });

    it('while it connects', async (t) => {
      const server = await startSilentServer(t);
      const client = connect(t, `https://127.0.0.1:${server.port}`);
      const { options, cancel } = makeWay();
      const connection = server.connection();
      const call = rejection(client.batchPost('/x', [{}], options));
      const socket = await connection;
      const closed = new Promise((resolve) => socket.once('close', resolve));

      cancel();

      assertCancelled(await call, options);
      await closed;
    });

    it('while it waits for answers, whose connections close', async (t) => {
      const upstream = await startUpstream(t, () => ({ hang: true }));
      const client = connect(t, upstream.url);
      const { options, cancel } = makeWay();
      const call = rejection(client.batchPost('/x', [1, 2, 3], options));
      await upstream.until((now) => now.requests.length === 3);

      cancel();

      assertCancelled(await call, options);
      await upstream.until((now) => now.requests.every((one) => one.aborted));
      await upstream.until((now) => now.openConnections === 0);
    });

    it('in the middle of a body', async (t) => {
      const body = 'x'.repeat(100_000);
      const upstream = await startUpstream(t, [
        { body, hang: true, cut: 50_000 },
      ]);
      const client = connect(t, upstream.url);
      const { options, cancel } = makeWay();
      const call = rejection(client.batchPost('/x', [{}], options));
      await upstream.until((now) => now.requests.length === 1);

      cancel();

      assertCancelled(await call, options);
      await upstream.until((now) => now.requests[0].aborted);
    });

    it('while it waits before its next attempt', async (t) => {
      const upstream = await startUpstream(t, (_request, n) =>
        n === 0 ? { status: 503 } : { body: 1 },
      );
      const client = connect(t, upstream.url);
      const { options, cancel } = makeWay();
      const settings = {
        maxConcurrentRequests: 1,
        initialBackoffMs: 45_000,
      };
      const call = rejection(
        client.batchPost('/x', [1, 2], { ...settings, ...options }),
      );
      await upstream.until((now) => now.requests.length === 2);

      cancel();

      assertCancelled(await call, options);
      assert.equal(upstream.requests.length, 2);
    });

    it('between two batches', async (t) => {
      const { options, cancel } = makeWay();
      const upstream = await startUpstream(t, (_request, n) => {
        if (n === 1) cancel();
        return n === 1 ? { hang: true } : { body: n };
      });
      const client = connect(t, upstream.url);

      const error = await rejection(
        client.batchPost('/x', [1, 2, 3], {
          maxConcurrentRequests: 1,
          ...options,
        }),
      );

      assertCancelled(error, options);
      assert.equal(upstream.requests.length, 2);
    });

    it('along with every other call that shares it', async (t) => {
      const upstream = await startUpstream(t, () => ({ hang: true }));
      const clients = [connect(t, upstream.url), connect(t, upstream.url)];
      const { options, cancel } = makeWay();
      const calls = clients.flatMap((client) => [
        rejection(client.batchPost('/x', [{}], options)),
        rejection(client.embed(['a'], 'm', options)),
      ]);
      await upstream.until((now) => now.requests.length === 4);

      cancel();

      for (const call of calls) assertCancelled(await call, options);
    });

    it('and no other', async (t) => {
      let release;
      const released = new Promise((resolve) => {
        release = resolve;
      });
      const upstream = await startUpstream(t, async ({ url }) => {
        await released;
        return { body: { url } };
      });
      const client = connect(t, upstream.url);
      const { options, cancel } = makeWay();
      const other = client.batchPost('/other', [{}], {
        cancelToken: new CancellationToken(),
      });
      const call = rejection(client.batchPost('/x', [{}], options));
      await upstream.until((now) => now.requests.length === 2);

      cancel();
      assertCancelled(await call, options);
      release();

      assert.deepEqual((await other).data, [{ url: '/other' }]);
    });
  });

describe('a CancellationToken', () => {
  it('is left alone by calls that end', async (t) => {
    const upstream = await startUpstream(t, (_request, n) =>
      n === 1 ? { status: 400 } : { body: n },
    );
    const client = connect(t, upstream.url);
    const cancelToken = new CancellationToken();

    await client.batchPost('/x', [{}], { cancelToken });
    await rejection(client.batchPost('/x', [{}], { cancelToken }));
    const { data } = await client.batchPost('/x', [{}], { cancelToken });

    assert.equal(cancelToken.isCancelled(), false);
    assert.deepEqual(data, [2]);
  });

  it('may be cancelled when its call is long over', async (t) => {
    const upstream = await startUpstream(t, () => ({ body: 1 }));
    const client = connect(t, upstream.url);
    const cancelToken = new CancellationToken();
    const { data } = await client.batchPost('/x', [{}], { cancelToken });

    cancelToken.cancel();
    cancelToken.cancel();

    assert.deepEqual(data, [1]);
    assert.equal(cancelToken.is_cancelled(), true);
    const next = await client.batchPost('/x', [{}]);
    assert.deepEqual(next.data, [1]);
  });
});

describe('an AbortSignal', () => {
  it('is not listened to when the call is over', async (t) => {
    const upstream = await startUpstream(t, [{ body: 1 }, { status: 400 }]);
    const client = connect(t, upstream.url);
    const { signal } = new AbortController();

    await client.batchPost('/x', [{}], { signal });
    const afterSuccess = getEventListeners(signal, 'abort').length;
    await rejection(client.batchPost('/x', [{}], { signal }));
    const afterFailure = getEventListeners(signal, 'abort').length;

    assert.deepEqual([afterSuccess, afterFailure], [0, 0]);
  });

  it('gets one listener from many calls at once', async (t) => {
    const upstream = await startUpstream(t, () => ({ hang: true }));
    const client = connect(t, upstream.url);
    const controller = new AbortController();
    const { signal } = controller;
    const calls = Array.from({ length: 20 }, () =>
      rejection(client.batchPost('/x', [{}], { signal })),
    );

    const during = getEventListeners(signal, 'abort').length;
    controller.abort();
    for (const call of calls) assertCancelled(await call, { signal });

    assert.equal(during, 1);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('tells its reason as the cause', async (t) => {
    const upstream = await startUpstream(t, () => ({ hang: true }));
    const client = connect(t, upstream.url);
    const controller = new AbortController();
    const { signal } = controller;
    const reason = new Error('the user left');
    const call = rejection(client.batchPost('/x', [{}], { signal }));
    await upstream.until((now) => now.requests.length === 1);

    controller.abort(reason);

    assert.equal((await call).cause, reason);
    const later = await rejection(client.batchPost('/x', [{}], { signal }));
    assert.equal(later.cause, reason);
  });

  it('may be given beside a token; either ends the call', async (t) => {
    const upstream = await startUpstream(t, () => ({ hang: true }));
    const client = connect(t, upstream.url);
    const cancelToken = new CancellationToken();
    const { signal } = new AbortController();
    const call = rejection(
      client.batchPost('/x', [{}], { signal, cancelToken }),
    );

    cancelToken.cancel();

    assertCancelled(await call);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('may stand where a token stands', async (t) => {
    const upstream = await startUpstream(t, () => ({ hang: true }));
    const client = connect(t, upstream.url);

    const signal = AbortSignal.timeout(50);

    const error = await rejection(
      client.batchPost('/x', [{}], { cancelToken: signal }),
    );

    assertCancelled(error, { signal });
    assert.equal(error.cause.name, 'TimeoutError');
  });
});
