'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { connect } = require('../helpers/client');
const { startUpstream } = require('../helpers/upstream');

const payloads = (count) => Array.from({ length: count }, (_, i) => i);

const OPTIONS = { maxConcurrentRequests: 32, initialBackoffMs: 50 };

/** Takes `limit` in each period and says so in the words of `say`. */
function counting(limit, periodMs, say) {
  let left = limit;
  let endsAt = 0;
  return () => {
    const now = performance.now();
    if (now >= endsAt) {
      left = limit;
      endsAt = now + periodMs;
    }
    const status = left > 0 ? 200 : 429;
    left = Math.max(0, left - 1);
    const headers = say(left, Math.max(0, endsAt - now));
    return { status, headers, body: { ok: true }, delayMs: 5 };
  };
}

const WORDS = {
  "IETF's draft": (left, ms) => ({
    ratelimit: `"default";r=${left};t=${(ms / 1000).toFixed(3)}`,
    'ratelimit-policy': '"default";q=40;w=1',
  }),
  'older drafts': (left, ms) => ({
    'ratelimit-limit': '40',
    'ratelimit-remaining': `${left}`,
    'ratelimit-reset': (ms / 1000).toFixed(3),
  }),
  "OpenAI's names, of requests": (left, ms) => ({
    'x-ratelimit-remaining-requests': `${left}`,
    'x-ratelimit-reset-requests': `${Math.ceil(ms)}ms`,
  }),
};

describe('a server that says what it still takes', () => {
  for (const [name, say] of Object.entries(WORDS))
    it(`is not asked for more, in ${name}`, async (t) => {
      const upstream = await startUpstream(t, counting(40, 600, say));
      const client = connect(t, upstream.url);

      const { data } = await client.batchPost('/x', payloads(120), OPTIONS);

      assert.equal(data.length, 120);
      // At the start of a period more may be in flight than are left.
      const { throttled } = client.stats();
      assert.ok(throttled <= 32, `${throttled} of 120 were refused`);
    });

  it('is waited for when nothing is left, by every call', async (t) => {
    const upstream = await startUpstream(t, (request, n) => ({
      headers:
        n === 0 ? { 'ratelimit-remaining': '0', 'ratelimit-reset': '0.5' } : {},
      body: {},
    }));
    const client = connect(t, upstream.url);
    await client.batchPost('/x', ['first'], OPTIONS);

    await Promise.all([
      client.batchPost('/x', ['second'], OPTIONS),
      client.batchPost('/y', ['third'], OPTIONS),
    ]);

    const [first, ...others] = upstream.requests;
    assert.equal(others.length, 2);
    for (const { time } of others)
      assert.ok(time - first.time >= 450, `came after ${time - first.time} ms`);
  });

  it('counts tokens, as far as they can be told', async (t) => {
    const upstream = await startUpstream(t, (request, n) => ({
      headers:
        n === 0
          ? {
              'x-ratelimit-limit-tokens': '2000',
              'x-ratelimit-remaining-tokens': '1000',
              'x-ratelimit-reset-tokens': '20s',
            }
          : {},
      body: {},
      delayMs: n === 0 ? 0 : 100,
    }));
    const client = connect(t, upstream.url);
    await client.batchPost('/x', ['first'], OPTIONS);

    // Each some 900 tokens: two are more than what is left.
    const texts = Array(2).fill('x'.repeat(3600));
    await client.batchPost('/x', texts, OPTIONS);

    const [, second, third] = upstream.requests;
    assert.ok(third.time - second.time >= 90, 'both left at once');
  });

  it('is not listened to where nothing is to be held back', async (t) => {
    const upstream = await startUpstream(t, () => ({
      headers: { 'ratelimit-remaining': '0', 'ratelimit-reset': '50' },
      body: {},
    }));
    const client = connect(t, upstream.url);

    await client.batchPost('/x', payloads(40), {
      ...OPTIONS,
      adaptive: false,
      totalTimeoutS: 20,
    });

    assert.equal(upstream.requests.length, 40);
  });
});
