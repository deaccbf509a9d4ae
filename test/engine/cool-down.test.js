'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { setTimeout: sleep } = require('node:timers/promises');

const { connect, rejection } = require('../helpers/client');
const { startUpstream } = require('../helpers/upstream');

const OK = { body: {} };

function refusal(ms, status = 429) {
  return { status, headers: { 'retry-after-ms': `${ms}` } };
}

/** How long after the first request each of the others came. */
function laterTimes({ requests: [first, ...later] }) {
  return later.map(({ time }) => time - first.time);
}

describe('a server that asked to be left alone is not asked', () => {
  for (const status of [429, 503])
    it(`by calls that were already queued, after ${status}`, async (t) => {
      const upstream = await startUpstream(t, (_request, n) =>
        n === 0 ? refusal(400, status) : OK,
      );
      const client = connect(t, upstream.url, { maxInFlight: 1 });

      await Promise.all(
        Array.from({ length: 20 }, () => client.batchPost('/x', [{}])),
      );

      assert.equal(upstream.requests.length, 21);
      for (const ms of laterTimes(upstream)) assert.ok(ms >= 400, `${ms} ms`);
    });

  it('by hedges', async (t) => {
    const upstream = await startUpstream(t, ({ json, headers }) => {
      if (json === 'refuse') return refusal(900);
      return /-hedge$/.test(headers['x-baseten-customer-request-id'])
        ? OK
        : { hang: true };
    });
    const client = connect(t, upstream.url);
    const hedged = client.batchPost('/x', ['hedge'], {
      ...{ hedgeDelay: 0.3, adaptive: false },
    });
    await upstream.until(({ requests }) => requests.length === 1);

    await rejection(
      client.batchPost('/x', ['refuse'], { maxRetries: 0, adaptive: false }),
    );
    const refused = upstream.requests.at(-1).time;
    await hedged;

    assert.equal(upstream.requests.length, 3);
    assert.ok(upstream.requests[2].time - refused >= 900);
  });

  for (const options of [{ maxRetries: 0 }, { nonRetryableStatusCodes: [429] }])
    it(`after a refusal that is final, ${JSON.stringify(options)}`, async (t) => {
      const upstream = await startUpstream(t, [refusal(400), OK]);
      const client = connect(t, upstream.url);

      await rejection(client.batchPost('/x', [{}], options));
      await client.batchPost('/x', [{}]);

      const [ms] = laterTimes(upstream);
      assert.ok(ms >= 400, `${ms} ms`);
    });
});

describe('maxInFlight', () => {
  it('holds for hedges, too', async (t) => {
    const upstream = await startUpstream(t, (_request, n) => ({
      ...OK,
      ...(n < 4 && { delayMs: 900 }),
    }));
    const client = connect(t, upstream.url, { maxInFlight: 4 });

    const calls = Array.from({ length: 4 }, () =>
      client.batchPost('/x', [{}], { hedgeDelay: 0.2 }),
    );
    await sleep(700);

    assert.equal(upstream.requests.length, 4);
    await Promise.all(calls);
  });

  it('lets a hedge go as soon as there is a place', async (t) => {
    const upstream = await startUpstream(t, ({ json, headers }) => {
      if (json === 'short') return { ...OK, delayMs: 500 };
      return /-hedge$/.test(headers['x-baseten-customer-request-id'])
        ? OK
        : { hang: true };
    });
    const client = connect(t, upstream.url, { maxInFlight: 2 });

    await Promise.all([
      client.batchPost('/x', ['long'], { hedgeDelay: 0.2 }),
      client.batchPost('/x', ['short']),
    ]);

    assert.equal(upstream.requests.length, 3);
  });
});
