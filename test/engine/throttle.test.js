'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { connect, rejection } = require('../helpers/client');
const { startUpstream } = require('../helpers/upstream');

const OK = { body: { ok: true } };

/** Takes so many requests at once and refuses the others. */
function takes(most, delayMs) {
  let busy = 0;
  return () => {
    if (busy === most) return { status: 429 };
    busy++;
    setTimeout(() => busy--, delayMs);
    return { ...OK, delayMs };
  };
}

const payloads = (count) => Array.from({ length: count }, (_, i) => i);

const WINDOW = { maxConcurrentRequests: 64, initialBackoffMs: 50 };

describe('a server that refuses requests as too many', () => {
  it('is sent as many at once as it takes, and has all answered', async (t) => {
    const upstream = await startUpstream(t, takes(8, 10));
    const client = connect(t, upstream.url);

    const { data, errors } = await client.batchPost('/x', payloads(600), {
      ...WINDOW,
      onError: 'partial',
    });

    const { statuses, throttled } = client.stats();
    assert.deepEqual(errors, []);
    assert.equal(data.length, 600);
    assert.equal(statuses[429], throttled);
    assert.ok(throttled < 64 + 100, `${throttled} of 600 were refused`);
  });

  it('tells its limit while it holds', async (t) => {
    const upstream = await startUpstream(t, takes(8, 100));
    const client = connect(t, upstream.url);
    const call = client.batchPost('/x', payloads(100), WINDOW);

    await upstream.until(({ requests }) => requests.length > 80);
    const { limit } = client.stats();
    await call;

    assert.ok(limit >= 1 && limit <= 32, `limit ${limit}`);
  });

  it('is sent all the window when that is what is asked for', async (t) => {
    const upstream = await startUpstream(t, takes(8, 10));
    const client = connect(t, upstream.url);

    await client.batchPost('/x', payloads(64), {
      ...{ ...WINDOW, adaptive: false, onError: 'partial', maxRetries: 1 },
    });

    const { limit, throttled, statuses } = client.stats();
    assert.equal(limit, 0);
    assert.equal(statuses[429], throttled);
  });

  it('is sent no request twice', async (t) => {
    const slow = { ...OK, delayMs: 600 };
    const upstream = await startUpstream(t, ({ json }, n) =>
      n === 0 ? { status: 429 } : json === 'slow' ? slow : OK,
    );
    const client = connect(t, upstream.url);
    await rejection(client.batchPost('/x', ['first'], { maxRetries: 0 }));

    await client.batchPost('/x', ['slow'], { hedgeDelay: 0.1 });

    assert.equal(upstream.requests.length, 2);
    assert.equal(client.stats().hedges, 0);
  });
});

describe('a quota', () => {
  it('of requests spreads them over the minute', async (t) => {
    const upstream = await startUpstream(t, () => OK);
    const client = connect(t, upstream.url);

    await client.batchPost('/x', payloads(30), { requestsPerMinute: 1200 });

    const [first, ...others] = upstream.requests;
    const last = others.at(-1).time - first.time;
    // 20 in store, and ten more at 20 a second.
    assert.ok(last >= 400, `the last came after ${last} ms`);
  });

  it('of tokens counts four bytes as one', async (t) => {
    const upstream = await startUpstream(t, () => OK);
    const client = connect(t, upstream.url);
    const texts = Array(3).fill('x'.repeat(4000));

    await client.batchPost('/x', texts, { tokensPerMinute: 60_000 });

    const [first, ...others] = upstream.requests;
    const last = others.at(-1).time - first.time;
    // A thousand in store for the first; the debt of the second is awaited.
    assert.ok(last >= 900, `the last came after ${last} ms`);
  });
});
