'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { prefer, startProxiedModel } = require('../helpers/proxied-model');

const TEXTS = ['a', 'bb', 'ccc', 'dddd', 'eeeee'];

describe('a rerank request', () => {
  it('needs a query and texts only', async (t) => {
    const { upstream, proxy } = await startProxiedModel(t);

    const { status } = await proxy.ask('POST', '/rerank', {
      body: { query: 'q', texts: TEXTS },
    });

    assert.equal(status, 200);
    assert.deepEqual(upstream.requests[0].json, {
      query: 'q',
      texts: TEXTS,
      raw_scores: false,
      return_text: false,
      truncate: false,
      truncation_direction: 'Right',
    });
  });

  it('keeps what its body says, and a model of the header', async (t) => {
    const { upstream, proxy } = await startProxiedModel(t);
    const body = {
      query: 'q',
      texts: ['a'],
      raw_scores: true,
      truncation_direction: 'Left',
      other: [1],
    };

    await proxy.ask('POST', '/rerank', {
      body,
      headers: { 'x-baseten-model': 'm' },
    });

    assert.deepEqual(upstream.requests[0].json, {
      return_text: false,
      truncate: false,
      model: 'm',
      ...body,
    });
  });

  it('is split, and its indexes count on', async (t) => {
    const { upstream, proxy } = await startProxiedModel(t);

    const { json } = await proxy.ask('POST', '/rerank', {
      body: { query: 'q', texts: TEXTS },
      headers: prefer({ batch_size: 2 }),
    });

    assert.equal(upstream.requests.length, 3);
    for (const request of upstream.requests)
      assert.equal(request.json.query, 'q');
    assert.deepEqual(
      json.data,
      TEXTS.map((text, index) => ({ index, score: text.length })),
    );
    assert.equal(json.proxy_metadata.batch_count, 3);
  });
});

describe('a classify request', () => {
  it('goes to /predict by either path', async (t) => {
    const { upstream, proxy } = await startProxiedModel(t);

    for (const path of ['/predict', '/classify', '/classify/']) {
      const { json } = await proxy.ask('POST', path, {
        body: { inputs: [['a'], ['b']] },
      });
      assert.deepEqual(json.data, [
        [{ label: 'a', score: 1 }],
        [{ label: 'b', score: 1 }],
      ]);
    }

    for (const { url, json } of upstream.requests) {
      assert.equal(url, '/predict');
      assert.deepEqual(json, {
        inputs: [['a'], ['b']],
        raw_scores: false,
        truncate: false,
        truncation_direction: 'Right',
      });
    }
  });

  it('keeps pairs of texts together', async (t) => {
    const { upstream, proxy } = await startProxiedModel(t);

    await proxy.ask('POST', '/predict', {
      body: { inputs: [['a', 'b'], ['c'], ['d', 'e']] },
      headers: prefer({ batch_size: 1 }),
    });

    const inputs = upstream.requests.map(({ json }) => json.inputs);
    assert.deepEqual(inputs.sort(), [[['a', 'b']], [['c']], [['d', 'e']]]);
  });

  it('sends one text or one pair as it is', async (t) => {
    const { upstream, proxy } = await startProxiedModel(t, {
      answer: () => ({ body: [{ label: 'x', score: 1 }] }),
    });

    const text = await proxy.ask('POST', '/predict', { body: { inputs: 'a' } });
    await proxy.ask('POST', '/predict', { body: { inputs: ['a', 'b'] } });

    assert.deepEqual(text.json.data, [{ label: 'x', score: 1 }]);
    assert.deepEqual(
      upstream.requests.map(({ json }) => json.inputs),
      ['a', ['a', 'b']],
    );
  });
});

describe('bare answers', () => {
  const rerank = { query: 'q', texts: TEXTS };
  const scores = TEXTS.map((text, index) => ({ index, score: text.length }));

  it('are lists, facts about them in headers', async (t) => {
    const { proxy } = await startProxiedModel(t);
    const headers = {
      'x-baseten-response-format': 'bare',
      ...prefer({ batch_size: 2 }),
    };

    const reranked = await proxy.ask('POST', '/rerank', {
      body: rerank,
      headers,
    });
    const classified = await proxy.ask('POST', '/classify', {
      body: { inputs: [['a']] },
      headers,
    });

    assert.deepEqual(reranked.json, scores);
    assert.equal(reranked.headers['x-proxy-batch-count'], '3');
    assert.deepEqual(classified.json, [[{ label: 'a', score: 1 }]]);
  });

  it('are the operator’s default when it says so', async (t) => {
    const flags = ['--response-format', 'bare'];
    const { proxy } = await startProxiedModel(t, { flags });

    const bare = await proxy.ask('POST', '/rerank', { body: rerank });
    const full = await proxy.ask('POST', '/rerank', {
      body: rerank,
      headers: { 'x-baseten-response-format': 'metadata' },
    });

    assert.deepEqual(bare.json, scores);
    assert.deepEqual(full.json.data, scores);
  });

  it('have a name that must be right', async (t) => {
    const { proxy } = await startProxiedModel(t);

    const { status, json } = await proxy.ask('POST', '/rerank', {
      body: rerank,
      headers: { 'x-baseten-response-format': 'naked' },
    });

    assert.equal(status, 400);
    assert.equal(
      json.error,
      'X-Baseten-Response-Format must be one of metadata, bare, got "naked"',
    );
  });
});
