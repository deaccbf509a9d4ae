'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { Metrics, mergeMetrics } = require('../../lib/telemetry/metrics');
const { MOST_MODELS, MOST_TARGETS } = require('../../lib/telemetry/labels');
const {
  describeSnapshot,
  mergeSnapshots,
  pastOf,
} = require('../../lib/telemetry/snapshots');

/** @param {string} host */
function target(host, isTrusted = false) {
  return { url: { host }, isTrusted };
}

const OPERATORS = target('model.example', true);

/** What an exchange that is over looks like from here. */
function exchange({ route = 'embeddings', status = 200, ...facts } = {}) {
  return {
    route,
    status,
    startedAt: performance.now() - 20,
    facts: {
      inputs: 0,
      batches: 0,
      retries: 0,
      hedges: 0,
      upstreamStatus: 0,
      upstreamSeconds: 0,
      bytesIn: 0,
      bytesOut: 0,
      target: OPERATORS,
      model: '',
      ...facts,
    },
  };
}

/** Figures as an engine tells them. */
function figures(given) {
  return {
    requests: 0,
    statuses: {},
    retries: 0,
    hedges: 0,
    hedgesWon: 0,
    connectionsOpened: 0,
    connectionsReused: 0,
    bytesSent: 0,
    bytesReceived: 0,
    inFlight: 0,
    queued: 0,
    ...given,
  };
}

