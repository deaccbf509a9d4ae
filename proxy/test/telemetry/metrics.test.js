'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { Metrics, mergeMetrics } = require('../../lib/telemetry/metrics');
const {
  Durations,
  Pulse,
  percentilesOf,
} = require('../../lib/telemetry/pulse');
const {
  describeSnapshot,
  mergeSnapshots,
} = require('../../lib/telemetry/snapshots');

const NOON_MS = Date.UTC(2024, 0, 25, 12);

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

/** The value of one series in the text that Prometheus reads. */
function valueOf(text, series) {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line && Number(line.slice(series.length + 1));
}

function close(actual, expected) {
  assert.ok(Math.abs(actual / expected - 1) < 0.03, `${actual}, ${expected}`);
}

describe('the durations', () => {
  it('give percentiles that are off by three percent at most', () => {
    const durations = new Durations();
    for (let ms = 1; ms <= 1000; ms++) durations.record(ms / 1000);

    const { count, p50, p90, p99 } = percentilesOf(durations.entries());

    assert.equal(count, 1000);
    close(p50, 0.5);
    close(p90, 0.9);
    close(p99, 0.99);
  });

  it('of several processes are those of all their requests', () => {
    const [fast, slow] = [new Durations(), new Durations()];
    for (let i = 0; i < 97; i++) fast.record(0.01);
    for (let i = 0; i < 3; i++) slow.record(2);

    const merged = percentilesOf([...slow.entries(), ...fast.entries()]);

    close(merged.p90, 0.01);
    close(merged.p99, 2);
  });

  it('take what is shorter or longer than their classes', () => {
    const durations = new Durations();
    durations.record(0);
    durations.record(1e9);

    const { count, p50, p99 } = percentilesOf(durations.entries());

    assert.deepEqual([count, p50], [2, 1e-6]);
    assert.ok(p99 > 3600);
  });

  it('are zeros when nothing was recorded', () => {
    assert.deepEqual(percentilesOf([]), { count: 0, p50: 0, p90: 0, p99: 0 });
  });
});

/** The seconds in which something was. */
function placesOf(counts) {
  return counts.flatMap((count, i) => (count > 0 ? [i] : []));
}

describe('the pulse', () => {
  it('tells the last whole minute, oldest second first', () => {
    const pulse = new Pulse();
    pulse.record(NOON_MS, 0.1, 0.05, 200);
    pulse.record(NOON_MS + 30_000, 0, 0, 429);
    pulse.record(NOON_MS + 59_999, 0.3, 0.2, 502);
    pulse.record(NOON_MS + 60_000, 9, 9, 502);

    const recent = pulse.read(NOON_MS + 60_500);

    assert.equal(recent.second, NOON_MS / 1000 + 59);
    assert.deepEqual(placesOf(recent.requests), [0, 30, 59]);
    assert.deepEqual(placesOf(recent.errors), [59]);
    assert.deepEqual(placesOf(recent.refused), [30]);
    assert.equal(recent.seconds, 0.4);
    assert.equal(recent.upstreamSeconds, 0.25);
    assert.equal(percentilesOf(recent.durations).count, 3);
  });

  it('forgets what is older, however long nothing happened', () => {
    const pulse = new Pulse();
    pulse.record(NOON_MS, 1, 1, 200);

    const nextMinute = pulse.read(NOON_MS + 61_000);
    const nextDay = pulse.read(NOON_MS + 86_400_000);
    pulse.record(NOON_MS + 61_000, 1, 1, 200);
    const again = pulse.read(NOON_MS + 62_000);

    for (const recent of [nextMinute, nextDay]) {
      assert.deepEqual(recent.requests, Array(60).fill(0));
      assert.deepEqual(recent.durations, []);
    }
    assert.deepEqual(again.requests, [...Array(59).fill(0), 1]);
    assert.equal(percentilesOf(again.durations).count, 1);
  });
});

describe('the metrics', () => {
  it('count requests by route and status, with their durations', async () => {
    const metrics = new Metrics();
    metrics.observe(exchange({ upstreamSeconds: 0.004 }));
    metrics.observe(exchange({ upstreamSeconds: 0.2 }));
    metrics.observe(exchange({ route: 'rerank', status: 504 }));

    const text = await metrics.text();

    const value = (series) => valueOf(text, `baseten_proxy_${series}`);
    assert.equal(value('requests_total{route="embeddings",status="200"}'), 2);
    assert.equal(value('requests_total{route="rerank",status="504"}'), 1);
    assert.equal(value('request_duration_seconds_count{route="rerank"}'), 1);
    const upstream = 'upstream_duration_seconds';
    assert.equal(value(`${upstream}_bucket{le="0.005",route="embeddings"}`), 1);
    assert.equal(value(`${upstream}_count{route="embeddings"}`), 2);
    assert.equal(value(`${upstream}_count{route="rerank"}`), undefined);
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
    });
    metrics.observe(exchange(facts));
    metrics.observe(exchange({ ...facts, inputs: 1 }));
    metrics.observe(exchange({ route: 'pass', upstreamStatus: 503 }));

    const text = await metrics.text();

    const expected = {
      inputs_total: 65,
      batches_total: 4,
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

    const series = 'baseten_proxy_requests_total';
    const labels = '{route="embeddings",status="200"}';
    assert.equal(valueOf(text, series + labels), 3);
    assert.equal(valueOf(text, 'baseten_proxy_inputs_total'), 30);
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

  it('lines up the seconds of workers that were asked at other times', () => {
    const [early, late] = [new Pulse(), new Pulse()];
    early.record(NOON_MS, 0.1, 0.1, 200);
    late.record(NOON_MS, 0.1, 0.1, 502);
    const base = new Metrics().snapshot();

    const { recent } = mergeSnapshots([
      { ...base, recent: early.read(NOON_MS + 1_999) },
      { ...base, recent: late.read(NOON_MS + 2_000) },
    ]);

    assert.deepEqual(recent.requests, [...Array(58).fill(0), 2, 0]);
    assert.deepEqual(recent.errors, [...Array(58).fill(0), 1, 0]);
    assert.equal(recent.second, NOON_MS / 1000 + 1);
  });

  it('tells percentiles and the share of upstreams in seconds', () => {
    const pulse = new Pulse();
    pulse.record(NOON_MS, 0.2, 0.15, 200);
    pulse.record(NOON_MS, 0.2, 0.15, 200);
    const snapshot = {
      ...new Metrics().snapshot(),
      startedAtMs: NOON_MS - 5_000,
      recent: pulse.read(NOON_MS + 1_000),
    };

    const status = describeSnapshot(snapshot, NOON_MS);

    assert.equal(status.state, 'ready');
    assert.equal(status.uptime, 5);
    close(status.last_minute.latency.p99, 0.2);
    close(status.last_minute.upstream_share, 0.75);
    assert.equal(status.last_minute.ends_at, NOON_MS / 1000 + 1);
  });
});
