'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { CancellationToken } = require('../..');
const { connect, rejection } = require('../helpers/client');
const { embeddingsAnswer, vectorOf } = require('../helpers/model-answers');
const { startUpstream } = require('../helpers/upstream');
const { answer, inputsOf, start } = require('./start');

/** Longer than any test: what leaves then leaves because a batch is full. */
const NEVER = { maxDelayMs: 1000 };

describe('client.coalesce', () => {
  it('sends the calls of the same moment as one batch', async (t) => {
    const { upstream, one } = await start(t);
    const texts = Array.from({ length: 10 }, (_, i) => 'x'.repeat(i + 1));

    const answers = await Promise.all(
      texts.map((text) => one.embed(text, 'm')),
    );

    assert.deepEqual(inputsOf(upstream), [texts]);
    assert.deepEqual(
      answers.map(({ embedding }) => embedding),
      texts.map(vectorOf),
    );
    assert.equal(answers[3].model, 'm-served');
    assert.equal(answers[3].headers['content-type'], 'application/json');
    assert.ok(answers[3].seconds > 0);
  });

  it('sends a full batch without waiting for the rest of its time', async (t) => {
    const { upstream, one } = await start(t, answer, {
      ...NEVER,
      maxBatchSize: 3,
    });

    await Promise.all(
      ['a', 'b', 'c', 'd', 'e', 'f'].map((x) => one.embed(x, 'm')),
    );

    assert.deepEqual(inputsOf(upstream).sort(), [
      ['a', 'b', 'c'],
      ['d', 'e', 'f'],
    ]);
  });

  it('sends batches larger than the batchSize of a preference whole', async (t) => {
    const { upstream, one } = await start(t, answer, {
      ...NEVER,
      maxBatchSize: 200,
    });
    const texts = Array.from({ length: 200 }, (_, i) => `${i}`);

    await Promise.all(texts.map((x) => one.embed(x, 'm', { batchSize: 2 })));

    assert.deepEqual(inputsOf(upstream), [texts]);
  });

  it('keeps apart what makes another request, and only that', async (t) => {
    const { upstream, one } = await start(t);
    const variants = [
      ['m', {}],
      ['n', {}],
      ['m', { dimensions: 2 }],
      ['m', { user: 'u' }],
      ['m', { encodingFormat: 'float' }],
      ['m', { output: 'float32' }],
      ['m', { maxRetries: 1 }],
      ['m', { traceContext: false }],
      ['m', { primaryApiKeyOverride: 'another' }],
      ['m', { extraHeaders: { 'x-tenant': 'a' } }],
      ['m', { extraHeaders: { 'x-tenant': 'b' } }],
    ];

    await Promise.all(
      variants.flatMap(([model, options], i) => [
        one.embed(`${i}`, model, options),
        one.embed(`${i}`, model, {
          ...options,
          signal: new AbortController().signal,
          cancelToken: new CancellationToken(),
        }),
      ]),
    );

    assert.deepEqual(
      inputsOf(upstream).sort(),
      variants.map((_, i) => [`${i}`, `${i}`]).sort(),
    );
  });

  it('reads the headers of an options object when the call is made', async (t) => {
    const { upstream, one } = await start(t);
    const extraHeaders = new Map([['x-tenant', 'a']]);

    const first = one.embed('1', 'm', { extraHeaders });
    extraHeaders.set('x-tenant', 'b');
    await Promise.all([first, one.embed('2', 'm', { extraHeaders })]);

    assert.deepEqual(
      upstream.requests
        .map(({ headers, json }) => [headers['x-tenant'], json.input])
        .sort(),
      [
        ['a', ['1']],
        ['b', ['2']],
      ],
    );
  });

  it('shares out the usage of a batch: whole numbers that add up', async (t) => {
    const { one } = await start(t, (request) => {
      const reply = embeddingsAnswer(request);
      reply.body.usage = { prompt_tokens: 10, total_tokens: 11 };
      return reply;
    });

    const answers = await Promise.all(
      ['a', 'a', 'a'.repeat(7)].map((text) => one.embed(text, 'm')),
    );

    const prompts = answers.map(({ usage }) => usage.prompt_tokens);
    const totals = answers.map(({ usage }) => usage.total_tokens);
    assert.equal(prompts[0] + prompts[1] + prompts[2], 10);
    assert.equal(totals[0] + totals[1] + totals[2], 11);
    assert.ok(prompts[2] > prompts[0] && prompts[0] > 0);
  });

  it('gives a Float32Array that nobody shares', async (t) => {
    const { one } = await start(t);

    const [a, b] = await Promise.all(
      ['a', 'bb'].map((x) => one.embed(x, 'm', { output: 'float32' })),
    );

    assert.deepEqual(a.embedding, Float32Array.from(vectorOf('a')));
    assert.notEqual(a.embedding.buffer, b.embedding.buffer);
    assert.equal(b.embedding.buffer.byteLength, 8);
  });

  it('gives base64 as it was sent', async (t) => {
    const { one } = await start(t, (request) => {
      assert.equal(request.json.encoding_format, 'base64');
      const data = [{ index: 0, embedding: 'AACAPwAAAEA=' }];
      return { body: { data } };
    });

    const { embedding } = await one.embed('a', 'm', {
      encodingFormat: 'base64',
    });

    assert.equal(embedding, 'AACAPwAAAEA=');
  });
});

