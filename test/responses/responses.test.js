'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { inspect } = require('node:util');

const { settleWaiting } = require('../../lib/native/binding');
const { succeed } = require('../helpers/stand-in-engine');
const { setUp } = require('../helpers/submission');

/** Vectors as the engine hands them over: one block, row by row. */
function matrixOf(...rows) {
  return {
    vectors: Float32Array.from(rows.flat()).buffer,
    rowSize: 4 * rows[0].length,
    rows: rows.length,
    promptTokens: 5,
    totalTokens: 7,
  };
}

/** The same with rows of different sizes, here of single bytes. */
function raggedOf(...rows) {
  const sizes = rows.map((row) => row.length);
  const places = sizes.flatMap((size, i) => [
    sizes.slice(0, i).reduce((sum, one) => sum + one, 0),
    size,
  ]);
  return {
    vectors: Uint8Array.from(rows.flat()).buffer,
    rows: rows.length,
    places: Float64Array.from(places),
  };
}

async function embedded(t, summary, ...rest) {
  const { engine, client } = setUp(t);
  const texts = new Array(summary.rows).fill('text');
  const call = client.embed(texts, 'asked', ...rest);
  succeed(engine.jobs[0], [undefined], summary);
  return call;
}

async function answered(t, method, args, texts, ...rest) {
  const { engine, client } = setUp(t);
  const call = client[method](...args);
  succeed(engine.jobs[0], texts, ...rest);
  return call;
}

/** Scores as the engine hands them over: rows of pairs of doubles. */
function scoresOf(...rows) {
  const vectors = Float64Array.from(rows.flat(2)).buffer;
  const sizes = rows.map((row) => 16 * row.length);
  if (sizes.every((size) => size === sizes[0]))
    return { vectors, rows: rows.length, rowSize: sizes[0] };
  const places = sizes.flatMap((size, i) => [
    sizes.slice(0, i).reduce((sum, one) => sum + one, 0),
    size,
  ]);
  return { vectors, rows: rows.length, places: Float64Array.from(places) };
}

