'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { CancellationToken } = require('../..');
const { runChild } = require('../helpers/child');
const { connect, rejection } = require('../helpers/client');
const { startFullServer } = require('../helpers/full-server');
const { startSilentServer } = require('../helpers/silent-server');
const { startUpstream } = require('../helpers/upstream');

/** Generous: other programs use the machine, too. */
const SLACK_MS = 1500;

const ONCE = { maxRetries: 0 };

/** How a call fails, and after how many milliseconds. */
async function timed(call) {
  const start = performance.now();
  const error = await rejection(call());
  return { error, ms: performance.now() - start };
}

function assertBetween(ms, least, most) {
  assert.ok(ms >= least, `${ms} ms is before ${least} ms`);
  assert.ok(ms <= most, `${ms} ms is after ${most} ms`);
}

describe('timeoutS', () => {
  it('ends an attempt that gets no answer', async (t) => {
    const upstream = await startUpstream(t, [{ hang: true }]);
    const client = connect(t, upstream.url);
    const options = { timeoutS: 0.2, ...ONCE };

    const { error, ms } = await timed(() =>
      client.batchPost('/x', [{}], options),
    );

    const [{ headers }] = upstream.requests;
    assert.equal(error.code, 'TIMEOUT');
    assert.equal(error.name, 'TimeoutError');
    assert.match(error.message, /timeoutS/);
    assert.equal(error.attempts, 1);
    assert.equal(error.requestId, headers['x-baseten-customer-request-id']);
    assertBetween(ms, 195, 200 + SLACK_MS);
  });

  it('covers the body to its last byte', async (t) => {
    const body = { text: 'long enough' };
    const upstream = await startUpstream(t, [{ body, hang: true, cut: 5 }]);
    const client = connect(t, upstream.url);
    const options = { timeoutS: 0.2, ...ONCE };

    const { error, ms } = await timed(() =>
      client.batchPost('/x', [{}], options),
    );

    assert.equal(error.code, 'TIMEOUT');
    assertBetween(ms, 195, 200 + SLACK_MS);
  });

  it('leaves the connection closed behind it', async (t) => {
    const upstream = await startUpstream(t, [{ hang: true }]);
    const client = connect(t, upstream.url);
    const options = { timeoutS: 0.1, ...ONCE };

    await rejection(client.batchPost('/x', [{}], options));

    await upstream.until((now) => now.requests[0].aborted);
    await upstream.until((now) => now.openConnections === 0);
  });

  it('begins anew with each attempt', async (t) => {
    const upstream = await startUpstream(t, [
      { hang: true },
      { delayMs: 250, body: { ok: true } },
    ]);
    const client = connect(t, upstream.url);

    const { data } = await client.batchPost('/x', [{}], {
      timeoutS: 0.4,
      initialBackoffMs: 50,
    });

    assert.deepEqual(data, [{ ok: true }]);
  });

  it('leaves what waits for a place alone', async (t) => {
    const upstream = await startUpstream(t, () => ({ delayMs: 200, body: 1 }));
    const client = connect(t, upstream.url);

    const { data } = await client.batchPost('/x', [{}, {}, {}], {
      maxConcurrentRequests: 1,
      timeoutS: 0.45,
      ...ONCE,
    });

    assert.deepEqual(data, [1, 1, 1]);
  });
});

