'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { connect } = require('../helpers/client');
const {
  embeddingsAnswer,
  inBatchOrder,
  together,
  vectorOf,
} = require('../helpers/model-answers');
const { startUpstream } = require('../helpers/upstream');

const WORDS = ['ant', 'bee', 'cat', 'dog', 'eel', 'fox', 'gnu', 'hen', 'ibis'];

/** The inputs of each request, in the order of their batches. */
function batchesOf({ requests }) {
  return inBatchOrder(requests).map(({ json }) => json.input);
}

async function splitInto(t, texts, options) {
  const upstream = await startUpstream(t, (r) => embeddingsAnswer(r));
  const client = connect(t, upstream.url);

  const { data } = await client.embed(texts, 'm', options);

  assert.deepEqual(
    data.map(({ embedding }) => embedding),
    texts.map(vectorOf),
  );
  return batchesOf(upstream);
}

describe('an embeddings request', () => {
  it('names only what the caller named', async (t) => {
    const upstream = await startUpstream(t, (r) => embeddingsAnswer(r));
    const client = connect(t, upstream.url);

    await client.embed(['a'], 'm');
    await client.embed(['a'], 'm', 'float', 256, 'someone');

    const [plain, full] = upstream.requests;
    assert.equal(plain.method, 'POST');
    assert.equal(plain.url, '/v1/embeddings');
    assert.deepEqual(plain.json, { input: ['a'], model: 'm' });
    assert.deepEqual(full.json, {
      input: ['a'],
      model: 'm',
      encoding_format: 'float',
      dimensions: 256,
      user: 'someone',
    });
  });

  it('goes below the path of the base URL', async (t) => {
    const upstream = await startUpstream(t, (r) => embeddingsAnswer(r));
    const client = connect(t, `${upstream.url}/some/sync//`);

    await client.embed(['a'], 'm');

    assert.equal(upstream.requests[0].url, '/some/sync/v1/embeddings');
  });

  it('carries every text unharmed', async (t) => {
    const upstream = await startUpstream(t, (r) => embeddingsAnswer(r));
    const texts = [
      '',
      '"quotes", \\backslashes\\ and \u0000 to \u001f',
      'line\r\nbreaks\u2028and\u2029others\ttoo',
      'Grüße, 你好, مرحبا, \u{1f600}',
      '\u007f\u0080\uffff\u{10ffff}',
      'x'.repeat(200_000),
    ];

    await connect(t, upstream.url).embed(texts, 'mödel "1"');

    const [{ json }] = upstream.requests;
    assert.deepEqual(json.input, texts);
    assert.equal(json.model, 'mödel "1"');
  });

  it('carries lone surrogates as U+FFFD', async (t) => {
    const upstream = await startUpstream(t, (r) => embeddingsAnswer(r));

    await connect(t, upstream.url).embed(
      ['a\ud800b', '\udc00\ud83d'],
      'm\udfff',
    );

    const [{ json }] = upstream.requests;
    assert.deepEqual(json.input, ['a\ufffdb', '\ufffd\ufffd']);
    assert.equal(json.model, 'm\ufffd');
  });

  it('holds what was given, not what became of it', async (t) => {
    const upstream = await startUpstream(t, (r) => embeddingsAnswer(r));
    const texts = ['first', 'second', 'third'];

    const call = connect(t, upstream.url).embed(texts, 'm', {
      batchSize: 1,
      maxConcurrentRequests: 1,
    });
    texts.fill('changed');
    texts.length = 1;
    const { data } = await call;

    assert.equal(data.length, 3);
    assert.deepEqual(batchesOf(upstream), [['first'], ['second'], ['third']]);
  });
});

describe('the texts of a call', () => {
  it('are sent in batches of batchSize, the last as it comes', async (t) => {
    const batches = await splitInto(t, WORDS, { batchSize: 4 });

    assert.deepEqual(batches, [
      ['ant', 'bee', 'cat', 'dog'],
      ['eel', 'fox', 'gnu', 'hen'],
      ['ibis'],
    ]);
  });

  it('are sent in batches of 128 when nobody says else', async (t) => {
    const texts = Array.from({ length: 300 }, (_, i) => `text ${i}`);

    const batches = await splitInto(t, texts);

    assert.deepEqual(
      batches.map(({ length }) => length),
      [128, 128, 44],
    );
    assert.deepEqual(batches.flat(), texts);
  });

  it('fill a request to the very character', async (t) => {
    const texts = ['a'.repeat(30), 'b'.repeat(20), 'c', 'd'.repeat(49), 'e'];

    const batches = await splitInto(t, texts, { maxCharsPerRequest: 50 });

    assert.deepEqual(
      batches.map((batch) => batch.map((text) => text.length)),
      [[30, 20], [1, 49], [1]],
    );
  });

  it('are counted in code points, not in UTF-16 units or bytes', async (t) => {
    const texts = ['\u{1f600}'.repeat(25), 'é'.repeat(25), '你'];

    const batches = await splitInto(t, texts, { maxCharsPerRequest: 50 });

    assert.deepEqual(batches, [texts.slice(0, 2), texts.slice(2)]);
  });

  it('that are too long travel alone, between the others', async (t) => {
    const long = 'x'.repeat(51);
    const texts = ['a', long, 'b', 'c', long, long, 'd'];

    const batches = await splitInto(t, texts, { maxCharsPerRequest: 50 });

    assert.deepEqual(batches, [
      ['a'],
      [long],
      ['b', 'c'],
      [long],
      [long],
      ['d'],
    ]);
  });

  it('obey both bounds at once', async (t) => {
    const texts = ['a', 'b', 'c', 'd'.repeat(50), 'e', 'f'];
    const bounds = { batchSize: 2, maxCharsPerRequest: 50 };

    const batches = await splitInto(t, texts, bounds);

    assert.deepEqual(batches, [
      ['a', 'b'],
      ['c'],
      ['d'.repeat(50)],
      ['e', 'f'],
    ]);
  });
});

