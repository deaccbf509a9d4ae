'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const {
  BatchPostResponse,
  CancellationToken,
  EmbeddingsResponse,
  HttpError,
} = require('../..');
const { connect, rejection } = require('../helpers/client');
const { assertRefused, setUp } = require('../helpers/submission');
const { startUpstream } = require('../helpers/upstream');

const PARTIAL = { onError: 'partial', batchSize: 2, maxRetries: 0 };

const BAD = { status: 400, body: { error: 'as ordered' } };

/** Answers of every kind; a batch that holds an input 'bad' is refused. */
function serve({ url, json, text }) {
  if (text.includes('"bad"')) return BAD;
  if (url === '/rerank')
    return { body: json.texts.map((_, index) => ({ index, score: 0.5 })) };
  if (url === '/predict')
    return { body: json.inputs.map(() => [{ label: 'x', score: 1 }]) };
  if (url !== '/v1/embeddings') return { body: { echo: json } };
  const data = json.input.map((_, index) => ({ index, embedding: [1, 2] }));
  return { body: { data, usage: { prompt_tokens: 3, total_tokens: 3 } } };
}

const INPUTS = ['a', 'b', 'bad', 'c', 'd'];

function places(errors) {
  return errors.map(({ firstInput, inputCount }) => [firstInput, inputCount]);
}

/** Holds that each input has an answer or stands in `errors`, never both. */
function assertAllAccounted(errors, answered, count) {
  const seen = [...answered];
  for (const { firstInput, inputCount, error } of errors) {
    assert.ok(error instanceof Error);
    for (let i = 0; i < inputCount; i++) seen.push(firstInput + i);
  }
  seen.sort((a, b) => a - b);
  assert.deepEqual(
    seen,
    Array.from({ length: count }, (_, i) => i),
  );
}

function answeredPlaces(data) {
  return data.flatMap((value, i) => (value === null ? [] : [i]));
}

