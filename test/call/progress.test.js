'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { connect } = require('../helpers/client');
const { fail, failureOf, succeed } = require('../helpers/stand-in-engine');
const { assertRefused, setUp } = require('../helpers/submission');
const { startUpstream } = require('../helpers/upstream');

const OK = { body: { ok: true } };

function figuresOf(total, completed, inputs, retries, hedges) {
  return { completed, total, inputs, retries, hedges };
}

/** A call of three payloads to a stand-in engine, and what it reports. */
function watched(t) {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { engine, client } = setUp(t);
  const told = [];
  const onProgress = (news) => told.push(news);
  const call = client.batchPost('/x', [1, 2, 3], { onProgress });
  const [job] = engine.jobs;
  job.progress = figuresOf(3, 0, 0, 0, 0);
  return { call, client, job, told, tick: (ms) => t.mock.timers.tick(ms) };
}

const ALL = { completed: 3, total: 3, inputs: 3, retries: 0, hedges: 0 };

describe('the progress of a call', () => {
  it('is told as the engine sees it, and once at the end', async (t) => {
    const { call, job, told, tick } = watched(t);

    job.progress = figuresOf(4, 2, 1, 5, 6);
    tick(50);
    succeed(job, ['1', '2', '3'], { batches: 3, retries: 7, hedges: 6 });
    await call;

    assert.deepEqual(told, [
      { completed: 2, total: 4, inputs: 1, retries: 5, hedges: 6 },
      { ...ALL, retries: 7, hedges: 6 },
    ]);
  });

  it('is told at most twenty times a second', async (t) => {
    const { call, job, told, tick } = watched(t);

    for (let i = 1; i <= 1000; i++) {
      job.progress = figuresOf(2000, i, i, 0, 0);
      tick(1);
    }

    assert.equal(told.length, 20);
    succeed(job, ['1', '2', '3'], { batches: 3 });
    await call;
  });

  it('is told only when something has changed', async (t) => {
    const { call, job, told, tick } = watched(t);

    tick(1000);
    job.progress = figuresOf(3, 0, 0, 1, 0);
    tick(1000);

    assert.deepEqual(
      told.map(({ retries }) => retries),
      [0, 1],
    );
    succeed(job, ['1', '2', '3'], { batches: 3 });
    await call;
  });

  it('is told before the call is over for its caller, then no more', async (t) => {
    const { call, job, told, tick } = watched(t);

    succeed(job, ['1', '2', '3'], { batches: 3 });
    await call;
    const counted = told.length;
    tick(1000);

    assert.equal(counted, 1);
    assert.deepEqual(told, [ALL]);
  });

  it('counts the batch that made the call fail', async (t) => {
    const { call, job, told } = watched(t);

    job.handler.onAnswer(0, '1', '', 0.1, 0, 1);
    const place = { batch: 1, firstInput: 1, inputCount: 1 };
    fail(job, { status: 400, ...place }, { batches: 3 });
    await assert.rejects(call);

    assert.deepEqual(told, [{ ...ALL, completed: 2, inputs: 2 }]);
  });

  it('counts a failed batch once when all have failed', async (t) => {
    const { call, job, told } = watched(t);

    const failures = [1, 0, 2].map((batch) =>
      failureOf({ batch, firstInput: batch, inputCount: 1 }),
    );
    for (const failure of failures) job.handler.onFailure(failure);
    fail(job, failures[0], { batches: 3 });
    await assert.rejects(call);

    assert.deepEqual(told, [ALL]);
  });

  it('is told at the end of a call that was cancelled', async (t) => {
    const { call, client, told, tick } = watched(t);

    const closed = client.destroy();
    await assert.rejects(call, { code: 'CLOSED' });
    await closed;
    tick(1000);

    assert.equal(told.length, 1);
    assert.equal(told[0].completed, 0);
  });

  it('is not told of a call that could not begin', async (t) => {
    const { engine, client } = setUp(t);
    engine.refusal = new Error('no thread');
    const told = [];

    const call = client.embed(['a'], 'm', {
      onProgress: (figures) => told.push(figures),
    });
    await assert.rejects(call, /no thread/);

    assert.deepEqual(told, []);
  });

  it('reaches its total with real batches, retries and failures', async (t) => {
    const firstAnswers = new Map([
      [0, { status: 503 }],
      [3, { status: 400 }],
    ]);
    const upstream = await startUpstream(t, ({ json }) => {
      const answer = firstAnswers.get(json) ?? OK;
      firstAnswers.delete(json);
      return answer;
    });
    const client = connect(t, upstream.url);
    let last;

    await client.batchPost('/x', [0, 1, 2, 3, 4], {
      ...{ onError: 'partial', initialBackoffMs: 200 },
      onProgress: (figures) => {
        for (const name of ['completed', 'inputs', 'retries'])
          assert.ok(figures[name] >= (last?.[name] ?? 0), name);
        last = figures;
      },
    });

    assert.deepEqual(last, {
      ...{ completed: 5, total: 5, inputs: 5, retries: 1, hedges: 0 },
    });
  });
});

describe('a progress callback', () => {
  it('that throws does not touch the call', async (t) => {
    const { call, job, tick } = watchedThrowing(t);
    const thrown = [];
    const isOurs = (error) => {
      if (error.message === 'from the callback') thrown.push(error);
    };
    process.setUncaughtExceptionCaptureCallback(isOurs);
    t.after(() => process.setUncaughtExceptionCaptureCallback(null));

    tick(50);
    await new Promise(setImmediate);
    succeed(job, ['1'], { batches: 1 });
    const response = await call;
    await new Promise(setImmediate);

    assert.deepEqual(response.data, [1]);
    assert.equal(thrown.length, 2);
  });

  it('is refused unless it is a function', async (t) => {
    const kit = setUp(t);

    for (const onProgress of ['log', 1, {}])
      await assertRefused(kit, 'embed', [['a'], 'm', { onProgress }], {
        ...{ name: 'TypeError', argument: 'onProgress' },
        message: /^onProgress must be a function, got /,
      });
  });
});

function watchedThrowing(t) {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { engine, client } = setUp(t);
  const call = client.batchPost('/x', [1], {
    onProgress() {
      throw new Error('from the callback');
    },
  });
  const [job] = engine.jobs;
  job.progress = figuresOf(1, 0, 0, 0, 0);
  return { call, job, tick: (ms) => t.mock.timers.tick(ms) };
}