describe('the vectors of a call', () => {
  it('belong to their texts when batches come back in reverse', async (t) => {
    const upstream = await startUpstream(t, together(3, embeddingsAnswer));

    const response = await connect(t, upstream.url).embed(WORDS, 'm', {
      batchSize: 3,
    });

    assert.deepEqual(
      response.data.map(({ embedding }) => embedding),
      WORDS.map(vectorOf),
    );
    assert.deepEqual(
      response.data.map(({ index }) => index),
      WORDS.map((_, i) => i),
    );
  });

  it('belong to their texts when the server shuffles a batch', async (t) => {
    const upstream = await startUpstream(t, (r) =>
      embeddingsAnswer(r, (items) => items.reverse()),
    );

    const response = await connect(t, upstream.url).embed(WORDS, 'm', {
      batchSize: 4,
    });

    assert.deepEqual(
      response.data.map(({ embedding }) => embedding),
      WORDS.map(vectorOf),
    );
    assert.deepEqual(
      response.data.map(({ index }) => index),
      WORDS.map((_, i) => i),
    );
  });

  it('do not mix with those of other calls on the same client', async (t) => {
    const upstream = await startUpstream(t, together(20, embeddingsAnswer));
    const client = connect(t, upstream.url);
    const lists = Array.from({ length: 10 }, (_, n) => [
      'x'.repeat(n + 1),
      'y'.repeat(n + 20),
    ]);

    const responses = await Promise.all(
      lists.map((texts) => client.embed(texts, 'm', { batchSize: 1 })),
    );

    assert.deepEqual(
      responses.map(({ data }) => data.map(({ embedding }) => embedding)),
      lists.map((texts) => texts.map(vectorOf)),
    );
  });

  it('stay in order through thousands of texts', async (t) => {
    const texts = Array.from({ length: 5000 }, (_, i) => 'z'.repeat(i % 997));
    const upstream = await startUpstream(t, (r) => embeddingsAnswer(r));

    const response = await connect(t, upstream.url).embed(texts, 'm', {
      batchSize: 16,
      maxConcurrentRequests: 64,
    });

    const { data, rows, dimensions } = response.matrix();
    assert.deepEqual([rows, dimensions], [5000, 2]);
    assert.deepEqual(Array.from(data), texts.flatMap(vectorOf));
  });
});

describe('the requests of a call', () => {
  it('are never more at once than maxConcurrentRequests', async (t) => {
    let open = 0;
    let most = 0;
    const upstream = await startUpstream(t, async (request) => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      return embeddingsAnswer(request);
    });
    const texts = Array.from({ length: 60 }, (_, i) => `text ${i}`);

    await connect(t, upstream.url).embed(texts, 'm', {
      batchSize: 1,
      maxConcurrentRequests: 3,
    });

    assert.equal(upstream.requests.length, 60);
    assert.ok(most <= 3, `${most} at once`);
  });

  it('are as many at once as they may be', async (t) => {
    const upstream = await startUpstream(t, together(6, embeddingsAnswer));

    const { data } = await connect(t, upstream.url).embed(
      WORDS.slice(0, 6),
      'm',
      {
        batchSize: 1,
        maxConcurrentRequests: 6,
      },
    );

    assert.equal(data.length, 6);
  });

  it('tell which texts failed when one fails', async (t) => {
    const upstream = await startUpstream(t, (r) =>
      r.json.input.includes('fox')
        ? { status: 422, body: { error: 'no foxes' } }
        : embeddingsAnswer(r),
    );

    const call = connect(t, upstream.url).embed(WORDS, 'm', { batchSize: 2 });

    await assert.rejects(call, (error) => {
      assert.equal(error.code, 'HTTP_ERROR');
      assert.equal(error.response.status, 422);
      assert.deepEqual(error.response.json(), { error: 'no foxes' });
      assert.deepEqual(
        [error.batch, error.firstInput, error.inputCount],
        [2, 4, 2],
      );
      assert.match(error.message, /batch 2, inputs 4-5/);
      return true;
    });
  });
});
