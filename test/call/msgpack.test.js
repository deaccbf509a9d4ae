'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { ExtData, encode } = require('@msgpack/msgpack');

const {
  embeddingsAnswer,
  toBase64,
  vectorOf,
} = require('../helpers/model-answers');
const {
  NO_RETRIES,
  begin,
  packed,
  packedEmbeddings,
} = require('../helpers/msgpack');

const TEXTS = ['ant', 'bee', 'cat', 'dog', 'eel'];

const JSON_ACCEPTED = 'application/json';
const PACKED_ACCEPTED = 'application/msgpack, application/json;q=0.9';

function toBytes(vector) {
  return Buffer.from(toBase64(vector), 'base64');
}

describe('embeddings as MessagePack', () => {
  const forms = {
    'lists of integers': (vector) => vector,
    'lists of float64': (vector) => vector.map((value) => value + 0.5),
    bytes: toBytes,
    base64: toBase64,
  };
  for (const [name, toVector] of Object.entries(forms))
    it(`reads vectors that are ${name}`, async (t) => {
      const { client } = await begin(t, (request) =>
        packed(packedEmbeddings(request, toVector)),
      );

      const response = await client.embed(TEXTS, 'm', { batchSize: 2 });

      const offset = name.endsWith('float64') ? 0.5 : 0;
      assert.deepEqual(
        response.data.map(({ embedding }) => embedding),
        TEXTS.map((text) => vectorOf(text).map((value) => value + offset)),
      );
      assert.equal(response.model, 'm-served');
      assert.deepEqual(response.usage, { prompt_tokens: 5, total_tokens: 10 });
    });

  it('reads float32 as it is', async (t) => {
    const values = [0.1, -1e-20, 3.4e38, 0];
    const { client } = await begin(t, () =>
      packed(
        Buffer.from(
          encode(
            { data: [{ index: 0, embedding: values }] },
            { forceFloat32: true },
          ),
        ),
      ),
    );

    const response = await client.embed('a', 'm', { output: 'float32' });

    assert.deepEqual(response.data[0].embedding, Float32Array.from(values));
  });

  it('hands out base64 where that was asked for', async (t) => {
    for (const toVector of [toBytes, (vector) => vector]) {
      const { client } = await begin(t, (request) =>
        packed(packedEmbeddings(request, toVector)),
      );

      const response = await client.embed(['ant'], 'm', 'base64');

      assert.equal(response.data[0].embedding, toBase64(vectorOf('ant')));
    }
  });

  it('reads megabytes of them, behind the engine', async (t) => {
    const dimensions = 2048;
    const texts = Array.from({ length: 64 }, (_, i) => `${i}`);
    const vector = Array.from({ length: dimensions }, (_, i) => i / 2048);
    const { client } = await begin(t, (request) =>
      packed(packedEmbeddings(request, () => vector)),
    );

    const response = await client.embed(texts, 'm', { batchSize: 32 });

    const { data, rows } = response.matrix();
    assert.equal(rows, 64);
    for (let row = 0; row < rows; row++)
      assert.deepEqual(
        data.subarray(row * dimensions, (row + 1) * dimensions),
        Float32Array.from(vector),
      );
  });

  it('passes over what nobody asked for', async (t) => {
    const { client } = await begin(t, (request) =>
      packed({
        created: new Date(0),
        more: { deep: [[{}], new ExtData(5, new Uint8Array(3))] },
        ...packedEmbeddings(request),
        raw: new Uint8Array(100_000),
        99: null,
      }),
    );

    const { data } = await client.embed(['ant'], 'm');

    assert.deepEqual(data[0].embedding, vectorOf('ant'));
  });
});

