'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { subscribe, unsubscribe } = require('node:diagnostics_channel');
const { setImmediate: nextTurn } = require('node:timers/promises');

const { connect } = require('../helpers/client');
const { collect, counting, echo, later } = require('../helpers/streams');
const { startUpstream } = require('../helpers/upstream');

const REQUEST = 'baseten-performance-client:request';

const HANG = { hang: true };

/** Answers held back until the test lets each go, by its first input. */
function held() {
  const gates = new Map();
  const gate = (name) => {
    if (!gates.has(name)) gates.set(name, defer());
    return gates.get(name);
  };
  return {
    open: (name) => gate(name).resolve(),
    script: async (request) => {
      await gate(request.json.input?.[0] ?? request.json).promise;
      return request.json.input ? echo(request) : { body: request.json };
    },
  };
}

function defer() {
  const deferred = {};
  deferred.promise = new Promise((resolve) => {
    deferred.resolve = resolve;
  });
  return deferred;
}

/** Settles when a batch has been answered. */
function nextRequest() {
  const { promise, resolve } = defer();
  const listen = () => {
    unsubscribe(REQUEST, listen);
    resolve();
  };
  subscribe(REQUEST, listen);
  return promise;
}

describe('embedStream', () => {
  it('yields the embeddings of each batch in input order', async (t) => {
    const upstream = await startUpstream(t, echo);
    const client = connect(t, upstream.url);

    const results = await collect(
      client.embedStream(counting(5), 'm', { batchSize: 2 }),
    );

    const usage = { prompt_tokens: 2, total_tokens: 7 };
    assert.deepEqual(
      results.map((result) => ({ ...result })),
      [
        {
          ...{ start: 0, count: 2, items: ['0', '1'], dimensions: 1 },
          ...{ data: Float32Array.of(0, 1), usage },
        },
        {
          ...{ start: 2, count: 2, items: ['2', '3'], dimensions: 1 },
          ...{ data: Float32Array.of(2, 3), usage },
        },
        {
          ...{ start: 4, count: 1, items: ['4'], dimensions: 1 },
          data: Float32Array.of(4),
          usage: { prompt_tokens: 1, total_tokens: 7 },
        },
      ],
    );
  });

  it('keeps the order though a later batch is answered first', async (t) => {
    const answers = held();
    const upstream = await startUpstream(t, answers.script);
    const client = connect(t, upstream.url);
    const stream = client.embedStream(['0', '1'], 'm', { batchSize: 1 });
    const first = stream.next();
    await upstream.until((now) => now.requests.length === 2);

    const answered = nextRequest();
    answers.open('1');
    await answered;
    answers.open('0');

    assert.equal((await first).value.start, 0);
    assert.equal((await stream.next()).value.start, 1);
    assert.equal((await stream.next()).done, true);
  });

  it('yields as batches are completed when order is not asked for', async (t) => {
    const answers = held();
    const upstream = await startUpstream(t, answers.script);
    const client = connect(t, upstream.url);
    const options = { batchSize: 1, ordered: false };
    const stream = client.embedStream(['0', '1', '2'], 'm', options);

    const starts = [];
    for (const name of ['2', '0', '1']) {
      const next = stream.next();
      answers.open(name);
      starts.push((await next).value.start);
    }

    assert.deepEqual(starts, [2, 0, 1]);
    assert.equal((await stream.next()).done, true);
  });

  it('reads an async source, and one that is empty', async (t) => {
    const upstream = await startUpstream(t, echo);
    const client = connect(t, upstream.url);

    const some = await collect(client.embedStream(later(['0', '1']), 'm'));
    const none = await collect(client.embedStream(later([]), 'm'));

    assert.deepEqual([...some[0].data], [0, 1]);
    assert.deepEqual(none, []);
    assert.equal(upstream.requests.length, 1);
  });

  it('fills batches by code points as a call does', async (t) => {
    const texts = ['9'.repeat(30), '8'.repeat(20), '7', '6'.repeat(60), '5'];
    texts.push(`${'4'.repeat(47)}\u{1f600}\ud83d`, '3');
    const sent = async (run) => {
      const upstream = await startUpstream(t, (request) => ({
        body: {
          data: request.json.input.map((_, index) => ({
            ...{ index, embedding: [1] },
          })),
        },
      }));
      await run(connect(t, upstream.url));
      return upstream.requests.map(({ json }) => json.input);
    };
    const options = { maxCharsPerRequest: 50, maxConcurrentRequests: 1 };

    const streamed = await sent((client) =>
      collect(client.embedStream(texts, 'm', options)),
    );

    const called = await sent((client) => client.embed(texts, 'm', options));
    assert.deepEqual(streamed, called);
    assert.equal(streamed.length, 5);
  });

  it('sends halves of what is refused, and no larger batches then', async (t) => {
    const upstream = await startUpstream(t, (request) =>
      request.json.input.length > 2 ? { status: 413 } : echo(request),
    );
    const client = connect(t, upstream.url);
    const options = { batchSize: 8, maxConcurrentRequests: 1 };

    const results = await collect(
      client.embedStream(counting(40), 'm', options),
    );

    const refused = upstream.requests.filter((r) => r.json.input.length > 2);
    assert.ok(refused.length <= 6, `${refused.length} were refused`);
    const numbers = results.flatMap(({ data }) => [...data]);
    assert.deepEqual(
      numbers,
      Array.from({ length: 40 }, (_, i) => i),
    );
  });

  it('never has more batches in flight than it may, of 100,000', async (t) => {
    let open = 0;
    let most = 0;
    const upstream = await startUpstream(t, async (request) => {
      most = Math.max(most, ++open);
      await nextTurn();
      open--;
      return echo(request);
    });
    const client = connect(t, upstream.url);
    const source = counting(100_000);
    const options = { batchSize: 500, maxConcurrentRequests: 4 };

    let count = 0;
    let farthest = 0;
    for await (const result of client.embedStream(source, 'm', options)) {
      farthest = Math.max(farthest, source.read - result.start);
      count += result.count;
    }

    assert.equal(count, 100_000);
    assert.ok(most <= 4, `${most} at once`);
    assert.ok(farthest <= 500 * 6, `${farthest} ahead`);
  });

  it('reads no further while nobody takes results', async (t) => {
    const upstream = await startUpstream(t, echo);
    const client = connect(t, upstream.url);
    const source = counting();
    const options = { batchSize: 2, maxConcurrentRequests: 3 };
    const stream = client.embedStream(source, 'm', options);

    assert.equal(source.read, 0);
    await stream.next();
    await upstream.until((now) => now.requests.length === 4);
    await nextTurn();

    assert.equal(source.read, 2 * (1 + 3 + 1));
    await stream.return();
    assert.equal(upstream.requests.length, 4);
  });

  it('is held back by its slowest batch', async (t) => {
    const upstream = await startUpstream(t, (request) =>
      request.json.input[0] === '0' ? HANG : echo(request),
    );
    const client = connect(t, upstream.url);
    const source = counting();
    const options = { batchSize: 1, maxConcurrentRequests: 3 };
    const stream = client.embedStream(source, 'm', options);
    const first = stream.next();

    await upstream.until((now) => now.requests.length === 3);
    await nextTurn();

    assert.equal(source.read, 4);
    await stream.return();
    assert.deepEqual(await first, { done: true, value: undefined });
    assert.equal(upstream.requests.length, 3);
  });

  it('retries and hedges within each batch', async (t) => {
    const upstream = await startUpstream(t, (request, n) => {
      if (n === 0) return { status: 503 };
      return n === 1 ? HANG : echo(request);
    });
    const client = connect(t, upstream.url);
    const options = {
      ...{ batchSize: 1, maxConcurrentRequests: 1, initialBackoffMs: 50 },
      ...{ hedgeDelay: 0.2, hedgeBudgetPct: 1 },
    };

    const results = await collect(client.embedStream(['0'], 'm', options));

    assert.deepEqual([...results[0].data], [0]);
    assert.equal(upstream.requests.length, 3);
  });
});