describe('connectTimeoutS', () => {
  it('ends an attempt whose connection nobody takes', async (t) => {
    const port = await startFullServer(t);

    const { stdout, signal } = await runChild(
      t,
      `const options = { apiKey: 'test-key', connectTimeoutS: 0.2 };
       const client = new lib.PerformanceClient(url, options);
       client.batchPost('/x', [1], { maxRetries: 0 })
         .catch((error) => console.log(error.code, error.message))
         .then(() => client.destroy())
         .then(() => console.log('destroyed'));`,
      { url: `http://127.0.0.1:${port}` },
    );

    assert.match(stdout, /^TIMEOUT connecting took too long/);
    assert.match(stdout, /\ndestroyed\n$/);
    assert.equal(signal, null);
  });

  it('covers the TLS handshake', async (t) => {
    const { port } = await startSilentServer(t);
    const client = connect(t, `https://127.0.0.1:${port}`, {
      connectTimeoutS: 0.2,
    });

    const { error, ms } = await timed(() => client.batchPost('/x', [{}], ONCE));

    assert.equal(error.code, 'TIMEOUT');
    assert.match(error.message, /connecting took too long/);
    assertBetween(ms, 195, 200 + SLACK_MS);
  });

  it('is tried again', async (t) => {
    const { port } = await startSilentServer(t);
    const client = connect(t, `https://127.0.0.1:${port}`, {
      connectTimeoutS: 0.1,
    });
    const options = { maxRetries: 1, initialBackoffMs: 50 };

    const error = await rejection(client.batchPost('/x', [{}], options));

    assert.equal(error.code, 'TIMEOUT');
    assert.equal(error.attempts, 2);
  });

  it('does not limit the answer', async (t) => {
    const upstream = await startUpstream(t, [{ delayMs: 300, body: 1 }]);
    const client = connect(t, upstream.url, { connectTimeoutS: 0.1 });

    const { data } = await client.batchPost('/x', [{}], ONCE);

    assert.deepEqual(data, [1]);
  });
});

describe('totalTimeoutS', () => {
  it('ends a call that gets no answer', async (t) => {
    const upstream = await startUpstream(t, () => ({ hang: true }));
    const client = connect(t, upstream.url);
    const options = { totalTimeoutS: 0.2 };

    const { error, ms } = await timed(() =>
      client.batchPost('/x', [{}, {}], options),
    );

    assert.equal(error.code, 'TIMEOUT');
    assert.match(error.message, /totalTimeoutS/);
    assertBetween(ms, 195, 200 + SLACK_MS);
    await upstream.until((now) => now.openConnections === 0);
  });

  it('ends a call that waits before its next attempt', async (t) => {
    const upstream = await startUpstream(t, [{ status: 503 }]);
    const client = connect(t, upstream.url);
    const options = { totalTimeoutS: 0.3, initialBackoffMs: 45_000 };

    const { error, ms } = await timed(() =>
      client.batchPost('/x', [{}], options),
    );

    assert.equal(error.code, 'TIMEOUT');
    assertBetween(ms, 295, 300 + SLACK_MS);
    assert.equal(upstream.requests.length, 1);
  });

  it('covers all batches, also those still to be sent', async (t) => {
    const upstream = await startUpstream(t, () => ({ delayMs: 150, body: 1 }));
    const client = connect(t, upstream.url);
    const options = { totalTimeoutS: 0.5, maxConcurrentRequests: 1 };
    const payloads = new Array(100).fill({});

    const { error, ms } = await timed(() =>
      client.batchPost('/x', payloads, options),
    );

    assert.equal(error.code, 'TIMEOUT');
    assertBetween(ms, 495, 500 + SLACK_MS);
    assert.ok(upstream.requests.length <= 4);
  });
});

describe('a cancelled call', () => {
  it('ends within 50 ms, whatever it was waiting for', async (t) => {
    const upstream = await startUpstream(t, () => ({ hang: true }));
    const client = connect(t, upstream.url);
    const delays = [];

    for (let round = 1; round <= 5; round++) {
      const cancelToken = new CancellationToken();
      const call = client.batchPost('/x', [{}, {}], { cancelToken });
      const ended = rejection(call).then(() => performance.now());
      await upstream.until((now) => now.requests.length === 2 * round);
      const start = performance.now();
      cancelToken.cancel();
      delays.push((await ended) - start);
    }

    const median = delays.sort((a, b) => a - b)[2];
    assert.ok(median < 50, `${median} ms`);
  });
});
