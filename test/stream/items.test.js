'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { connect } = require('../helpers/client');
const { assertRefused, setUp } = require('../helpers/submission');
const { collect, echo } = require('../helpers/streams');
const { startUpstream } = require('../helpers/upstream');

const ROWS = Array.from({ length: 5 }, (_, id) => ({ id, text: `${id * 10}` }));

const OPTIONS = { text: (row) => row.text, batchSize: 2 };

/** Scores of texts that are numbers, the last text first. */
function rank({ json }) {
  const body = json.texts.map((text, index) => ({
    ...{ index, score: Number(text) },
  }));
  return { body: body.reverse() };
}

function classify({ json }) {
  const body = json.inputs.map(([text]) => [
    { label: `label of ${text}`, score: Number(text) },
  ]);
  return { body };
}

/** Refuses what holds this text. */
function refusing(text, answer) {
  return (request) =>
    request.text.includes(`"${text}"`) ? { status: 400 } : answer(request);
}

async function start(t, script) {
  const upstream = await startUpstream(t, script);
  return { upstream, client: connect(t, upstream.url) };
}

const idsOf = ({ items }) => items.map(({ id }) => id);

describe('a stream of items', () => {
  it('yields them beside their vectors', async (t) => {
    const { client, upstream } = await start(t, echo);

    const results = await collect(client.embedStream(ROWS, 'm', OPTIONS));

    const pairs = results.flatMap((batch) => {
      const views = [...batch.rows()];
      return batch.items.map((item, i) => [item, views[i][0]]);
    });
    assert.deepEqual(
      pairs,
      ROWS.map((row) => [row, Number(row.text)]),
    );
    assert.deepEqual(upstream.requests[0].json.input, ['0', '10']);
  });

  it('gives rows that look into the matrix', async (t) => {
    const { client } = await start(t, echo);

    const [batch] = await collect(client.embedStream(['3', '4'], 'm'));
    const [first, second] = batch.rows();
    second[0] = 7;

    assert.equal(first.buffer, batch.data.buffer);
    assert.deepEqual(batch.data, Float32Array.of(3, 7));
  });

  it('names them where they failed', async (t) => {
    const { client } = await start(t, refusing('20', echo));

    const results = await collect(
      client.embedStream(ROWS, 'm', { ...OPTIONS, onError: 'partial' }),
    );

    assert.deepEqual(
      results.map((result) => [idsOf(result), result.error?.status]),
      [
        [[0, 1], undefined],
        [[2, 3], 400],
        [[4], undefined],
      ],
    );
  });

  it('refuses what is no text, and says how to pick one', async (t) => {
    const { client } = await start(t, echo);

    await assert.rejects(client.embedStream(ROWS, 'm').next(), {
      code: 'INVALID_ARGUMENT',
      message:
        'input[0] must be a string, got an object; the option text says ' +
        'what of an item is sent',
    });
    await assert.rejects(
      client.embedStream(ROWS, 'm', { text: ({ id }) => id }).next(),
      { message: 'text(input[0]) must be a string, got number 0' },
    );
  });

  it('refuses what picks nothing', async (t) => {
    const kit = setUp(t);

    await assert.rejects(
      kit.client.embedStream(ROWS, 'm', { text: 'text' }).next(),
      { message: 'text must be a function, got string "text"' },
    );
    await assertRefused(kit, 'embed', [['a'], 'm', { text: String }], {
      message: /^unknown option "text" of embed/,
    });
  });
});

describe('rerankStream', () => {
  it('scores items by their place in the stream', async (t) => {
    const { client, upstream } = await start(t, rank);

    const results = await collect(client.rerankStream('q', ROWS, OPTIONS));

    assert.deepEqual(
      results.map((batch) => [
        batch.start,
        batch.data.map(({ index, score }) => `${index}: ${score}`),
      ]),
      [
        [0, ['1: 10', '0: 0']],
        [2, ['3: 30', '2: 20']],
        [4, ['4: 40']],
      ],
    );
    assert.deepEqual(results.map(idsOf), [[0, 1], [2, 3], [4]]);
    assert.equal(upstream.requests[0].json.query, 'q');
  });

  it('yields what failed in its place', async (t) => {
    const { client } = await start(t, refusing('20', rank));
    const options = { ...OPTIONS, onError: 'partial' };

    const [, failed, last] = await collect(
      client.rerankStream('q', ROWS, options),
    );

    assert.equal(failed.error.status, 400);
    assert.deepEqual(idsOf(failed), [2, 3]);
    assert.deepEqual(last.data, [{ index: 4, score: 40, text: null }]);
  });
});

describe('classifyStream', () => {
  it('yields a list of labels for each item', async (t) => {
    const { client, upstream } = await start(t, classify);

    const results = await collect(
      client.classifyStream(ROWS, { ...OPTIONS, rawScores: true }),
    );

    assert.deepEqual(
      results.flatMap((batch) =>
        idsOf(batch).map((id, i) => [id, batch.data[i]]),
      ),
      ROWS.map(({ id, text }) => [
        id,
        [{ label: `label of ${text}`, score: Number(text) }],
      ]),
    );
    assert.equal(upstream.requests[0].json.raw_scores, true);
  });

  it('keeps the labels of what did not fail in a batch that was split', async (t) => {
    const { client } = await start(t, (request) =>
      request.json.inputs.length > 1
        ? { status: 413 }
        : refusing('10', classify)(request),
    );
    const options = { text: (row) => row.text, onError: 'partial' };

    const results = await collect(client.classifyStream(ROWS, options));

    assert.deepEqual(
      results.map((batch) => [
        idsOf(batch),
        batch.error?.status ?? batch.data.map(([{ score }]) => score),
      ]),
      [
        [[0], [0]],
        [[1], 400],
        [
          [2, 3, 4],
          [20, 30, 40],
        ],
      ],
    );
  });
});

describe('batchPostStream', () => {
  it('yields the item and the status beside the answer', async (t) => {
    const { client } = await start(t, ({ json }) => ({
      status: json.n === 0 ? 201 : 200,
      body: json.n,
    }));
    const payload = ({ id }) => ({ n: id });

    const results = await collect(
      client.batchPostStream('/x', ROWS.slice(0, 2), { payload }),
    );

    assert.deepEqual(
      results.map(({ index, item, status, data }) => [
        ...[index, item, status, data],
      ]),
      [
        [0, ROWS[0], 201, 0],
        [1, ROWS[1], 200, 1],
      ],
    );
  });
});

describe('batchPost', () => {
  it('tells the status of each answer, null where there is none', async (t) => {
    const statuses = { a: 201, b: 400, c: 204 };
    const { client } = await start(t, ({ json }) => ({
      status: statuses[json],
      body: json === 'c' ? '' : {},
    }));

    const response = await client.batchPost('/x', ['a', 'b', 'c'], {
      onError: 'partial',
    });

    assert.deepEqual(response.statuses, [201, null, 204]);
  });
});

describe('an embeddings response', () => {
  it('gives its rows one by one, as views', async (t) => {
    const { client } = await start(t, echo);

    const response = await client.embed(['1', '2', '3'], 'm', { batchSize: 2 });

    const { data } = response.matrix();
    const rows = [...response.rows()];
    assert.deepEqual(
      rows.map(([value]) => value),
      [1, 2, 3],
    );
    assert.ok(rows.every(({ buffer }) => buffer === data.buffer));
  });
});