describe('a coalesced rerank', () => {
  it('brings each score home, whatever the order of the server', async (t) => {
    const { upstream, one } = await start(t, ({ json }) => ({
      body: json.texts
        .map((text, index) => ({ index, score: text.length, text }))
        .reverse(),
    }));

    const [a, b, other] = await Promise.all([
      one.rerank('q', 'a', { returnText: true }),
      one.rerank('q', 'bb', { returnText: true }),
      one.rerank('another', 'ccc', { returnText: true }),
    ]);

    assert.deepEqual([a.score, a.text], [1, 'a']);
    assert.deepEqual([b.score, b.text], [2, 'bb']);
    assert.deepEqual([other.score, other.text], [3, 'ccc']);
    assert.deepEqual(
      upstream.requests.map(({ json }) => [json.query, json.texts]).sort(),
      [
        ['another', ['ccc']],
        ['q', ['a', 'bb']],
      ],
    );
  });
});

describe('a coalesced rerank in the dialect of Cohere', () => {
  it('gives each caller its own text', async (t) => {
    const { one } = await start(t, ({ json }) => ({
      body: {
        results: json.documents.map((text, index) => ({
          ...{ index, relevance_score: text.length },
        })),
      },
    }));
    const options = { dialect: 'cohere', returnText: true };

    const answers = await Promise.all(
      ['a', 'bb'].map((text) => one.rerank('q', text, options)),
    );

    assert.deepEqual(
      answers.map(({ score, text }) => [score, text]),
      [
        [1, 'a'],
        [2, 'bb'],
      ],
    );
  });

  it('has no best of all', async (t) => {
    const { one } = await start(t);

    await assert.rejects(one.rerank('q', 'a', { topN: 1 }), {
      message: /^unknown option "topN" of rerank/,
    });
  });
});

describe('a coalesced call of a client with a preference', () => {
  it('stands on it', async (t) => {
    const upstream = await startUpstream(t, answer);
    const extraHeaders = { 'x-a': 'client' };
    const client = connect(t, upstream.url, { preference: { extraHeaders } });

    await client.coalesce().embed('a', 'm');

    assert.equal(upstream.requests[0].headers['x-a'], 'client');
  });
});

describe('a coalesced classification', () => {
  it('brings the labels of each text home', async (t) => {
    const { upstream, one } = await start(t, ({ json }) => ({
      body: json.inputs.map(([text]) => [{ label: text, score: 1 }]),
    }));

    const answers = await Promise.all([
      one.classify('a', { model: 'm' }),
      one.classify('b', { model: 'm' }),
    ]);

    assert.deepEqual(
      answers.map(({ labels }) => labels),
      [[{ label: 'a', score: 1 }], [{ label: 'b', score: 1 }]],
    );
    assert.equal(upstream.requests.length, 1);
  });
});

describe('arguments of coalesced calls', () => {
  const wrong = [
    [{ maxDelayMs: -1 }, 'maxDelayMs'],
    [{ maxDelayMs: 1001 }, 'maxDelayMs'],
    [{ maxBatchSize: 0 }, 'maxBatchSize'],
    [{ maxBatchSize: 1.5 }, 'maxBatchSize'],
    [{ maxBatch: 7 }, 'maxBatch'],
    [7, 'options'],
  ];

  for (const [options, argument] of wrong)
    it(`refuses ${JSON.stringify(options)}`, async (t) => {
      const client = connect(t, 'http://127.0.0.1:1');

      assert.throws(() => client.coalesce(options), {
        code: 'INVALID_ARGUMENT',
        argument,
      });
    });

  it('count as left out when they are null', async (t) => {
    const limits = { maxDelayMs: null, maxBatchSize: null };
    const { one } = await start(t, answer, limits);

    const { embedding } = await one.embed('a', 'm', null);

    assert.deepEqual(embedding, vectorOf('a'));
  });

  it('are refused at once and one by one', async (t) => {
    const { upstream, one } = await start(t);

    const good = one.embed('a', 'm');
    const refusals = [
      [one.embed(7, 'm'), 'text'],
      [one.embed(['a'], 'm'), 'text'],
      [one.embed('a', ''), 'model'],
      [one.embed('a', 'm', { onError: 'partial' }), 'onError'],
      [one.embed('a', 'm', { onProgress() {} }), 'onProgress'],
      [one.embed('a', 'm', { dimension: 7 }), 'dimension'],
      [one.embed('a', 'm', { dimensions: 0 }), 'dimensions'],
      [one.rerank('q', null), 'text'],
      [one.rerank(1, 'a'), 'query'],
      [one.classify(undefined), 'text'],
      [one.classify('a', { timeoutS: 'x' }), 'timeoutS'],
    ];
    for (const [call, argument] of refusals) {
      const error = await rejection(call);
      assert.equal(error.code, 'INVALID_ARGUMENT', argument);
      assert.equal(error.argument, argument);
    }

    assert.deepEqual((await good).embedding, vectorOf('a'));
    assert.deepEqual(inputsOf(upstream), [['a']]);
  });
});