describe('an embeddings response', () => {
  it('has its members in order, one item per input', async (t) => {
    const response = await embedded(t, matrixOf([1, 2], [3, 0.1]));

    const { total_time: seconds, ...members } = response;
    assert.deepEqual(Object.keys(response), [
      ...['data', 'individual_request_times', 'model', 'object'],
      ...['response_headers', 'total_time', 'usage'],
    ]);
    assert.deepEqual(members, {
      data: [
        { embedding: [1, 2], index: 0, object: 'embedding' },
        { embedding: [3, 0.10000000149011612], index: 1, object: 'embedding' },
      ],
      individual_request_times: [0.25],
      model: 'asked',
      object: 'list',
      response_headers: [{ 'content-type': 'application/json' }],
      usage: { prompt_tokens: 5, total_tokens: 7 },
    });
    assert.ok(seconds >= 0);
  });

  it('says the model that the server names', async (t) => {
    const summary = { ...matrixOf([1]), model: '"served \\"one\\""' };

    assert.equal((await embedded(t, summary)).model, 'served "one"');
  });

  it('gives true arrays of numbers, made once', async (t) => {
    const { data } = await embedded(t, matrixOf([1, 2, 3, 4]));

    const [item] = data;
    assert.ok(Array.isArray(item.embedding));
    assert.equal(item.embedding, item.embedding);
    assert.deepEqual(item.embedding.slice(0, 3), [1, 2, 3]);
  });

  it('survives spread, JSON and structuredClone, items too', async (t) => {
    const response = await embedded(t, matrixOf([1, 2], [3, 4]));
    const plain = { ...response };

    assert.deepEqual(JSON.parse(JSON.stringify(response)), plain);
    assert.deepEqual(structuredClone(response), plain);
    assert.deepEqual({ ...response.data[1] }.embedding, [3, 4]);
    assert.deepEqual(structuredClone(response.data[1]), response.data[1]);
  });

  it('lets its members be replaced', async (t) => {
    const response = await embedded(t, matrixOf([1], [2]));

    response.data[0].embedding = [9];
    response.data = response.data.slice(0, 1);
    response.response_headers = [];

    assert.deepEqual(response.data[0].embedding, [9]);
    assert.equal(response.data.length, 1);
    assert.deepEqual(response.response_headers, []);
  });

  it('shows its values in a console', async (t) => {
    const response = await embedded(t, matrixOf([1.5, 2]));

    assert.match(inspect(response), /^EmbeddingsResponse \{/);
    assert.match(inspect(response), /embedding: \[ 1\.5, 2 \]/);
    assert.match(inspect(response.data[0]), /embedding: \[ 1\.5, 2 \]/);
    assert.doesNotMatch(inspect(response, { depth: 9 }), /Getter/);
  });

  it('answers to the other name of its times', async (t) => {
    const response = await embedded(t, matrixOf([1]));

    assert.equal(
      response.individual_batch_request_times,
      response.individual_request_times,
    );
  });

  it('gives all rows as a matrix without a copy', async (t) => {
    const summary = matrixOf([1, 2, 3], [4, 5, 6]);
    const response = await embedded(t, summary);

    const { data, rows, dimensions } = response.matrix();

    assert.equal(data.buffer, summary.vectors);
    assert.deepEqual([...data], [1, 2, 3, 4, 5, 6]);
    assert.deepEqual([rows, dimensions], [2, 3]);
  });

  it('gives views of the matrix as float32 output', async (t) => {
    const response = await embedded(t, matrixOf([1, 2], [3, 4]), {
      output: 'float32',
    });

    const { embedding } = response.data[1];
    assert.ok(embedding instanceof Float32Array);
    assert.deepEqual([...embedding], [3, 4]);
    assert.equal(embedding.buffer, response.matrix().data.buffer);
  });

  it('gives base64 strings when they were asked for', async (t) => {
    const summary = matrixOf([1, 2], [3, 4]);

    const response = await embedded(t, summary, 'base64');

    const bytes = Buffer.from(response.data[1].embedding, 'base64');
    assert.deepEqual(bytes, Buffer.from(summary.vectors, 8, 8));
    assert.deepEqual([...response.matrix().data], [1, 2, 3, 4]);
  });

  it('gives arrays from base64 when they were asked for', async (t) => {
    const response = await embedded(t, matrixOf([1, 2]), {
      encodingFormat: 'base64',
      output: 'array',
    });

    assert.deepEqual(response.data[0].embedding, [1, 2]);
  });

  it('gives rows of different lengths, but no matrix of them', async (t) => {
    const one = [0, 0, 128, 63];
    const rows = raggedOf([0, 0, 0, 64, 0, 0, 64, 64], [], one, one);

    const response = await embedded(t, rows);

    const embeddings = response.data.map((item) => item.embedding);
    assert.deepEqual(embeddings, [[2, 3], [], [1], [1]]);
    assert.throws(() => response.matrix(), {
      name: 'RangeError',
      message: /differ in length/,
    });
  });

  it('refuses a matrix of bytes that are no floats', async (t) => {
    const bytes = { vectors: new ArrayBuffer(6), rowSize: 3, rows: 2 };

    const response = await embedded(t, bytes, 'base64');

    assert.equal(response.data[0].embedding, 'AAAA');
    assert.throws(() => response.matrix(), /3 bytes, so it holds no float32/);
  });

  it('gives empty embeddings as empty arrays', async (t) => {
    const response = await embedded(t, { rows: 2 });

    assert.deepEqual(
      response.data.map((item) => item.embedding),
      [[], []],
    );
    assert.deepEqual(response.matrix().dimensions, 0);
  });
});

describe('a rerank response', () => {
  const reranked = (t) =>
    answered(
      t,
      'rerank',
      ['q', ['a', 'b', 'c']],
      [undefined, '["\\u0063\\ud800"]'],
      scoresOf([[1, 0.5]], [[0, 0.1]], [[2, 0.5]]),
      [2, 1],
    );

  it('holds the results in batch order', async (t) => {
    const response = await reranked(t);

    assert.deepEqual(Object.keys(response), [
      ...['data', 'individual_request_times', 'object'],
      ...['response_headers', 'total_time'],
    ]);
    assert.deepEqual(response.data, [
      { index: 1, score: 0.5, text: null },
      { index: 0, score: 0.1, text: null },
      { index: 2, score: 0.5, text: 'c\ufffd' },
    ]);
    assert.equal(response.object, 'list');
    assert.deepEqual(response.individual_request_times, [0.25, 0.25]);
  });

  it('sorts a copy best first, equals as they came', async (t) => {
    const response = await reranked(t);

    const sorted = response.sorted().map(({ index }) => index);

    assert.deepEqual(sorted, [1, 2, 0]);
    assert.equal(response.data[1].index, 0);
  });
});

describe('a classification response', () => {
  it('holds one list of labels per input', async (t) => {
    const response = await answered(
      t,
      'classify',
      [['a', 'b', 'c']],
      ['["x"]', '["y","z"]'],
      scoresOf(
        [[0, 1]],
        [],
        [
          [0, 0],
          [1, 1],
        ],
      ),
      [2, 1],
    );

    assert.deepEqual(response.data, [
      [{ label: 'x', score: 1 }],
      [],
      [
        { label: 'y', score: 0 },
        { label: 'z', score: 1 },
      ],
    ]);
  });
});

describe('the labels of a classification', () => {
  it('may be the same in every batch, or in none', async (t) => {
    const response = await answered(
      t,
      'classify',
      [['a', 'b', 'c', 'd']],
      ['["x","y"]', '["x","y"]', '["\\"z\\ude00"]', '["x","y"]'],
      scoresOf([[1, 0.25]], [[0, 0.5]], [[0, 0.75]], [[1, 1]]),
      [1, 1, 1, 1],
    );

    assert.deepEqual(response.data, [
      [{ label: 'y', score: 0.25 }],
      [{ label: 'x', score: 0.5 }],
      [{ label: '"z\ufffd', score: 0.75 }],
      [{ label: 'y', score: 1 }],
    ]);
  });
});

describe('a batch response', () => {
  it('holds one value per payload, null for an empty body', async (t) => {
    const texts = ['{"a":[1]}', '', '"text"', '[]', 'null'];

    const response = await answered(
      ...[t, 'batchPost', ['/x', new Array(5).fill({})], texts],
    );

    assert.deepEqual(Object.keys(response), [
      ...['data', 'individual_request_times'],
      ...['response_headers', 'statuses', 'total_time'],
    ]);
    assert.deepEqual(response.data, [{ a: [1] }, null, 'text', [], null]);
  });

  it('is in payload order, however the answers come', async (t) => {
    const { engine, client } = setUp(t);
    const call = client.batchPost('/x', [1, 2, 3]);
    const [job] = engine.jobs;
    for (const i of [2, 0, 1])
      job.handler.onAnswer(
        ...[i, `${i}`, `HTTP/1.1 200\r\nx-i: ${i}\r\n\r\n`, i],
        ...[i, 1],
      );
    succeed(job, []);

    const response = await call;

    assert.deepEqual(response.data, [0, 1, 2]);
    assert.deepEqual(response.individual_request_times, [0, 1, 2]);
    assert.deepEqual(
      response.response_headers.map((headers) => headers['x-i']),
      ['0', '1', '2'],
    );
  });

  it('cannot be given a prototype by a server', async (t) => {
    const response = await answered(
      ...[t, 'batchPost', ['/x', [1]], ['{"__proto__":{"a":1}}']],
    );

    assert.equal(Object.getPrototypeOf(response.data[0]), Object.prototype);
    assert.equal(response.data[0].a, undefined);
  });

  it('fails rather than crash when an answer is no JSON after all', async (t) => {
    const call = answered(t, 'batchPost', ['/x', [1]], ['{broken']);

    await assert.rejects(call, (error) => {
      assert.equal(error.code, 'PARSE_ERROR');
      assert.ok(error.cause instanceof SyntaxError);
      return true;
    });
  });
});

describe('waiting outcomes', () => {
  /** A source of outcomes, each of which takes its time. */
  function slowSource(outcomes, costMs) {
    return {
      left: outcomes,
      drain(limit) {
        const count = Math.min(limit, this.left);
        const end = performance.now() + costMs;
        while (performance.now() < end);
        this.left -= count;
        return count;
      },
    };
  }

  it('are all delivered at once when they are few', () => {
    const source = slowSource(100, 0);

    settleWaiting(source);

    assert.equal(source.left, 0);
  });

  it('leave room for timers when they are many', async () => {
    const source = slowSource(10_000, 1);
    let leftAtTimer;
    const timer = new Promise((resolve) => {
      setTimeout(() => {
        leftAtTimer = source.left;
        resolve();
      }, 1);
    });

    settleWaiting(source);
    const leftAtReturn = source.left;
    await timer;
    while (source.left > 0) await new Promise(setImmediate);

    assert.ok(leftAtReturn > 0);
    assert.ok(leftAtTimer > 0);
  });
});