describe('other answers as MessagePack', () => {
  it('reads rerank results', async (t) => {
    const { client } = await begin(t, ({ json }) =>
      packed(json.texts.map((text, index) => ({ index, score: 1 / 3, text }))),
    );

    const { data } = await client.rerank('q', ['a', 'é "x"'], {
      returnText: true,
      batchSize: 1,
    });

    assert.deepEqual(data, [
      { index: 0, score: 1 / 3, text: 'a' },
      { index: 1, score: 1 / 3, text: 'é "x"' },
    ]);
  });

  it('reads classifications', async (t) => {
    const group = [
      { label: 'good', score: 0.1 },
      { label: 'bad', score: 1e-7 },
    ];
    const { client } = await begin(t, ({ json }) =>
      packed({ data: json.inputs.map(() => group) }),
    );

    const { data } = await client.classify(['a', 'b']);

    assert.deepEqual(data, [group, group]);
  });

  it('refuses a score that is no number', async (t) => {
    const { client } = await begin(t, () => packed([{ index: 0, score: NaN }]));

    await assert.rejects(client.rerank('q', ['a'], NO_RETRIES), {
      code: 'PARSE_ERROR',
      message: /a number that is not finite, which JSON cannot say/,
    });
  });

  it('shows the error that a server packed', async (t) => {
    const { client } = await begin(t, () =>
      packed({ error: { message: 'no such model' } }, undefined, 400),
    );

    await assert.rejects(client.embed(['a'], 'm'), (error) => {
      assert.equal(error.status, 400);
      assert.match(error.message, /no such model/);
      assert.equal(
        error.response.text,
        '{"error":{"message":"no such model"}}',
      );
      return true;
    });
  });

  it('splits a batch that is refused as too large in MessagePack', async (t) => {
    const { upstream, client } = await begin(t, (request) =>
      request.json.input.length > 2
        ? packed({ error: 'batch size 5 > maximum allowed 2' }, undefined, 422)
        : packed(packedEmbeddings(request)),
    );

    const { data } = await client.embed(TEXTS, 'm');

    assert.equal(data.length, 5);
    assert.ok(upstream.requests.length > 2);
  });
});

describe('how MessagePack is asked for, and known', () => {
  it('is asked for by wireFormat alone', async (t) => {
    const { upstream, client } = await begin(t, (request) => {
      if (request.url === '/predict') return { body: [[]] };
      if (request.url === '/rerank') return { body: [{ index: 0, score: 1 }] };
      return request.url === '/v1/embeddings'
        ? embeddingsAnswer(request)
        : { body: {} };
    });
    const calls = [
      (options) => client.embed(['a'], 'm', options),
      (options) => client.rerank('q', ['a'], options),
      (options) => client.classify(['a'], options),
      (options) => client.batchPost('/any', [{}], options),
      (options) =>
        client.batchPost('/any', [{}], { ...options, method: 'GET' }),
    ];

    for (const call of calls) {
      await call({ wireFormat: 'msgpack' });
      await call({ maxRetries: 1 });
      await call({ wireFormat: 'msgpack', extraHeaders: { accept: 'x/y' } });
    }

    assert.deepEqual(
      upstream.requests.map(({ headers }) => headers.accept),
      calls.flatMap(() => [PACKED_ACCEPTED, JSON_ACCEPTED, 'x/y']),
    );
    assert.ok(
      upstream.requests.every(({ json }) => !json || !json.encoding_format),
    );
  });

  it('has one name for it', async (t) => {
    const { client } = await begin(t, []);

    await assert.rejects(client.rerank('q', ['a'], { wireFormat: 'auto' }), {
      code: 'INVALID_ARGUMENT',
      message: 'wireFormat must be one of msgpack, got "auto"',
    });
    await assert.rejects(client.embed(['a'], 'm', { wireFormat: 'cbor' }), {
      code: 'INVALID_ARGUMENT',
      message: 'wireFormat must be one of auto, msgpack, got "cbor"',
    });
  });

  it('knows each of its content types', async (t) => {
    const types = [
      'application/msgpack',
      'application/x-msgpack',
      'application/vnd.msgpack; charset=binary',
      'Application/MessagePack',
    ];
    const { client } = await begin(t, ({ json }) =>
      packed({ a: 1 }, json.type),
    );

    const { data } = await client.batchPost(
      '/any',
      types.map((type) => ({ type })),
    );

    assert.deepEqual(data, Array(4).fill({ a: 1 }));
  });

  it('takes JSON for what it is', async (t) => {
    const { client } = await begin(t, (request) => embeddingsAnswer(request));

    const response = await client.embed(TEXTS, 'm', { wireFormat: 'msgpack' });

    assert.equal(response.data.length, TEXTS.length);
  });

  it('holds for streams and for coalesced texts', async (t) => {
    const { upstream, client } = await begin(t, (request) =>
      packed(packedEmbeddings(request, toBytes)),
    );
    const options = { wireFormat: 'msgpack', batchSize: 2 };
    let count = 0;

    for await (const part of client.embedStream(TEXTS, 'm', options))
      count += part.count;
    const one = await client.coalesce().embed('ant', 'm', options);

    assert.equal(count, TEXTS.length);
    assert.deepEqual([...one.embedding], vectorOf('ant'));
    assert.ok(
      upstream.requests.every(
        ({ headers }) => headers.accept === PACKED_ACCEPTED,
      ),
    );
  });
});
