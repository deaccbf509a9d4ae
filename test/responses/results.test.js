'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { connect } = require('../helpers/client');
const {
  embeddingsAnswer,
  toBase64,
  together,
  vectorOf,
} = require('../helpers/model-answers');
const { startUpstream } = require('../helpers/upstream');

const LARGEST_COUNT = 2 ** 32 - 1;

/** An embeddings answer with these vectors and nothing that could be left out. */
function bare(...embeddings) {
  return {
    body: {
      data: embeddings.map((embedding, index) => ({ index, embedding })),
    },
  };
}

async function embedded(t, answers, texts, ...rest) {
  const upstream = await startUpstream(t, answers);
  return connect(t, upstream.url).embed(texts, 'asked', ...rest);
}

describe('every response', () => {
  const methods = {
    embed: (client) => client.embed(['a', 'b'], 'm'),
    rerank: (client) => client.rerank('q', ['a', 'b']),
    classify: (client) => client.classify(['a', 'b']),
    batchPost: (client) => client.batchPost('/x', [{}]),
  };
  const answers = {
    '/v1/embeddings': {
      data: [0, 1].map((index) => ({ index, embedding: [1] })),
    },
    '/rerank': [0, 1].map((index) => ({ index, score: 1 })),
    '/predict': [[], []],
    '/x': { x: 1 },
  };

  for (const [name, call] of Object.entries(methods))
    it(`of ${name} survives spread, JSON and structuredClone`, async (t) => {
      const upstream = await startUpstream(t, ({ url }) => ({
        body: answers[url],
      }));

      const response = await call(connect(t, upstream.url));

      const plain = { ...response };
      assert.ok(plain.data.length > 0);
      assert.deepEqual(JSON.parse(JSON.stringify(response)), plain);
      assert.deepEqual(structuredClone(response), plain);
      assert.deepEqual(Object.keys(plain), Object.keys(plain).sort());
    });

  it('times each request and the whole in seconds', async (t) => {
    const upstream = await startUpstream(t, (r) => embeddingsAnswer(r));

    const response = await connect(t, upstream.url).embed(
      ['a', 'b', 'c'],
      'm',
      { batchSize: 1, maxConcurrentRequests: 1 },
    );

    const times = response.individual_request_times;
    assert.equal(times.length, 3);
    assert.ok(times.every((seconds) => seconds > 0));
    assert.ok(response.total_time > 0);
  });

  it('has the headers of each request in its place', async (t) => {
    const headed = (request) => ({
      ...embeddingsAnswer(request),
      headers: { 'X-Text': request.json.input[0] },
    });
    const upstream = await startUpstream(t, together(3, headed));

    const response = await connect(t, upstream.url).embed(
      ['a', 'b', 'c'],
      'm',
      { batchSize: 1 },
    );

    assert.deepEqual(
      response.response_headers.map((headers) => headers['x-text']),
      ['a', 'b', 'c'],
    );
  });

  it('keeps all that a repeated header said', async (t) => {
    const headers = {
      'Set-Cookie': ['a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'b=2'],
      Vary: ['accept', 'origin'],
      'X-Colon': 'a: b',
      'X-Latin': 'caf\u00e9',
    };
    const upstream = await startUpstream(t, [{ headers, body: {} }]);

    const response = await connect(t, upstream.url).batchPost('/x', [{}]);

    const [received] = response.response_headers;
    assert.deepEqual(received['set-cookie'], headers['Set-Cookie']);
    assert.equal(received.vary, 'accept, origin');
    assert.equal(received['x-colon'], 'a: b');
    assert.equal(received['x-latin'], 'caf\u00e9');
  });

  it('gives no prototype away to a header', async (t) => {
    const headers = { ['__proto__']: 'x', constructor: 'y' };
    const upstream = await startUpstream(t, [{ headers, body: {} }]);

    const response = await connect(t, upstream.url).batchPost('/x', [{}]);

    const [received] = response.response_headers;
    assert.equal(Object.getPrototypeOf(received), Object.prototype);
    assert.equal(
      Object.getOwnPropertyDescriptor(received, '__proto__').value,
      'x',
    );
    assert.equal(received.constructor, 'y');
  });
});

describe('an embeddings response', () => {
  it('adds the tokens of all its batches up', async (t) => {
    const { usage } = await embedded(
      t,
      (r) => embeddingsAnswer(r),
      ['a', 'b', 'c', 'd', 'e'],
      { batchSize: 2 },
    );

    assert.deepEqual(usage, { prompt_tokens: 5, total_tokens: 10 });
  });

  it('counts more tokens than 32 bits hold', async (t) => {
    const usage = { prompt_tokens: LARGEST_COUNT, total_tokens: LARGEST_COUNT };

    const response = await embedded(
      t,
      () => ({ body: { ...bare([1]).body, usage } }),
      ['a', 'b'],
      { batchSize: 1 },
    );

    assert.deepEqual(response.usage, {
      prompt_tokens: 2 * LARGEST_COUNT,
      total_tokens: 2 * LARGEST_COUNT,
    });
  });

  it('needs neither usage nor model nor object from the server', async (t) => {
    const response = await embedded(t, [bare([1, 2])], ['a']);

    assert.equal(response.model, 'asked');
    assert.equal(response.object, 'list');
    assert.deepEqual(response.usage, { prompt_tokens: 0, total_tokens: 0 });
    assert.deepEqual(response.data, [
      { embedding: [1, 2], index: 0, object: 'embedding' },
    ]);
  });

  it('takes null for usage and model as left out', async (t) => {
    const body = { ...bare([1]).body, usage: null, model: null, object: null };

    const response = await embedded(t, [{ body }], ['a']);

    assert.equal(response.model, 'asked');
    assert.deepEqual(response.usage, { prompt_tokens: 0, total_tokens: 0 });
  });

  it('names the model that the server named', async (t) => {
    const response = await embedded(t, (r) => embeddingsAnswer(r), ['a']);

    assert.equal(response.model, 'asked-served');
  });

  it('finds the vectors wherever their member stands', async (t) => {
    const body =
      '{"x":{"data":[1]},"usage":{"total_tokens":3,"prompt_tokens":2},' +
      '"data":[{"extra":[[{}]],"embedding":[1],"index":0}],"y":[]}';

    const { data, usage } = await embedded(t, [{ body }], ['a']);

    assert.deepEqual(data[0].embedding, [1]);
    assert.deepEqual(usage, { prompt_tokens: 2, total_tokens: 3 });
  });
});

describe('an embedding', () => {
  const numbers = [0.1, -0.1, 1e-45, 3.4028234663852886e38, 1 / 3, 0, -2.5e-7];
  const rounded = Array.from(Float32Array.from(numbers));

  it('is a true array of the nearest float32 values', async (t) => {
    const { data } = await embedded(t, [bare(numbers)], ['a']);

    assert.ok(Array.isArray(data[0].embedding));
    assert.deepEqual(data[0].embedding, rounded);
    assert.equal(data[0].embedding, data[0].embedding);
  });

  it('is the same when the server packs it in base64 unasked', async (t) => {
    const { data } = await embedded(t, [bare(toBase64(numbers))], ['a']);

    assert.deepEqual(data[0].embedding, rounded);
  });

  it('is a base64 string when that was asked for', async (t) => {
    const packed = toBase64(numbers);

    const response = await embedded(t, [bare(packed)], ['a'], 'base64');

    assert.equal(response.data[0].embedding, packed);
    assert.deepEqual(Array.from(response.matrix().data), rounded);
  });

  it('is a view of the matrix as float32 output', async (t) => {
    const response = await embedded(t, [bare([1, 2], [3, 4])], ['a', 'b'], {
      output: 'float32',
    });

    const matrix = response.matrix();
    const { embedding } = response.data[1];
    assert.ok(embedding instanceof Float32Array);
    assert.deepEqual(Array.from(embedding), [3, 4]);
    assert.equal(embedding.buffer, matrix.data.buffer);
  });

  it('in base64 comes as float32 output as well', async (t) => {
    const response = await embedded(t, [bare(toBase64([1, 2]))], ['a'], {
      encodingFormat: 'base64',
      output: 'float32',
    });

    assert.deepEqual(response.data[0].embedding, Float32Array.of(1, 2));
  });
});

describe('the matrix of a response', () => {
  it('holds every row in the order of the texts', async (t) => {
    const texts = ['a', 'bb', 'ccc', 'dddd', 'eeeee'];

    const response = await embedded(t, (r) => embeddingsAnswer(r), texts, {
      batchSize: 2,
    });

    const { data, rows, dimensions } = response.matrix();
    assert.ok(data instanceof Float32Array);
    assert.deepEqual([rows, dimensions], [5, 2]);
    assert.deepEqual(Array.from(data), texts.flatMap(vectorOf));
  });

  it('joins rows from floats and from base64', async (t) => {
    const answers = [bare([1, 2], toBase64([3, 4]))];

    const response = await embedded(t, answers, ['a', 'b']);

    assert.deepEqual(Array.from(response.matrix().data), [1, 2, 3, 4]);
  });

  it('is refused when rows differ, which data still has', async (t) => {
    const response = await embedded(
      t,
      (r) => bare(r.json.input[0] === 'a' ? [1] : [2, 3]),
      ['a', 'b'],
      { batchSize: 1 },
    );

    assert.deepEqual(
      response.data.map(({ embedding }) => embedding),
      [[1], [2, 3]],
    );
    assert.throws(() => response.matrix(), {
      name: 'RangeError',
      message: /differ in length/,
    });
  });
});