describe('a call that wants partial results', () => {
  it('embeds what it can and names the rest', async (t) => {
    const upstream = await startUpstream(t, serve);
    const client = connect(t, upstream.url);

    const response = await client.embed(INPUTS, 'm', PARTIAL);

    assert.deepEqual(
      response.data.map(({ embedding }) => embedding),
      [[1, 2], [1, 2], null, null, [1, 2]],
    );
    assert.deepEqual(
      response.data.map(({ index, object }) => `${object} ${index}`),
      INPUTS.map((_, i) => `embedding ${i}`),
    );
    assert.deepEqual(places(response.errors), [[2, 2]]);
    assert.equal(response.usage.total_tokens, 6);
    assert.equal(response.response_headers.length, 2);
    assert.equal(response.individual_request_times.length, 2);
  });

  it('has rows of NaN where an embedding is missing', async (t) => {
    const upstream = await startUpstream(t, serve);
    const client = connect(t, upstream.url);

    const response = await client.embed(INPUTS, 'm', PARTIAL);

    const { data, rows, dimensions } = response.matrix();
    assert.deepEqual([rows, dimensions], [5, 2]);
    assert.deepEqual(
      [...data],
      [...[1, 2, 1, 2], ...[NaN, NaN, NaN, NaN], ...[1, 2]],
    );
  });

  it('reranks without the texts of failed batches', async (t) => {
    const upstream = await startUpstream(t, serve);
    const client = connect(t, upstream.url);

    const response = await client.rerank('q', INPUTS, PARTIAL);

    const indexes = response.data.map(({ index }) => index);
    assert.deepEqual(indexes, [0, 1, 4]);
    assert.equal(response.sorted().length, 3);
    assertAllAccounted(response.errors, indexes, 5);
  });

  it('classifies with null for failed inputs', async (t) => {
    const upstream = await startUpstream(t, serve);
    const client = connect(t, upstream.url);

    const response = await client.classify(INPUTS, PARTIAL);

    assert.deepEqual(answeredPlaces(response.data), [0, 1, 4]);
    assert.deepEqual(response.data[4], [{ label: 'x', score: 1 }]);
    assertAllAccounted(response.errors, [0, 1, 4], 5);
  });

  it('posts with null for failed payloads', async (t) => {
    const upstream = await startUpstream(t, serve);
    const client = connect(t, upstream.url);

    const response = await client.batchPost('/x', INPUTS, PARTIAL);

    assert.deepEqual(response.data, [
      ...[{ echo: 'a' }, { echo: 'b' }],
      null,
      ...[{ echo: 'c' }, { echo: 'd' }],
    ]);
    assert.deepEqual(places(response.errors), [[2, 1]]);
  });

  it('gives each failed batch the error that a call would have', async (t) => {
    const upstream = await startUpstream(t, serve);
    const client = connect(t, upstream.url);

    const { errors } = await client.embed(INPUTS, 'm', PARTIAL);

    const [{ error }] = errors;
    assert.ok(error instanceof HttpError);
    assert.equal(error.response.json().error, 'as ordered');
    assert.deepEqual(
      [error.batch, error.firstInput, error.inputCount, error.attempts],
      [1, 2, 2, 1],
    );
    assert.match(error.message, /HTTP 400 .*inputs 2-3/);
    assert.equal(error.partial, undefined);
  });

  it('names every failed batch, in input order', async (t) => {
    const upstream = await startUpstream(t, serve);
    const client = connect(t, upstream.url);
    const texts = Array.from({ length: 60 }, (_, i) => (i % 7 ? 'a' : 'bad'));

    const response = await client.classify(texts, PARTIAL);

    const firsts = response.errors.map(({ firstInput }) => firstInput);
    assert.deepEqual(
      firsts,
      [...firsts].sort((a, b) => a - b),
    );
    assert.equal(firsts.length, 9);
    assertAllAccounted(response.errors, answeredPlaces(response.data), 60);
  });

  it('has an empty list of errors when all is well', async (t) => {
    const upstream = await startUpstream(t, serve);
    const client = connect(t, upstream.url);

    const response = await client.batchPost('/x', ['a'], PARTIAL);

    assert.deepEqual(response.errors, []);
    assert.deepEqual(Object.keys(response), [
      ...['data', 'errors', 'individual_request_times'],
      ...['response_headers', 'statuses', 'total_time'],
    ]);
    assert.deepEqual(structuredClone(response).errors, []);
  });

  it('retries before it gives a batch up', async (t) => {
    const upstream = await startUpstream(t, [{ status: 503 }, { body: 1 }]);
    const client = connect(t, upstream.url);

    const response = await client.batchPost('/x', ['a'], {
      ...PARTIAL,
      ...{ maxRetries: 1, initialBackoffMs: 50 },
    });

    assert.deepEqual(response.data, [1]);
    assert.deepEqual(response.errors, []);
  });

  it('rejects when every batch failed, and still names each', async (t) => {
    const upstream = await startUpstream(t, () => BAD);
    const client = connect(t, upstream.url);

    const error = await rejection(client.embed(INPUTS, 'm', PARTIAL));

    assert.equal(error.code, 'HTTP_ERROR');
    assert.ok(error.partial instanceof EmbeddingsResponse);
    assert.deepEqual(answeredPlaces(error.partial.data), [0, 1, 2, 3, 4]);
    assert.ok(error.partial.data.every(({ embedding }) => embedding === null));
    assert.deepEqual(places(error.partial.errors), [
      [0, 2],
      [2, 2],
      [4, 1],
    ]);
    const own = error.partial.errors.find((one) => one.error === error);
    assert.equal(own.firstInput, error.firstInput);
  });

  it('rejects when it is cancelled, with what there is', async (t) => {
    const upstream = await startUpstream(t, (request) =>
      request.json === 'c' ? { hang: true } : serve(request),
    );
    const client = connect(t, upstream.url);
    const cancelToken = new CancellationToken();

    const call = client.batchPost('/x', INPUTS, {
      ...{ ...PARTIAL, cancelToken },
      onProgress: ({ completed }) => completed === 4 && cancelToken.cancel(),
    });
    const error = await rejection(call);

    assert.equal(error.code, 'CANCELLED');
    assert.deepEqual(answeredPlaces(error.partial.data), [0, 1, 4]);
    const codes = error.partial.errors.map((one) => one.error.code);
    assert.deepEqual(places(error.partial.errors), [
      [2, 1],
      [3, 1],
    ]);
    assert.deepEqual(codes, ['HTTP_ERROR', 'CANCELLED']);
  });
});

