'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');

const { startUpstream } = require('../../../test/helpers/upstream');
const { writeFile } = require('../helpers/files');
const { startForwardingProxy } = require('../helpers/forwarding-proxy');
const { modelAnswer } = require('../helpers/proxied-model');
const { startProxyProcess } = require('../helpers/proxy-process');

const OFF = ['--health-path', 'off'];
const OFTEN = ['--health-path', '/health', '--health-interval-s', '0.1'];

const isProbe = ({ url }) => url === '/health';

/** A model whose state a test may change; `calls` are no probes. */
async function startModel(t, answer = modelAnswer) {
  const model = { health: 200 };
  const upstream = await startUpstream(t, (request, n) =>
    isProbe(request) ? { status: model.health } : answer(request, n),
  );
  return Object.defineProperties(model, {
    upstream: { value: upstream },
    url: { value: upstream.url },
    calls: { get: () => upstream.requests.filter((one) => !isProbe(one)) },
    probes: { get: () => upstream.requests.filter(isProbe) },
  });
}

function startModels(t, count) {
  return Promise.all(Array.from({ length: count }, () => startModel(t)));
}

function targetsOf(models, additions = []) {
  return models.flatMap(({ url }, i) => [
    '--target-url',
    url + (additions[i] ?? ''),
  ]);
}

/** Holds at last: asked anew whenever the model was asked something. */
async function until({ upstream }, check) {
  for (;;) {
    const seen = upstream.requests.length;
    if (await check()) return;
    await upstream.until(({ requests }) => requests.length > seen);
  }
}

function embed(proxy, count = 8, options = {}) {
  const input = Array.from({ length: count }, (_, i) => `text ${i}`);
  const body = { input, model: 'm' };
  return proxy.ask('POST', '/v1/embeddings', { body, ...options });
}

const callsOf = (models) => models.map(({ calls }) => calls.length);
const keysOf = ({ upstream }) =>
  new Set(upstream.requests.map(({ headers }) => headers.authorization));

async function targetsIn(proxy) {
  return (await proxy.ask('GET', '/status.json')).json.targets;
}

