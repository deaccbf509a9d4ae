'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const {
  CancellationToken,
  PerformanceClient,
  RequestProcessingPreference,
} = require('../..');
const { connect, rejection } = require('../helpers/client');
const { startUpstream } = require('../helpers/upstream');

const BASE_URL = 'http://a.example';

describe('a stream', () => {
  for (const [name, argument, method, ...args] of [
    ['a string as source', 'source', 'embedStream', 'text', 'm'],
    ['a number as source', 'source', 'embedStream', 3, 'm'],
    ['no source', 'source', 'batchPostStream', '/x', null],
    ['no model', 'model', 'embedStream', ['a']],
    ['a path that is none', 'urlPath', 'batchPostStream', 1, []],
    ['options that are none', 'options', 'embedStream', ['a'], 'm', 'float'],
    [
      'an unknown option',
      'batch_size',
      'embedStream',
      [],
      'm',
      { batch_size: 1 },
    ],
    ['onProgress', 'onProgress', 'embedStream', [], 'm', { onProgress() {} }],
    ['output', 'output', 'embedStream', [], 'm', { output: 'array' }],
    ['an order of 1', 'ordered', 'batchPostStream', '/x', [], { ordered: 1 }],
    ['a wrong range', 'timeoutS', 'embedStream', [], 'm', { timeoutS: 0 }],
  ])
    it(`refuses ${name} at the first read, not before`, async (t) => {
      const client = connect(t, BASE_URL);

      const stream = client[method](...args);

      const error = await rejection(stream.next());
      assert.equal(error.code, 'INVALID_ARGUMENT');
      assert.equal(error.argument, argument);
      assert.equal((await stream.next()).done, true);
    });

  it('refuses to belong to nobody, without throwing', async () => {
    const { embedStream } = PerformanceClient.prototype;

    const error = await rejection(embedStream(['a'], 'm').next());

    assert.match(error.message, /must be called on a PerformanceClient/);
  });

  it('takes its options as they were when it was made', async (t) => {
    const upstream = await startUpstream(t, () => ({ body: 1 }));
    const client = connect(t, upstream.url);
    const options = { method: 'PUT', headers: { 'x-a': 'b' } };
    const stream = client.batchPostStream('/x', [{}], options);

    options.method = 'nonsense';
    await stream.next();

    const [{ method, headers }] = upstream.requests;
    assert.deepEqual([method, headers['x-a']], ['PUT', 'b']);
  });

  it('takes a preference in the place of options', async (t) => {
    const cancelToken = new CancellationToken();
    cancelToken.cancel();
    const preference = new RequestProcessingPreference({ cancelToken });
    const client = connect(t, BASE_URL);

    const error = await rejection(
      client.embedStream(['a'], 'm', preference).next(),
    );

    assert.equal(error.code, 'CANCELLED');
  });
});

describe('batchPostStream', () => {
  it('yields each answer with its place, headers and time', async (t) => {
    const upstream = await startUpstream(t, ({ json }) => ({
      headers: { 'x-n': String(json) },
      body: { n: json },
    }));
    const client = connect(t, upstream.url);

    const results = [];
    for await (const result of client.batchPostStream('/x', [5, 6, 7]))
      results.push(result);

    assert.deepEqual(
      results.map(({ index, data }) => [index, data.n]),
      [
        [0, 5],
        [1, 6],
        [2, 7],
      ],
    );
    assert.equal(results[2].headers['x-n'], '7');
    assert.ok(results[2].seconds > 0);
  });

  it('yields the error of a payload where partial results do', async (t) => {
    const upstream = await startUpstream(t, ({ json }) =>
      json === 'bad' ? { status: 400 } : { body: json },
    );
    const client = connect(t, upstream.url);
    const options = { onError: 'partial', maxConcurrentRequests: 2 };

    const results = [];
    for await (const one of client.batchPostStream(
      ...['/x', [1, 'bad', 3], options],
    ))
      results.push(one);

    assert.deepEqual(
      results.map(({ index, data }) => [index, data]),
      [
        [0, 1],
        [1, undefined],
        [2, 3],
      ],
    );
    assert.match(results[1].error.message, /payload 1/);
  });

  it('rejects with the place of the payload that failed', async (t) => {
    const upstream = await startUpstream(t, ({ json }) =>
      json === 'bad' ? { status: 400 } : { body: json },
    );
    const client = connect(t, upstream.url);
    const options = { maxConcurrentRequests: 1 };
    const stream = client.batchPostStream('/x', [1, 'bad'], options);
    await stream.next();

    const error = await rejection(stream.next());

    assert.deepEqual([error.batch, error.firstInput], [1, 1]);
  });

  it('names the payload that has no JSON text', async (t) => {
    const upstream = await startUpstream(t, () => ({ hang: true }));
    const client = connect(t, upstream.url);
    const stream = client.batchPostStream('/x', [1, undefined]);

    const error = await rejection(stream.next());

    assert.equal(error.argument, 'payloads[1]');
  });

  it('sends no body with GET', async (t) => {
    const upstream = await startUpstream(t, () => ({ body: 1 }));
    const client = connect(t, upstream.url);

    await client.batchPostStream('/x', [{ a: 1 }], { method: 'GET' }).next();

    assert.deepEqual(
      upstream.requests.map(({ method, text }) => [method, text]),
      [['GET', '']],
    );
  });
});
