'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { ExtData, encode } = require('@msgpack/msgpack');

const { modelAnswer, startProxiedModel } = require('../helpers/proxied-model');

const numbered = (count) =>
  Array.from({ length: count }, (_, i) => `text ${i}`);

/** An answer as MessagePack, which nobody has asked for. */
function packed(value) {
  return {
    headers: { 'content-type': 'application/msgpack' },
    body: Buffer.from(encode(value)),
  };
}

function packedAnswer(request) {
  const { body } = modelAnswer(request);
  return packed(typeof body === 'string' ? JSON.parse(body) : body);
}

describe('an upstream that answers in MessagePack', () => {
  it('is asked for JSON, and its answers are joined as JSON', async (t) => {
    const { upstream, proxy } = await startProxiedModel(t, {
      answer: packedAnswer,
    });
    const input = numbered(70);

    const { status, headers, json } = await proxy.ask(
      'POST',
      '/v1/embeddings',
      { body: { input, model: 'm' } },
    );

    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'application/json');
    assert.ok(upstream.requests.length > 1);
    assert.deepEqual(
      json.data.map(({ index, of, embedding }) => [index, of, embedding]),
      input.map((text, i) => [
        i,
        text,
        [text.length + 0.1, -1e-7, 0.30000001192092896],
      ]),
    );
    assert.deepEqual(json.usage, {
      prompt_tokens: 70,
      total_tokens: 140,
      note: 'kept',
    });
    for (const request of upstream.requests)
      assert.equal(request.headers.accept, 'application/json');
  });

  it('has its scores joined, too', async (t) => {
    const { proxy } = await startProxiedModel(t, { answer: packedAnswer });
    const texts = numbered(40);

    const { json } = await proxy.ask('POST', '/rerank', {
      body: { query: 'q', texts },
    });

    assert.deepEqual(
      json.data,
      texts.map(({ length }, index) => ({ index, score: length })),
    );
  });

  it('has bytes in a batch told as base64', async (t) => {
    const { proxy } = await startProxiedModel(t, {
      answer: ({ json }) =>
        packed({ n: json.n, raw: new Uint8Array([255, 0]) }),
    });

    const { json } = await proxy.ask('POST', '/any', {
      body: { url_path: '/any', payloads: [{ n: 0 }, { n: 1 }] },
    });

    assert.deepEqual(
      json.responses.map(({ response }) => response),
      [
        { n: 0, raw: '/wA=' },
        { n: 1, raw: '/wA=' },
      ],
    );
  });

  it('is broken where JSON has no word for what it says', async (t) => {
    const { proxy } = await startProxiedModel(t, {
      answer: () => packed({ x: new ExtData(9, new Uint8Array(2)) }),
      flags: ['--max-retries', '0', '--retry-budget-pct', '0'],
    });

    const { status, text } = await proxy.ask('POST', '/any', {
      body: { url_path: '/any', payloads: [{}] },
    });

    assert.equal(status, 502);
    assert.match(text, /an extension, which JSON cannot say/);
  });
});
