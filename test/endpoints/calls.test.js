'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { Endpoint, EndpointPool, PerformanceClient } = require('../..');
const { rejection } = require('../helpers/client');
const { startUpstream } = require('../helpers/upstream');

const OK = { body: { ok: true } };

const SOON = { initialBackoffMs: 50 };

const isProbe = ({ method, url }) => method === 'GET' && url === '/health';

/** Answers probes well, and calls by a script. */
const well = (script) => (request, n) =>
  isProbe(request) ? { body: 'fine' } : script(request, n);

/** Servers with an endpoint each, whose keys are key-0, key-1 … */
async function startAll(t, scripts, { weights } = {}) {
  const upstreams = await Promise.all(
    scripts.map((script) => startUpstream(t, well(script))),
  );
  const pool = new EndpointPool(
    upstreams.map(({ url }, i) => new Endpoint(url, `key-${i}`)),
    weights,
  );
  const client = new PerformanceClient(null, { endpoints: pool });
  t.after(() => client.destroy());
  return { upstreams, pool, client };
}

const calls = ({ requests }) => requests.filter((one) => !isProbe(one));

describe('the calls of a client with endpoints', () => {
  it('are spread over them, each with its own key and path', async (t) => {
    const { upstreams, pool, client } = await startAll(t, [() => OK, () => OK]);

    const payloads = Array.from({ length: 40 }, (_, i) => ({ i }));
    const response = await client.batchPost('/v1/x', payloads);

    assert.equal(response.data.length, 40);
    upstreams.forEach((upstream, i) => {
      const own = calls(upstream);
      assert.ok(own.length >= 15, `${own.length} of 40`);
      for (const { headers, url } of own) {
        assert.equal(headers.authorization, `Bearer key-${i}`);
        assert.equal(url, '/v1/x');
      }
      assert.equal(pool.stats()[i].requests, own.length);
      assert.equal(pool.stats()[i].inFlight, 0);
    });
    assert.equal(client.stats().requests, 40, 'probes are not counted');
  });

  it('of every kind go there, streams and single ones as well', async (t) => {
    const answer = ({ url, json }) => {
      const one = (_, index) => ({ index, embedding: [index], score: 1 });
      if (url.endsWith('/embeddings'))
        return { body: { data: json.input.map(one), model: 'm' } };
      if (url.endsWith('/rerank')) return { body: json.texts.map(one) };
      if (url.endsWith('/predict'))
        return { body: json.inputs.map(() => [{ label: 'l', score: 1 }]) };
      return OK;
    };
    const { pool, client } = await startAll(t, [answer, answer]);

    await client.embed(['a', 'b'], 'm', { batchSize: 1 });
    await client.rerank('q', ['a', 'b'], { batchSize: 1 });
    await client.classify(['a', 'b'], { batchSize: 1 });
    await client.batchPost('/x', [{}, {}]);
    await client.coalesce({ maxDelayMs: 1 }).embed('a', 'm');
    for await (const part of client.embedStream(['a', 'b'], 'm'))
      assert.ok(part);

    const counts = pool.stats().map(({ requests }) => requests);
    assert.ok(Math.min(...counts) >= 3, `${counts}`);
  });

  it('outlive the death of one', async (t) => {
    const { upstreams, pool, client } = await startAll(t, [
      () => OK,
      () => OK,
      () => OK,
    ]);
    await client.batchPost('/x', [{}, {}, {}, {}, {}, {}]);
    await upstreams[1].close();

    const payloads = Array.from({ length: 60 }, (_, i) => ({ i }));
    const response = await client.batchPost('/x', payloads, {
      maxConcurrentRequests: 4,
      initialBackoffMs: 30_000,
    });

    assert.equal(response.data.length, 60);
    const [, dead] = pool.stats();
    assert.equal(dead.healthy, false);
    assert.ok(dead.failures >= 1);
    assert.ok(dead.failures <= 8, `${dead.failures} attempts at the dead one`);
  });

  it('name the endpoint that has failed, and show no key', async (t) => {
    const { upstreams, client } = await startAll(t, [
      ({ headers }) => ({ status: 400, body: headers.authorization }),
    ]);

    const error = await rejection(client.batchPost('/v1/x?y=1', [{}], SOON));

    assert.equal(error.status, 400);
    assert.match(error.message, /^HTTP 400 from POST http:\/\/127\.0\.0\.1/);
    assert.ok(error.message.includes(`POST ${upstreams[0].url}/v1/x (`));
    assert.doesNotMatch(error.message + error.response.text, /key-0/);
  });

  it('retry elsewhere', async (t) => {
    const { pool, client } = await startAll(
      t,
      [() => ({ status: 500 }), () => OK],
      { weights: [1, 1e-9] },
    );

    await client.batchPost('/x', [{}], { initialBackoffMs: 30_000 });

    const [first, second] = pool.stats();
    assert.equal(first.failures, 1);
    assert.equal(first.healthy, true, 'a 500 says nothing of the others');
    assert.equal(second.retries, 1);
  });

  it('are hedged elsewhere', async (t) => {
    const { pool, client } = await startAll(
      t,
      [() => ({ hang: true }), () => OK],
      { weights: [1, 1e-9] },
    );

    await client.batchPost('/x', [{}], { hedgeDelay: 0.05, hedgeBudgetPct: 3 });

    assert.equal(pool.stats()[1].hedges, 1);
  });

  it('keep to one endpoint where they are pinned', async (t) => {
    const { pool, client } = await startAll(t, [() => OK, () => OK]);

    const preference = { pinInitialEndpointOnce: true };
    await client.batchPost('/x', Array(20).fill({}), preference);

    const counts = pool.stats().map(({ requests }) => requests);
    assert.deepEqual(
      counts.sort((a, b) => a - b),
      [0, 20],
    );
  });

  it('use a key of their own where they bring one', async (t) => {
    const { upstreams, client } = await startAll(t, [() => OK]);

    await client.batchPost('/x', [{}], { primaryApiKeyOverride: 'mine' });

    const [request] = calls(upstreams[0]);
    assert.equal(request.headers.authorization, 'Bearer mine');
  });
});

