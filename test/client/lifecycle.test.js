'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { HttpClientWrapper, PerformanceClient } = require('../..');
const { connect, rejection } = require('../helpers/client');
const { startUpstream } = require('../helpers/upstream');

const ECHO = ({ json }) => ({ body: json });

const HANG = () => ({ hang: true });

/** For a test that would otherwise wait forever. */
const LIMIT = { timeout: 10_000 };

/** An upstream that echoes, but holds every answer until `release()`. */
async function startHolding(t) {
  let release;
  const released = new Promise((resolve) => {
    release = resolve;
  });
  const upstream = await startUpstream(t, async ({ json }) => {
    await released;
    return { body: json };
  });
  return { upstream, release };
}

describe('close', LIMIT, () => {
  it('lets what runs finish and refuses what comes later', async (t) => {
    const { upstream, release } = await startHolding(t);
    const client = connect(t, upstream.url);
    const call = client.batchPost('/x', [1, 2, 3], {
      maxConcurrentRequests: 1,
    });
    await upstream.until((now) => now.requests.length === 1);

    const closed = client.close();
    const refused = await rejection(client.batchPost('/x', [4]));
    release();

    assert.deepEqual((await call).data, [1, 2, 3]);
    await closed;
    assert.equal(refused.code, 'CLOSED');
    assert.equal(refused.name, 'ClosedError');
    assert.equal(upstream.requests.length, 3);
    await upstream.until((now) => now.openConnections === 0);
  });

  it('may be called twice, and before any call', async (t) => {
    const upstream = await startUpstream(t, ECHO);
    const client = connect(t, upstream.url);

    await Promise.all([client.close(), client.close()]);

    assert.equal((await rejection(client.embed(['a'], 'm'))).code, 'CLOSED');
    assert.equal(upstream.connections, 0);
  });

  it('is what asyncDispose does', async (t) => {
    const upstream = await startUpstream(t, ECHO);
    const client = connect(t, upstream.url);
    const call = client.batchPost('/x', [1]);

    await client[Symbol.asyncDispose]();

    assert.deepEqual((await call).data, [1]);
    assert.equal((await rejection(client.batchPost('/x', [2]))).code, 'CLOSED');
  });
});

describe('destroy', LIMIT, () => {
  it('ends what runs now', async (t) => {
    const upstream = await startUpstream(t, HANG);
    const client = connect(t, upstream.url);
    const calls = [1, 2].map((i) => rejection(client.batchPost('/x', [i])));
    await upstream.until((now) => now.requests.length === 2);

    await client.destroy();

    for (const call of calls) assert.equal((await call).code, 'CLOSED');
    assert.equal((await rejection(client.batchPost('/x', [3]))).code, 'CLOSED');
    await upstream.until((now) => now.openConnections === 0);
  });

  it('ends what a close is waiting for', async (t) => {
    const upstream = await startUpstream(t, HANG);
    const client = connect(t, upstream.url);
    const call = rejection(client.batchPost('/x', [1]));
    const closed = client.close();

    await client.destroy();
    await closed;

    assert.equal((await call).code, 'CLOSED');
  });

  it('right after a call was made ends it, too', async (t) => {
    const upstream = await startUpstream(t, HANG);
    const client = connect(t, upstream.url);

    const call = rejection(client.batchPost('/x', [1]));
    await client.destroy();

    assert.equal((await call).code, 'CLOSED');
  });
});

describe('a wrapper', LIMIT, () => {
  it('shares its connections between clients', async (t) => {
    const upstream = await startUpstream(t, ECHO);
    const first = new PerformanceClient(upstream.url, 'key-1');
    const clientWrapper = first.getClientWrapper();
    const second = connect(t, upstream.url, { clientWrapper });
    t.after(() => first.destroy());

    await first.batchPost('/x', [1]);
    await second.batchPost('/x', [2]);

    assert.equal(upstream.connections, 1);
    const keys = upstream.requests.map(({ headers }) => headers.authorization);
    assert.deepEqual(keys, ['Bearer key-1', 'Bearer test-key']);
  });

  it('outlives the clients that were given it', async (t) => {
    const { upstream, release } = await startHolding(t);
    const clientWrapper = new HttpClientWrapper();
    t.after(() => clientWrapper.destroy());
    const [first, second] = [1, 2].map(() =>
      connect(t, upstream.url, { clientWrapper }),
    );
    const ended = rejection(first.batchPost('/x', [1]));
    const call = second.batchPost('/x', [2]);
    await upstream.until((now) => now.requests.length === 2);

    await first.destroy();
    release();

    assert.equal((await ended).code, 'CLOSED');
    assert.deepEqual((await call).data, [2]);
  });

  it('ends the calls of all its clients when destroyed', async (t) => {
    const upstream = await startUpstream(t, HANG);
    const clientWrapper = new HttpClientWrapper();
    const clients = [1, 2].map(() =>
      connect(t, upstream.url, { clientWrapper }),
    );
    const calls = clients.map((one) => rejection(one.batchPost('/x', [1])));
    await upstream.until((now) => now.requests.length === 2);

    await clientWrapper.destroy();

    for (const call of calls) assert.equal((await call).code, 'CLOSED');
    const later = await rejection(clients[0].batchPost('/x', [2]));
    assert.equal(later.code, 'CLOSED');
  });
});
