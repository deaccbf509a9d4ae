'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { EventEmitter, once } = require('node:events');

const { Reporter } = require('../../lib/process/peers');
const { Metrics, mergeMetrics } = require('../../lib/telemetry/metrics');
const { mergeSnapshots } = require('../../lib/telemetry/snapshots');

const INPUTS = /^baseten_proxy_inputs_total\{[^}]*\} (\d+)$/m;

/** A worker as its primary sees it; it keeps silent until it is told to. */
class FakeWorker extends EventEmitter {
  static #count = 0;

  id = FakeWorker.#count++;
  isBusy = false;

  #metrics = new Metrics();
  #reporter;

  constructor(reporter) {
    super();
    this.#reporter = reporter;
  }

  isConnected() {
    return true;
  }

  serve(inputs) {
    const facts = { inputs, batches: 1, retries: 0, hedges: 0, model: 'm' };
    const target = { url: { host: 'model.example' }, isTrusted: true };
    Object.assign(facts, { bytesIn: 0, bytesOut: 0, upstreamSeconds: 0 });
    Object.assign(facts, { upstreamStatus: 200, target });
    const startedAt = performance.now();
    this.#metrics.observe({ route: 'rerank', status: 200, startedAt, facts });
  }

  async report() {
    const metrics = await this.#metrics.json();
    const report = { metrics, snapshot: this.#metrics.snapshot() };
    return JSON.parse(JSON.stringify(report));
  }

  async send(message) {
    if (message.kind === 'gathered') this.emit('gathered', message.others);
    else if (!this.isBusy)
      this.#reporter.add(this, { ...message, report: await this.report() });
  }

  /** What both pages tell of inputs when this worker is asked. */
  async inputs(workers) {
    const own = await this.report();
    const gathered = once(this, 'gathered');
    this.#reporter.gather(this, { id: 1, report: own }, workers);
    const reports = [own, ...(await gathered)[0]];
    const text = await mergeMetrics(reports.map(({ metrics }) => metrics));
    const merged = mergeSnapshots(reports.map(({ snapshot }) => snapshot));
    assert.equal(merged.totals.inputs, Number(INPUTS.exec(text)?.[1] ?? 0));
    return merged;
  }
}

function startWorkers() {
  const reporter = new Reporter();
  const workers = [new FakeWorker(reporter), new FakeWorker(reporter)];
  return { reporter, workers };
}

describe('the figures of several workers', { timeout: 20_000 }, () => {
  it('hold the last of a worker that is too busy to tell', async () => {
    const { workers } = startWorkers();
    const [asked, busy] = workers;
    asked.serve(1);
    busy.serve(10);
    assert.equal((await asked.inputs(workers)).totals.inputs, 11);

    busy.isBusy = true;
    asked.serve(1);
    busy.serve(10);
    const { totals, workers: count } = await asked.inputs(workers);

    assert.equal(totals.inputs, 12);
    assert.equal(count, 2);
    busy.isBusy = false;
    assert.equal((await asked.inputs(workers)).totals.inputs, 22);
  });

  it('hold those of whoever is asked when no other tells', async () => {
    const { workers } = startWorkers();
    const [asked, busy] = workers;
    asked.serve(1);
    busy.isBusy = true;

    assert.equal((await asked.inputs(workers)).totals.inputs, 1);
  });

  it('hold what workers had counted that have ended', async () => {
    const { reporter, workers } = startWorkers();
    const [asked, ...others] = workers;
    let served = 0;
    let ended = others[0];
    for (const inputs of [10, 100]) {
      ended.serve(inputs);
      served += inputs;
      await asked.inputs([asked, ended]);
      reporter.bury(ended);
      const { totals, workers: count } = await asked.inputs([asked]);
      assert.equal(totals.inputs, served);
      assert.equal(count, 1);
      ended = new FakeWorker(reporter);
    }
  });

  it('do not wait for a worker that ends meanwhile', async () => {
    const { reporter, workers } = startWorkers();
    const [asked, ending] = workers;
    ending.isBusy = true;
    const before = performance.now();

    const answer = asked.inputs(workers);
    setImmediate(() => reporter.bury(ending));
    await answer;

    assert.ok(performance.now() - before < 900);
  });

  it('leave out the last minute of a worker that told it long ago', async () => {
    const { workers } = startWorkers();
    const [asked, busy] = workers;
    const [now, old] = await Promise.all([asked.report(), busy.report()]);
    const { recent } = old.snapshot;
    const second = now.snapshot.recent.second - 60;
    recent.second = second;
    recent.rows = [{ second, route: 'rerank', durations: [[300, 5]] }];

    const merged = mergeSnapshots([now.snapshot, old.snapshot]);

    assert.deepEqual(merged.recent, { second: second + 60, rows: [] });
  });
});
