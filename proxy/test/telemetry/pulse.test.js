'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { describeMinute, mergeMinutes } = require('../../lib/telemetry/minute');
const {
  Durations,
  Pulse,
  percentilesOf,
} = require('../../lib/telemetry/pulse');

const NOON_MS = Date.UTC(2024, 0, 25, 12);

const NOON = NOON_MS / 1000;

const FACTS = {
  inputs: 0,
  batches: 0,
  retries: 0,
  hedges: 0,
  bytesIn: 0,
  bytesOut: 0,
  upstreamSeconds: 0,
};

/** Where a request went. */
function way(route = 'embeddings', target = 'model.example') {
  return { name: `${route} ${target}`, route, target };
}

/** A pulse of requests, each [milliseconds after noon, what of it]. */
function pulseOf(...requests) {
  const pulse = new Pulse();
  for (const [
    ms,
    { seconds = 0.1, status = 200, on = way(), ...facts },
  ] of requests)
    pulse.record(NOON_MS + ms, on, status, seconds, { ...FACTS, ...facts });
  return pulse;
}

/** What it tells some milliseconds after noon. */
const readAt = (pulse, ms) => pulse.read(NOON_MS + ms);

/** The seconds in which something was. */
function placesOf(counts) {
  return counts.flatMap((count, i) => (count > 0 ? [i] : []));
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

describe('the last minute', () => {
  it('is told second by second, the oldest first', () => {
    const pulse = pulseOf(
      [0, { seconds: 0.1, upstreamSeconds: 0.05 }],
      [30_000, { seconds: 0, status: 429 }],
      [59_999, { seconds: 0.3, upstreamSeconds: 0.25, status: 502 }],
      [60_000, { seconds: 9, upstreamSeconds: 9, status: 502 }],
    );

    const minute = describeMinute(readAt(pulse, 60_500), 3600);

    assert.equal(minute.ends_at, NOON + 60);
    assert.equal(minute.seconds, 60);
    assert.deepEqual(placesOf(minute.requests), [0, 30, 59]);
    assert.deepEqual(placesOf(minute.errors), [59]);
    assert.deepEqual(placesOf(minute.refused), [30]);
    assert.deepEqual(placesOf(minute.p99), [0, 30, 59]);
    close(minute.p50[0], 0.1);
    close(minute.p99[59], 0.3);
    close(minute.upstream_share, 0.75);
    assert.equal(minute.latency.count, 3);
  });

  it('forgets what is older, however long nothing happened', () => {
    const pulse = pulseOf([0, {}]);

    const nextMinute = readAt(pulse, 61_000);
    const nextDay = readAt(pulse, 86_400_000);
    pulse.record(NOON_MS + 61_000, way(), 200, 1, FACTS);
    const again = describeMinute(readAt(pulse, 62_000), 3600);

    assert.deepEqual(nextMinute.rows, []);
    assert.deepEqual(nextDay.rows, []);
    assert.deepEqual(placesOf(again.requests), [59]);
    assert.equal(again.latency.count, 1);
  });

  it('has one window for all that it tells', () => {
    const facts = {
      inputs: 10,
      batches: 2,
      retries: 1,
      bytesIn: 7,
      bytesOut: 9,
    };
    const pulse = pulseOf(
      [-1, { ...facts, status: 500 }],
      [0, { ...facts, hedges: 1 }],
      [59_999, { ...facts, status: 404 }],
      [60_000, { ...facts, status: 500 }],
    );

    const { totals, statuses } = describeMinute(readAt(pulse, 60_000), 3600);

    assert.deepEqual(totals, {
      requests: 2,
      errors: 0,
      refused: 1,
      inputs: 20,
      batches: 4,
      retries: 2,
      hedges: 1,
      bytesIn: 14,
      bytesOut: 18,
    });
    assert.deepEqual(statuses, { 200: 1, 404: 1 });
  });

  it('is told by route and target, the busiest first', () => {
    const rerank = way('rerank');
    const elsewhere = way('embeddings', 'other');
    const pulse = pulseOf(
      [0, { on: elsewhere, seconds: 2, status: 502 }],
      [1_000, { seconds: 0.1 }],
      [1_000, { seconds: 0.1 }],
      [2_000, { seconds: 0.1, status: 401 }],
      [2_000, { on: rerank, seconds: 0.5 }],
      [3_000, { on: rerank, seconds: 0.5 }],
    );

    const { ways } = describeMinute(readAt(pulse, 4_000), 3600);

    const told = ways.map(({ route, target, requests, errors, refused }) => [
      ...[route, target, requests, errors, refused],
    ]);
    assert.deepEqual(told, [
      ['embeddings', 'model.example', 3, 0, 1],
      ['rerank', 'model.example', 2, 0, 0],
      ['embeddings', 'other', 1, 1, 0],
    ]);
    close(ways[0].latency.p50, 0.1);
    close(ways[2].latency.p99, 2);
  });

  it('is shorter where the proxy is younger', () => {
    const { seconds } = describeMinute(readAt(pulseOf(), 0), 12.5);

    assert.equal(seconds, 12.5);
  });

  it('of several workers lines up what they told at other times', () => {
    const early = readAt(pulseOf([0, {}], [-59_000, {}]), 1_999);
    const late = readAt(pulseOf([0, { status: 502 }]), 2_000);
    const stale = readAt(pulseOf([-90_000, {}]), -88_000);

    const merged = mergeMinutes(
      JSON.parse(JSON.stringify([early, late, stale])),
    );
    const minute = describeMinute(merged, 3600);

    assert.equal(minute.ends_at, NOON + 2);
    assert.deepEqual(minute.requests, [...Array(58).fill(0), 2, 0]);
    assert.deepEqual(minute.errors, [...Array(58).fill(0), 1, 0]);
  });
});