describe('several targets', () => {
  it('share batches by their weights, in one answer', async (t) => {
    const models = await startModels(t, 3);
    const weights = ['#weight=3', '', '#weight=0'];
    const flags = [...targetsOf(models, weights), ...OFF, '--batch-size', '1'];
    const proxy = await startForwardingProxy(t, flags);

    const answer = await embed(proxy, 40);

    assert.equal(answer.status, 200, answer.text);
    const indexes = answer.json.data.map(({ index }) => index);
    assert.deepEqual(indexes, [...indexes.keys()]);
    const [most, some, none] = callsOf(models);
    assert.equal(most + some, 40);
    assert.ok(most > 24 && most < 36, `${most} of 40`);
    assert.equal(none, 0);
  });

  it('share what passes through by their weights', async (t) => {
    const models = await startModels(t, 3);
    const weights = ['#weight=3', '', '#weight=0'];
    const flags = [...targetsOf(models, weights), ...OFF];
    const proxy = await startForwardingProxy(t, flags);

    for (let i = 0; i < 8; i++)
      assert.equal((await proxy.ask('GET', '/v1/models')).status, 200);

    assert.deepEqual(callsOf(models), [6, 2, 0]);
    const requests = (await targetsIn(proxy)).map((one) => one.requests);
    assert.deepEqual(requests, [6, 2, 0]);
  });

  it('lose no call when one dies', async (t) => {
    const models = await startModels(t, 3);
    const flags = [...targetsOf(models), ...OFF, '--batch-size', '2'];
    const proxy = await startForwardingProxy(t, flags);
    const all = () =>
      Promise.all([
        ...Array.from({ length: 10 }, () => embed(proxy)),
        ...Array.from({ length: 10 }, () => proxy.ask('GET', '/v1/models')),
        ...Array.from({ length: 10 }, () =>
          proxy.ask('POST', '/v1/completions', { body: { prompt: 'x' } }),
        ),
      ]);
    const before = await all();

    await models[1].upstream.close();
    const after = await all();

    for (const { status, text } of [...before, ...after])
      assert.equal(status, 200, text);
    const [, dead] = await targetsIn(proxy);
    assert.equal(dead.healthy, false);
    assert.ok(dead.failures > 0);
    assert.equal(dead.in_flight, 0);
  });

  it('do without one that answers 503', async (t) => {
    const answer = () => ({ status: 503 });
    const models = [await startModel(t), await startModel(t, answer)];
    const flags = [...targetsOf(models), ...OFF, '--batch-size', '1'];
    const proxy = await startForwardingProxy(t, flags);

    const answers = [await embed(proxy), await embed(proxy)];

    for (const { status, text } of answers) assert.equal(status, 200, text);
    assert.ok(models[1].calls.length > 0);
    assert.ok(models[0].calls.length >= 16);
  });

  it('give what passes through a rest from one that answers 503', async (t) => {
    const answer = () => ({ status: 503 });
    const models = [await startModel(t, answer), await startModel(t)];
    const proxy = await startForwardingProxy(t, [
      ...targetsOf(models),
      ...[...OFF, '--health-interval-s', '3600'],
    ]);

    const statuses = [];
    for (let i = 0; i < 6; i++)
      statuses.push((await proxy.ask('GET', '/v1/models')).status);

    assert.deepEqual(statuses, [503, 200, 200, 200, 200, 200]);
  });

  it('are sent their own keys, and no others', async (t) => {
    const models = await startModels(t, 3);
    const file = writeFile(t, 'key-of-a\n');
    const proxy = await startProxyProcess(
      t,
      [
        ...targetsOf(models, [`#key=${file}`, '#key=$B_KEY&weight=1']),
        ...['-k', 'key-of-all', '--batch-size', '1', ...OFTEN],
      ],
      { B_KEY: 'key-of-b' },
    );
    for (const path of ['/v1/embeddings', '/v1/models', '/v1/models', '/v1/x'])
      await fetch(proxy.url + path, {
        method: 'POST',
        body: JSON.stringify({ input: ['a', 'b', 'c', 'd', 'e', 'f'] }),
      });
    await Promise.all(
      models.map((one) => until(one, () => one.probes.length > 0)),
    );

    for (const [i, key] of ['key-of-a', 'key-of-b', 'key-of-all'].entries()) {
      assert.ok(models[i].calls.length > 0);
      assert.deepEqual([...keysOf(models[i])], [`Bearer ${key}`]);
    }
    assert.doesNotMatch(proxy.stdout, /key-of/);
  });

  it('see a caller’s own key where it brings one', async (t) => {
    const models = await startModels(t, 2);
    const file = writeFile(t, 'own');
    const flags = [...targetsOf(models, [`#key=${file}`, `#key=${file}`])];
    const proxy = await startForwardingProxy(t, [...flags, ...OFF]);

    for (let i = 0; i < 2; i++) await proxy.ask('GET', '/v1/models');
    await embed(proxy, 1, { key: 'mine' });

    const seen = models.flatMap((model) => [...keysOf(model)]);
    assert.deepEqual(
      new Set(seen),
      new Set(['Bearer caller-key', 'Bearer mine']),
    );
  });

  it('use a key that was read again, for calls and probes', async (t) => {
    const models = await startModels(t, 2);
    const file = writeFile(t, 'old-key');
    const proxy = await startProxyProcess(t, [
      ...targetsOf(models, [`#key=${file}`]),
      ...['-k', 'other-key', '--batch-size', '1', ...OFTEN],
    ]);
    await until(models[0], () => models[0].probes.length > 0);

    fs.writeFileSync(file, 'new-key');
    proxy.kill('SIGHUP');
    await proxy.line(({ setting }) => setting?.includes(models[0].url));

    await until(models[0], () => keysOf(models[0]).has('Bearer new-key'));
    const response = await fetch(`${proxy.url}/v1/embeddings`, {
      method: 'POST',
      body: JSON.stringify({ input: ['a', 'b', 'c', 'd'] }),
    });
    assert.equal(response.status, 200);
    const sent = models[0].calls.map(({ headers }) => headers.authorization);
    assert.deepEqual(new Set(sent), new Set(['Bearer new-key']));
    assert.deepEqual([...keysOf(models[1])], ['Bearer other-key']);
  });

  it('are left where a caller names a target of its own', async (t) => {
    const models = await startModels(t, 2);
    const flags = [...targetsOf(models), ...OFF, '--batch-size', '1'];
    const proxy = await startForwardingProxy(t, flags);
    const headers = { 'x-target-host': models[1].url };

    const answers = [
      await embed(proxy, 8, { headers }),
      await proxy.ask('GET', '/v1/models', { headers }),
    ];

    for (const { status, text } of answers) assert.equal(status, 200, text);
    assert.deepEqual(callsOf(models), [0, 9]);
  });

  it('take batches of payloads, each below its own path', async (t) => {
    const models = await startModels(t, 2);
    const flags = [...targetsOf(models, ['/a', '/b']), ...OFF];
    const proxy = await startForwardingProxy(t, flags);
    const payloads = [{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3 }];

    const answer = await proxy.ask('POST', '/batch', {
      body: { url_path: '/v1/completions', payloads },
    });

    assert.equal(answer.status, 200, answer.text);
    const paths = models.map(
      ({ calls }) => new Set(calls.map(({ url }) => url)),
    );
    assert.deepEqual(paths, [
      new Set(['/a/v1/completions']),
      new Set(['/b/v1/completions']),
    ]);
  });
});

