'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { HttpClientWrapper, PerformanceClient } = require('../..');
const { Latencies } = require('../../lib/pool/stats');
const { connect, setEnvironment } = require('../helpers/client');
const { answer, succeed } = require('../helpers/stand-in-engine');
const { setUp } = require('../helpers/submission');
const { startUpstream } = require('../helpers/upstream');

const OK = { body: { ok: true } };

const NOTHING = {
  ...{ requests: 0, retries: 0, hedges: 0, hedgesWon: 0 },
  ...{ connectionsOpened: 0, connectionsReused: 0 },
  ...{
    bytesSent: 0,
    bytesReceived: 0,
    inFlight: 0,
    queued: 0,
    limit: 0,
    throttled: 0,
  },
  statuses: {},
  latency: { count: 0, mean: 0, p50: 0, p90: 0, p99: 0, max: 0 },
};

describe('the figures of a client', () => {
  it('are all zero before its first call', () => {
    const client = new PerformanceClient('http://a.example', 'test-key');

    assert.deepEqual(client.stats(), NOTHING);
  });

  it('count requests, answers, connections and bytes', async (t) => {
    const upstream = await startUpstream(t, () => OK);
    const client = connect(t, upstream.url);

    for (let i = 0; i < 3; i++) await client.batchPost('/x', [{ a: 1 }]);

    const { latency, ...figures } = client.stats();
    assert.deepEqual(figures, {
      ...{ requests: 3, retries: 0, hedges: 0, hedgesWon: 0 },
      ...{ connectionsOpened: 1, connectionsReused: 2 },
      bytesSent: 3 * '{"a":1}'.length,
      bytesReceived: 3 * '{"ok":true}'.length,
      ...{ inFlight: 0, queued: 0, limit: 0, throttled: 0 },
      statuses: { 200: 3 },
    });
    assert.equal(latency.count, 3);
    assert.ok(latency.p50 > 0 && latency.p50 <= latency.p99);
    assert.ok(latency.max >= latency.mean && latency.max < 60);
  });

  it('count retries, and answers by their status', async (t) => {
    const upstream = await startUpstream(t, [{ status: 503 }, OK]);
    const client = connect(t, upstream.url);

    await client.batchPost('/x', [{}], { initialBackoffMs: 50 });

    const { requests, retries, statuses } = client.stats();
    assert.deepEqual([requests, retries], [2, 1]);
    assert.deepEqual(statuses, { 200: 1, 503: 1 });
  });

  it('count hedges, and those that brought the answer', async (t) => {
    const upstream = await startUpstream(t, (_, n) =>
      n === 0 ? { hang: true } : OK,
    );
    const client = connect(t, upstream.url);

    await client.batchPost('/x', [{}], { hedgeDelay: 0.2 });

    const { hedges, hedgesWon } = client.stats();
    assert.deepEqual([hedges, hedgesWon], [1, 1]);
  });

  it('show what is in flight and what waits', async (t) => {
    const upstream = await startUpstream(t, () => ({ hang: true }));
    const client = connect(t, upstream.url);

    const call = client.batchPost('/x', [1, 2, 3, 4, 5], {
      maxConcurrentRequests: 2,
    });
    const ended = assert.rejects(call, { code: 'CLOSED' });
    await upstream.until((server) => server.requests.length === 2);
    const { inFlight, queued } = client.stats();
    await client.destroy();
    await ended;

    assert.deepEqual([inFlight, queued], [2, 3]);
    assert.equal(client.stats().inFlight, 0);
    assert.equal(client.stats().queued, 0);
  });

  it('cannot be changed, and do not change by themselves', async (t) => {
    const { engine, client } = setUp(t);
    const before = client.stats();
    const call = client.batchPost('/x', [1]);
    succeed(engine.jobs[0], ['1']);
    await call;

    assert.deepEqual(before, NOTHING);
    assert.ok(Object.isFrozen(before));
    assert.ok(Object.isFrozen(before.statuses));
    assert.ok(Object.isFrozen(before.latency));
  });

  it('outlive the connections', async (t) => {
    const upstream = await startUpstream(t, () => OK);
    const client = connect(t, upstream.url);

    await client.batchPost('/x', [1, 2]);
    await client.close();

    assert.equal(client.stats().requests, 2);
    assert.deepEqual(client.stats().statuses, { 200: 2 });
  });

  it('are not given to another this', () => {
    const { stats } = PerformanceClient.prototype;

    assert.throws(() => stats.call({}), /stats must be called on/);
  });
});

describe('the figures of a wrapper', () => {
  it('are those of all its clients', async (t) => {
    const upstream = await startUpstream(t, () => OK);
    const clientWrapper = new HttpClientWrapper();
    t.after(() => clientWrapper.destroy());
    const one = connect(t, upstream.url, { clientWrapper });
    const two = connect(t, upstream.url, { clientWrapper });

    await one.batchPost('/x', [1]);
    await two.batchPost('/x', [1]);

    assert.equal(clientWrapper.stats().requests, 2);
    assert.equal(clientWrapper.stats().latency.count, 2);
    assert.deepEqual(one.stats(), two.stats());
  });

  it('are the sum over its engines', async (t) => {
    const { engine } = setUp(t);
    setEnvironment(t, { http_proxy: 'http://p.example', NO_PROXY: '' });
    const clientWrapper = new HttpClientWrapper();
    const schemes = ['http', 'https'];
    const calls = schemes.map((scheme) =>
      new PerformanceClient(`${scheme}://a.example`, {
        apiKey: 'test-key',
        clientWrapper,
      }).batchPost('/x', [1]),
    );
    for (const job of engine.jobs) {
      job.engine.figures = {
        ...NOTHING,
        ...{ requests: 2, inFlight: 1, statuses: { 200: 1, 500: 1 } },
      };
      succeed(job, ['1']);
    }
    await Promise.all(calls);

    assert.equal(engine.engines.length, 2);
    const { requests, inFlight, statuses, latency } = clientWrapper.stats();
    assert.deepEqual([requests, inFlight, latency.count], [4, 2, 2]);
    assert.deepEqual(statuses, { 200: 2, 500: 2 });
  });
});

describe('latencies', () => {
  it('are told in seconds, near enough', () => {
    const latencies = new Latencies();
    for (let i = 1; i <= 1000; i++) latencies.record(i / 1000);

    const { count, ...seconds } = latencies.figures();

    assert.equal(count, 1000);
    const expected = { mean: 0.5005, p50: 0.5, p90: 0.9, p99: 0.99, max: 1 };
    for (const [name, value] of Object.entries(expected))
      assert.ok(
        Math.abs(seconds[name] - value) <= value / 500,
        `${name}: ${seconds[name]}`,
      );
  });

  it('take times too short and too long to matter', () => {
    const latencies = new Latencies();
    for (const seconds of [0, 1e-9, 365 * 24 * 3600]) latencies.record(seconds);

    assert.equal(latencies.figures().count, 3);
  });

  it('are those of answered batches', async (t) => {
    const { engine, client } = setUp(t);
    const call = client.batchPost('/x', [1, 2]);
    const [job] = engine.jobs;
    answer(job, 0, 0, '1', 0.5);
    answer(job, 1, 1, '2', 1.5);
    succeed(job, []);
    await call;

    const { count, mean } = client.stats().latency;
    assert.equal(count, 2);
    assert.ok(Math.abs(mean - 1) < 0.01);
  });
});