/** All series of the text that Prometheus reads, with their values. */
function seriesOf(text) {
  const lines = text.split('\n').filter((line) => !/^(?:#|$)/.test(line));
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}

const valueOf = (text, series) => seriesOf(text).get(series);

/** As they stand in a series. */
function labelsOf(route, host = 'model.example', model = '') {
  return `route="${route}",target="${host}",model="${model}"`;
}

/** The values that a label has in a text. */
function valuesOf(text, label) {
  const found = text.matchAll(
    new RegExp(`\\b${label}="((?:[^"\\\\]|\\\\.)*)"`, 'g'),
  );
  return new Set(Array.from(found, ([, value]) => value));
}

describe('the metrics', () => {
  it('count requests by route and status, with their durations', async () => {
    const metrics = new Metrics();
    metrics.observe(exchange({ upstreamSeconds: 0.004 }));
    metrics.observe(exchange({ upstreamSeconds: 0.2 }));
    metrics.observe(exchange({ route: 'rerank', status: 504 }));

    const text = await metrics.text();

    const value = (name, labels) =>
      valueOf(text, `baseten_proxy_${name}{${labels}}`);
    const embeddings = labelsOf('embeddings');
    const rerank = labelsOf('rerank');
    const upstream = 'upstream_duration_seconds';
    assert.equal(value('requests_total', `${embeddings},status="200"`), 2);
    assert.equal(value('requests_total', `${rerank},status="504"`), 1);
    assert.equal(value('request_duration_seconds_count', rerank), 1);
    assert.equal(value(`${upstream}_bucket`, `le="0.005",${embeddings}`), 1);
    assert.equal(value(`${upstream}_count`, embeddings), 2);
    assert.equal(value(`${upstream}_count`, rerank), undefined);
  });

  it('tell what calls held and engines did', async () => {
    const metrics = new Metrics();
    const facts = { inputs: 64, batches: 2, bytesIn: 100, bytesOut: 900 };
    metrics.attach({
      engines: () => [
        figures({ retries: 3, hedges: 2, hedgesWon: 1, statuses: { 200: 7 } }),
        figures({
          connectionsReused: 5,
          queued: 6,
          statuses: { 200: 1, 503: 4 },
        }),
      ],
      admission: { calls: 11, bytes: 700 },
      isDraining: () => false,
      targets: () => [],
    });
    metrics.observe(exchange(facts));
    metrics.observe(exchange({ ...facts, inputs: 1 }));
    metrics.observe(exchange({ route: 'pass', upstreamStatus: 503 }));

    const text = await metrics.text();

    const expected = {
      [`inputs_total{${labelsOf('embeddings')}}`]: 65,
      [`batches_total{${labelsOf('embeddings')}}`]: 4,
      received_bytes_total: 200,
      sent_bytes_total: 1800,
      retries_total: 3,
      hedges_total: 2,
      hedges_won_total: 1,
      connections_opened_total: 0,
      connections_reused_total: 5,
      in_flight: 11,
      buffered_bytes: 700,
      upstream_in_flight: 0,
      queued: 6,
      'upstream_responses_total{status="200"}': 8,
      'upstream_responses_total{status="503"}': 5,
    };
    for (const [name, value] of Object.entries(expected))
      assert.equal(valueOf(text, `baseten_proxy_${name}`), value, name);
  });

  it('hold the process and the delay of its loop', async () => {
    const text = await new Metrics().text();

    assert.ok(valueOf(text, 'process_resident_memory_bytes') > 1e6);
    assert.ok(valueOf(text, 'nodejs_eventloop_lag_p99_seconds') >= 0);
  });

  it('of several workers are one text with their sums', async () => {
    const workers = [new Metrics(), new Metrics()];
    for (const metrics of [workers[0], workers[0], workers[1]])
      metrics.observe(exchange({ inputs: 10, batches: 1 }));

    const lists = await Promise.all(workers.map((one) => one.json()));
    const text = await mergeMetrics(JSON.parse(JSON.stringify(lists)));

    const labels = labelsOf('embeddings');
    const value = (series) => valueOf(text, `baseten_proxy_${series}`);
    assert.equal(value(`requests_total{${labels},status="200"}`), 3);
    assert.equal(value(`inputs_total{${labels}}`), 30);
  });
});

describe('the labels', () => {
  it('name the target and the model of a call', async () => {
    const metrics = new Metrics();
    const facts = { inputs: 8, batches: 1 };
    metrics.observe(exchange({ ...facts, model: 'small' }));
    metrics.observe(exchange({ ...facts, model: 'large' }));
    metrics.observe(exchange({ ...facts, model: 'large' }));

    const text = await metrics.text();

    const inputs = (model) => {
      const labels = labelsOf('embeddings', 'model.example', model);
      return valueOf(text, `baseten_proxy_inputs_total{${labels}}`);
    };
    assert.deepEqual([inputs('small'), inputs('large')], [8, 16]);
  });

  it('are empty for what goes nowhere', async () => {
    const metrics = new Metrics();
    metrics.observe(exchange({ route: 'livez', target: undefined }));

    const text = await metrics.text();

    const labels = `${labelsOf('livez', '')},status="200"`;
    assert.equal(valueOf(text, `baseten_proxy_requests_total{${labels}}`), 1);
  });

  it('are only so many, however many names callers make up', async () => {
    const metrics = new Metrics(['model.example']);
    const models = (host, isTrusted) => {
      for (let i = 0; i < 1000; i++)
        metrics.observe(
          exchange({ target: target(host(i), isTrusted), model: `m${i}` }),
        );
    };
    models((i) => `${i}.example`, false);
    models(() => 'model.example', true);

    const text = await metrics.text();

    const series = [...seriesOf(text).keys()];
    const counted = series.filter((name) => /_requests_total\{/.test(name));
    const total = counted.reduce((sum, name) => sum + valueOf(text, name), 0);
    assert.equal(valuesOf(text, 'target').size, MOST_TARGETS + 2);
    assert.equal(valuesOf(text, 'model').size, MOST_MODELS + 1);
    assert.ok(counted.length <= 2 * (MOST_TARGETS + MOST_MODELS + 2));
    assert.ok(series.length < 3000, `${series.length} series`);
    assert.equal(total, 2000);
  });

  it('leave the operator his own, whatever callers have taken', async () => {
    const metrics = new Metrics(['model.example']);
    for (let i = 0; i < 100; i++)
      metrics.observe(
        exchange({ target: target(`${i}.example`), model: `m${i}` }),
      );
    metrics.observe(exchange({ target: OPERATORS, model: 'ours' }));

    const text = await metrics.text();

    const labels = labelsOf('embeddings', 'model.example', 'ours');
    const name = `baseten_proxy_requests_total{${labels},status="200"}`;
    assert.equal(valueOf(text, name), 1);
  });

  it('are given to names that were answered, and kept by them', async () => {
    const metrics = new Metrics(['model.example']);
    metrics.observe(exchange({ model: 'typo', status: 404 }));
    metrics.observe(exchange({ target: target('down.example'), status: 502 }));
    metrics.observe(exchange({ model: 'known' }));
    metrics.observe(exchange({ model: 'known', status: 503 }));

    const text = await metrics.text();

    assert.deepEqual([...valuesOf(text, 'model')].sort(), [
      '',
      'known',
      'other',
    ]);
    assert.deepEqual(
      valuesOf(text, 'target'),
      new Set(['model.example', 'other']),
    );
    const known = labelsOf('embeddings', 'model.example', 'known');
    const name = `baseten_proxy_requests_total{${known},status="503"}`;
    assert.equal(valueOf(text, name), 1);
  });

  it('count statuses without a meaning by their class', async () => {
    const metrics = new Metrics();
    for (let status = 520; status < 600; status++)
      metrics.observe(exchange({ status }));
    metrics.observe(exchange({ status: 499 }));

    const statuses = valuesOf(await metrics.text(), 'status');

    assert.deepEqual(statuses, new Set(['5xx', '499']));
  });

  it('are escaped', async () => {
    const metrics = new Metrics();
    metrics.observe(exchange({ model: 'a"b\\c' }));

    const text = await metrics.text();

    assert.ok(valuesOf(text, 'model').has('a\\"b\\\\c'));
  });
});

describe('the status', () => {
  it('leaves out those who only watch', () => {
    const metrics = new Metrics();
    for (const route of ['health', 'metrics', 'status'])
      metrics.observe(exchange({ route }));
    metrics.observe(exchange({ status: 502 }));

    const { totals, statuses } = metrics.snapshot();

    assert.deepEqual(statuses, { 502: 1 });
    assert.deepEqual([totals.requests, totals.errors], [1, 1]);
  });

  it('tells what callers gave cause to apart from what failed', () => {
    const metrics = new Metrics();
    for (const status of [200, 401, 429, 499, 500, 504])
      metrics.observe(exchange({ status }));

    const { totals } = metrics.snapshot();

    assert.deepEqual(
      [totals.requests, totals.refused, totals.errors],
      [6, 3, 2],
    );
  });

  it('of several workers is that of one proxy', () => {
    const workers = [new Metrics(), new Metrics()];
    const facts = { inputs: 3, upstreamSeconds: 0.01 };
    workers[0].observe(exchange(facts));
    workers[1].observe(exchange(facts));
    workers[1].observe(exchange({ ...facts, status: 502 }));
    workers[1].attach({
      engines: () => [figures({ statuses: { 200: 2 }, inFlight: 4 })],
      admission: { calls: 2, bytes: 70 },
      isDraining: () => true,
      targets: () => [],
    });

    const list = workers.map((one) => one.snapshot());
    const merged = mergeSnapshots(JSON.parse(JSON.stringify(list)));

    assert.equal(merged.workers, 2);
    assert.equal(merged.isDraining, true);
    assert.deepEqual([merged.inFlight, merged.bufferedBytes], [2, 70]);
    assert.equal(merged.upstreamInFlight, 4);
    assert.deepEqual(merged.statuses, { 200: 2, 502: 1 });
    assert.deepEqual(merged.upstreamStatuses, { 200: 2 });
    assert.equal(merged.totals.inputs, 9);
  });

  it('of a target is good where all workers find it so', () => {
    const [one, other] = [new Metrics(), new Metrics()];
    const attach = (metrics, its) =>
      metrics.attach({
        engines: () => [],
        admission: { calls: 0, bytes: 0 },
        isDraining: () => false,
        targets: () => [{ name: 'a.example', weight: 2, inFlight: 1, ...its }],
      });
    const probe = (atMs, healthy) => ({ atMs, seconds: 0.5, healthy });
    attach(one, { healthy: true, requests: 3, failures: 1 });
    attach(other, {
      ...{ healthy: false, requests: 4, failures: 2 },
      probe: probe(2000, false),
    });

    const merged = mergeSnapshots([one.snapshot(), other.snapshot()]);
    const told = describeSnapshot(merged, Date.now());
    const past = mergeSnapshots([one.snapshot(), pastOf([other.snapshot()])]);

    assert.equal(told.state, 'unhealthy');
    assert.deepEqual(told.targets, [
      {
        target: 'a.example',
        weight: 2,
        healthy: false,
        requests: 7,
        failures: 3,
        in_flight: 2,
        last_probe: {
          at: '1970-01-01T00:00:02.000Z',
          seconds: 0.5,
          healthy: false,
        },
      },
    ]);
    const [left] = past.targets;
    assert.deepEqual([left.healthy, left.requests], [true, 7]);
    assert.deepEqual([left.inFlight, left.probe], [1, undefined]);
  });
});