describe('the health of several targets', () => {
  it('is asked without calls, shown, and decides on readiness', async (t) => {
    const models = await startModels(t, 2);
    const proxy = await startForwardingProxy(t, [
      ...targetsOf(models, ['#weight=3']),
      ...OFTEN,
    ]);
    const ready = async () => (await proxy.ask('GET', '/readyz')).json.status;
    const gauges = async () =>
      models.map(async ({ url }) => {
        const { text } = await proxy.ask('GET', '/metrics');
        const name = `baseten_proxy_target_healthy{target="${new URL(url).host}"}`;
        return Number(text.split(`${name} `)[1]?.split('\n')[0]);
      });
    await until(models[0], async () =>
      (await targetsIn(proxy)).every(({ last_probe: probe }) => probe?.healthy),
    );
    assert.equal(await ready(), 'ready');

    models[0].health = 500;
    await until(models[0], async () => !(await targetsIn(proxy))[0].healthy);
    assert.equal(await ready(), 'ready');
    assert.deepEqual(await Promise.all(await gauges()), [0, 1]);
    assert.equal((await embed(proxy)).status, 200);
    assert.deepEqual(callsOf(models), [0, 1]);

    models[1].health = 500;
    await until(models[1], async () => (await ready()) === 'unhealthy');
    assert.equal((await proxy.ask('GET', '/readyz')).status, 503);
    const { json: status } = await proxy.ask('GET', '/status.json');
    assert.equal(status.state, 'unhealthy');
    assert.equal(status.targets[0].target, new URL(models[0].url).host);
    assert.equal(status.targets[0].weight, 3);
    assert.equal(status.targets[0].last_probe.healthy, false);

    models[0].health = 200;
    await until(models[0], async () => (await ready()) === 'ready');
    await until(models[0], () => proxy.log.includes('healthy again'));
    assert.match(proxy.log, /a target is unhealthy/);
  });

  it('is not asked of one target alone', async (t) => {
    const [model] = await startModels(t, 1);
    const flags = [...targetsOf([model]), ...OFTEN];
    const proxy = await startForwardingProxy(t, flags);

    await embed(proxy, 1);

    assert.deepEqual(await targetsIn(proxy), []);
    assert.equal(model.probes.length, 0);
  });

  it('is that of all workers', async (t) => {
    const models = await startModels(t, 2);
    const proxy = await startProxyProcess(t, [
      ...[...targetsOf(models), '-k', 'key', '--workers', '2', ...OFTEN],
    ]);
    const status = async () => (await fetch(`${proxy.url}/status.json`)).json();
    for (let i = 0; i < 6; i++)
      await fetch(`${proxy.url}/v1/models`, {
        headers: { connection: 'close' },
      });

    const { workers, targets } = await status();

    assert.equal(workers, 2);
    assert.equal(targets[0].requests + targets[1].requests, 6);
    models[0].health = 500;
    await until(models[0], async () => !(await status()).targets[0].healthy);
    const text = await (await fetch(`${proxy.url}/metrics`)).text();
    const { host } = new URL(models[0].url);
    assert.ok(text.includes(`target_healthy{target="${host}"} 0`), text);
  });
});