describe('endpoints are probed', () => {
  const OFTEN = { healthCheckIntervalS: 0.1, healthCheckRetries: 0 };

  it('with their key, while a call runs, and tell their health', async (t) => {
    let isWell = false;
    const upstream = await startUpstream(t, (request) => {
      if (request.url === '/base/ready')
        return { status: isWell ? 200 : 500, body: 'x' };
      return { hang: true };
    });
    const endpoint = new Endpoint(`${upstream.url}/base`, 'key-p', {
      ...OFTEN,
      deploymentHealthPath: '/ready',
    });
    const pool = new EndpointPool([endpoint]);
    const client = new PerformanceClient(null, { endpoints: pool });
    t.after(() => client.destroy());
    const call = client.batchPost('/x', [{}]).catch(() => {});
    const [stats] = await until(pool, ([one]) => !one.healthy);
    assert.equal(stats.lastProbe.healthy, false);
    assert.ok(stats.lastProbe.at instanceof Date);

    isWell = true;
    await until(pool, ([one]) => one.healthy && one.lastProbe.healthy);

    const probe = upstream.requests.find(({ url }) => url === '/base/ready');
    assert.equal(probe.headers.authorization, 'Bearer key-p');
    assert.match(probe.headers['user-agent'], /^baseten-performance-client/);
    assert.equal(probe.headers['x-baseten-customer-request-id'], undefined);
    await client.destroy();
    await call;
  });

  it('and are well without a health path that nobody has named', async (t) => {
    const upstream = await startUpstream(t, (request) =>
      isProbe(request) ? { status: 404 } : { hang: true },
    );
    const pool = new EndpointPool([new Endpoint(upstream.url, 'k', OFTEN)]);
    const client = new PerformanceClient(null, { endpoints: pool });
    t.after(() => client.destroy());
    const call = client.batchPost('/x', [{}]).catch(() => {});

    const [stats] = await until(pool, ([one]) => one.lastProbe);

    assert.equal(stats.healthy, true);
    await client.destroy();
    await call;
  });

  it('and what is counted stays when a client is closed', async (t) => {
    const upstream = await startUpstream(t, () => OK);
    const pool = new EndpointPool([new Endpoint(upstream.url, 'k')]);
    for (let i = 0; i < 3; i++) {
      const client = new PerformanceClient(null, {
        endpoints: pool,
        maxInFlight: 4,
      });
      await client.batchPost('/x', [{}, {}]);
      await client.close();
    }

    assert.equal(pool.stats()[0].requests, 6);
  });
});

/** The pool's figures once they are so. */
async function until(pool, isSo) {
  while (!isSo(pool.stats()))
    await new Promise((resolve) => setTimeout(resolve, 5));
  return pool.stats();
}
