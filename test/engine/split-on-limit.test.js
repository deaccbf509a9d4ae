'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { connect } = require('../helpers/client');
const { assertRefused, setUp, submitted } = require('../helpers/submission');
const { startUpstream } = require('../helpers/upstream');

const {
  FLAG: { SPLIT },
} = require('../../lib/native/contract');

const MODEL = 'm';

/** Answers embeddings of one number each, and refuses more than `most`. */
function embedder(most, refusal = { status: 413 }) {
  return ({ json }) => {
    if (json.input.length > most) return refusal;
    const data = json.input.map((text, index) => ({
      ...{ object: 'embedding', index },
      embedding: [Number(text)],
    }));
    return { headers: { 'x-first': json.input[0] }, body: { data } };
  };
}

function counted(length) {
  return Array.from({ length }, (_, i) => `${i}`);
}

describe('a batch that is too large', () => {
  for (const [name, refusal] of [
    ['413', { status: 413 }],
    [
      '422 that speaks of the batch size',
      {
        status: 422,
        body: { error: 'batch size 8 > maximum allowed batch size 2' },
      },
    ],
  ])
    it(`is sent in halves after status ${name}`, async (t) => {
      const upstream = await startUpstream(t, embedder(2, refusal));
      const client = connect(t, upstream.url);

      const response = await client.embed(counted(11), MODEL, { batchSize: 8 });

      const numbers = response.data.map((item) => item.embedding[0]);
      assert.deepEqual(numbers, counted(11).map(Number));
      assert.deepEqual([...response.matrix().data], numbers);
    });

  it('leaves headers and times in the order of the inputs', async (t) => {
    const upstream = await startUpstream(t, embedder(3));
    const client = connect(t, upstream.url);

    const response = await client.embed(counted(40), MODEL, { batchSize: 16 });

    const firsts = response.response_headers.map((headers) =>
      Number(headers['x-first']),
    );
    assert.deepEqual(
      firsts,
      [...firsts].sort((a, b) => a - b),
    );
    assert.equal(response.individual_request_times.length, firsts.length);
  });

  it('fails the call when it may not be split', async (t) => {
    const upstream = await startUpstream(t, embedder(2));
    const client = connect(t, upstream.url);

    await assert.rejects(
      client.embed(counted(8), MODEL, { splitOnLimit: false }),
      { code: 'HTTP_ERROR', status: 413, firstInput: 0, inputCount: 8 },
    );
    assert.equal(upstream.requests.length, 1);
  });

  it('fails the call when a single input is too large', async (t) => {
    const upstream = await startUpstream(t, embedder(0));
    const client = connect(t, upstream.url);

    await assert.rejects(client.embed(counted(4), MODEL), {
      ...{ code: 'HTTP_ERROR', status: 413, inputCount: 1 },
    });
  });
});

/** Answers embeddings, but refuses each batch that holds the text 'poison'. */
function refusing(refusal) {
  return ({ json }) =>
    json.input.includes('poison')
      ? refusal
      : {
          body: {
            data: json.input.map((_, index) => ({ index, embedding: [1] })),
          },
        };
}

describe('one text that the server refuses as too large', () => {
  for (const [maxConcurrentRequests, most] of [
    [1, 46],
    [4, 52],
    [128, 46],
  ])
    it(`costs two requests a halving, ${maxConcurrentRequests} at once`, async (t) => {
      const upstream = await startUpstream(t, refusing({ status: 413 }));
      const client = connect(t, upstream.url);
      const texts = counted(4000);
      texts[300] = 'poison';

      const { errors } = await client.embed(texts, MODEL, {
        ...{ onError: 'partial', maxConcurrentRequests },
      });

      assert.deepEqual(
        errors.map(({ firstInput, inputCount }) => [firstInput, inputCount]),
        [[300, 1]],
      );
      assert.ok(upstream.requests.length <= most, upstream.requests.length);
    });

  it('does not keep another from being found', async (t) => {
    const upstream = await startUpstream(t, refusing({ status: 413 }));
    const client = connect(t, upstream.url);
    const texts = counted(1000);
    texts[0] = texts[1] = texts[500] = 'poison';

    const { errors } = await client.embed(texts, MODEL, {
      ...{ onError: 'partial', maxConcurrentRequests: 1 },
    });

    assert.deepEqual(
      errors.map(({ firstInput, inputCount }) => [firstInput, inputCount]),
      [
        [0, 1],
        [1, 1],
        [500, 1],
      ],
    );
  });

  it('does not make the batches of a stream smaller', async (t) => {
    const upstream = await startUpstream(t, refusing({ status: 413 }));
    const client = connect(t, upstream.url);
    const texts = counted(1000);
    texts[0] = 'poison';

    const results = client.embedStream(texts, MODEL, {
      ...{ onError: 'partial', maxConcurrentRequests: 1 },
    });
    for await (const result of results) assert.ok(result);

    assert.equal(upstream.requests.length, 8 + 2 * 7);
  });
});

describe('a refusal that no size mends', () => {
  it('is not halved when it speaks of a token, not of their number', async (t) => {
    const refusal = { status: 400, body: { error: 'invalid token' } };
    const upstream = await startUpstream(t, () => refusal);
    const client = connect(t, upstream.url);

    await assert.rejects(
      client.embed(counted(1000), MODEL, { onError: 'partial' }),
      { status: 400, inputCount: 128 },
    );
    assert.equal(upstream.requests.length, 8);
  });

  it('is halved once a call, when it speaks of their number', async (t) => {
    const upstream = await startUpstream(t, () => ({ status: 413 }));
    const client = connect(t, upstream.url);

    await assert.rejects(
      client.embed(counted(1024), MODEL, {
        ...{ onError: 'partial', batchSize: 8, maxConcurrentRequests: 1 },
      }),
      { status: 413 },
    );
    assert.ok(upstream.requests.length < 300, upstream.requests.length);
  });
});

describe('splitOnLimit', () => {
  const calls = [
    ['embed', ['a'], 'm'],
    ['rerank', 'q', ['a']],
    ['classify', ['a']],
  ];

  for (const [method, ...args] of calls)
    it(`is on for ${method}, and can be turned off`, (t) => {
      const kit = setUp(t);

      const flags = [{}, { splitOnLimit: true }, { splitOnLimit: false }].map(
        (options) => submitted(kit, method, ...args, options).flags & SPLIT,
      );

      assert.deepEqual(flags, [SPLIT, SPLIT, 0]);
    });

  it('is no option of batchPost', async (t) => {
    const kit = setUp(t);

    for (const splitOnLimit of [true, false])
      await assertRefused(kit, 'batchPost', ['/x', [1], { splitOnLimit }], {
        argument: 'splitOnLimit',
      });
    assert.equal(submitted(kit, 'batchPost', '/x', [1]).flags & SPLIT, 0);
  });

  it('is refused unless it is a boolean', async (t) => {
    const kit = setUp(t);

    for (const splitOnLimit of ['yes', 1, {}])
      await assertRefused(kit, 'embed', [['a'], 'm', { splitOnLimit }], {
        argument: 'splitOnLimit',
        message: /^splitOnLimit must be a boolean, got /,
      });
  });
});