describe('a call that fails', () => {
  it('has no list of errors in its response by default', async (t) => {
    const upstream = await startUpstream(t, serve);
    const client = connect(t, upstream.url);

    for (const options of [{}, { onError: 'throw' }, { onError: null }]) {
      const response = await client.batchPost('/x', ['a'], options);
      assert.equal('errors' in response, false);
    }
  });

  it('carries what had been answered', async (t) => {
    const upstream = await startUpstream(t, serve);
    const client = connect(t, upstream.url);

    const error = await rejection(
      client.batchPost('/x', INPUTS, { maxConcurrentRequests: 1 }),
    );

    assert.ok(error.partial instanceof BatchPostResponse);
    assert.deepEqual(error.partial.data, [
      ...[{ echo: 'a' }, { echo: 'b' }],
      ...[null, null, null],
    ]);
    assert.equal(error.partial.response_headers.length, 2);
    assert.deepEqual(
      [error.batch, error.firstInput, error.inputCount],
      [2, 2, 1],
    );
  });

  it('blames itself for every input that has no answer', async (t) => {
    const upstream = await startUpstream(t, serve);
    const client = connect(t, upstream.url);

    const error = await rejection(
      client.embed(INPUTS, 'm', { batchSize: 1, maxConcurrentRequests: 1 }),
    );

    const { data, errors } = error.partial;
    assert.ok(errors.every((one) => one.error === error));
    assert.deepEqual(places(errors), [
      [2, 1],
      [3, 2],
    ]);
    assert.deepEqual(data[1].embedding, [1, 2]);
    assert.equal(data[2].embedding, null);
    const { data: numbers } = error.partial.matrix();
    assert.deepEqual([...numbers.slice(2, 6)], [1, 2, NaN, NaN]);
  });

  it('does not show its partial result beside the error', async (t) => {
    const upstream = await startUpstream(t, () => BAD);
    const client = connect(t, upstream.url);

    const error = await rejection(client.embed(['a'], 'm'));

    assert.equal(Object.keys(error).includes('partial'), false);
    assert.equal(error.partial, error.partial);
    assert.equal(error.partial.model, 'm');
    assert.equal(error.partial.matrix().data.length, 0);
    assert.equal(JSON.stringify(error.partial).includes('HTTP_ERROR'), true);
  });

  it('has no partial result when it never began', async (t) => {
    const { client } = setUp(t);
    await client.close();

    const error = await rejection(client.embed(['a'], 'm'));

    assert.equal(error.code, 'CLOSED');
    assert.equal(error.partial, undefined);
  });
});

/** Numbers from 0 to 1 that are the same for the same seed. */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A server that refuses, breaks off, garbles or answers, as the dice fall. */
function faultyServer(random) {
  return (request) => {
    const whole = serve(request);
    const faults = [
      ...[{ status: 400 }, { status: 413 }, { status: 429 }, { status: 500 }],
      ...[{ reset: true }, { ...whole, cut: 5 }, { body: '[' }],
    ];
    const dice = Math.floor(random() * 2 * faults.length);
    return faults[dice] ?? whole;
  };
}

describe('every input ends in exactly one place', () => {
  const count = 40;
  const texts = new Array(count).fill('a');
  const calls = {
    embed: (client, options) => client.embed(texts, 'm', options),
    classify: (client, options) => client.classify(texts, options),
    rerank: (client, options) => client.rerank('q', texts, options),
    batchPost: (client, options) => client.batchPost('/x', texts, options),
  };
  const answeredBy = {
    embed: ({ data }) => answeredPlaces(data.map((item) => item.embedding)),
    classify: ({ data }) => answeredPlaces(data),
    rerank: ({ data }) => data.map(({ index }) => index),
    batchPost: ({ data }) => answeredPlaces(data),
  };

  for (const method of Object.keys(calls))
    for (const seed of [1, 2, 3, 4])
      it(`of ${method} among random faults, seed ${seed}`, async (t) => {
        const random = randomFrom(seed);
        const upstream = await startUpstream(t, faultyServer(random));
        const client = connect(t, upstream.url);
        let last;

        const response = await calls[method](client, {
          onError: seed === 4 ? 'throw' : 'partial',
          ...{ batchSize: 8, maxRetries: 1, initialBackoffMs: 50 },
          onProgress: (figures) => {
            last = figures;
          },
        }).catch((error) => error.partial);

        const errors = response.errors ?? [];
        assertAllAccounted(errors, answeredBy[method](response), count);
        if (seed !== 4) {
          assert.equal(last.completed, last.total);
          assert.equal(last.inputs, count);
        }
      });
});

describe('onError', () => {
  it('is refused unless it is throw or partial', async (t) => {
    const kit = setUp(t);

    for (const [onError, name] of [
      ['ignore', 'RangeError'],
      [true, 'TypeError'],
      [() => {}, 'TypeError'],
    ])
      for (const [method, ...args] of [
        ['embed', ['a'], 'm'],
        ['rerank', 'q', ['a']],
        ['classify', ['a']],
        ['batchPost', '/x', [1]],
      ])
        await assertRefused(kit, method, [...args, { onError }], {
          ...{ name, argument: 'onError' },
          message: /^onError must be one of throw, partial, got /,
        });
  });
});
