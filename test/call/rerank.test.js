'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { connect } = require('../helpers/client');
const { inBatchOrder, together } = require('../helpers/model-answers');
const { assertRefused, setUp } = require('../helpers/submission');
const { collect } = require('../helpers/streams');
const { startUpstream } = require('../helpers/upstream');

/** Scores a text by its length, and answers best first as servers do. */
function rank({ json }) {
  const results = json.texts.map((text, index) => ({
    index,
    score: text.length / 16,
    ...(json.return_text && { text }),
  }));
  return { body: results.sort((a, b) => b.score - a.score) };
}

async function reranked(t, body, texts = ['a', 'b']) {
  const upstream = await startUpstream(t, [{ body }]);
  return connect(t, upstream.url).rerank('q', texts);
}

describe('a rerank request', () => {
  it('says everything but the model when nothing is asked', async (t) => {
    const upstream = await startUpstream(t, rank);

    await connect(t, upstream.url).rerank('what?', ['one', 'two']);

    const [{ method, url, json }] = upstream.requests;
    assert.deepEqual([method, url], ['POST', '/rerank']);
    assert.deepEqual(json, {
      query: 'what?',
      raw_scores: false,
      return_text: false,
      texts: ['one', 'two'],
      truncate: false,
      truncation_direction: 'Right',
    });
  });

  it('says what was asked', async (t) => {
    const upstream = await startUpstream(t, rank);

    await connect(t, upstream.url).rerank('q', ['one'], {
      model: 'm',
      rawScores: true,
      returnText: true,
      truncate: true,
      truncationDirection: 'Left',
    });

    assert.deepEqual(upstream.requests[0].json, {
      query: 'q',
      model: 'm',
      raw_scores: true,
      return_text: true,
      texts: ['one'],
      truncate: true,
      truncation_direction: 'Left',
    });
  });

  it('carries the query in every batch', async (t) => {
    const upstream = await startUpstream(t, rank);
    const query = 'is "this" \u{1f600}?';

    await connect(t, upstream.url).rerank(query, ['a', 'b', 'c'], {
      batchSize: 1,
    });

    assert.deepEqual(
      inBatchOrder(upstream.requests).map(({ json }) => [
        json.query,
        ...json.texts,
      ]),
      [
        [query, 'a'],
        [query, 'b'],
        [query, 'c'],
      ],
    );
  });
});

describe('the results of a rerank', () => {
  it('are in batch order with indexes of the whole call', async (t) => {
    const texts = ['12', '1', '123', '1234', '12345'];
    const upstream = await startUpstream(t, together(3, rank));

    const { data } = await connect(t, upstream.url).rerank('q', texts, {
      batchSize: 2,
      returnText: true,
    });

    assert.deepEqual(data, [
      { index: 0, score: 0.125, text: '12' },
      { index: 1, score: 0.0625, text: '1' },
      { index: 3, score: 0.25, text: '1234' },
      { index: 2, score: 0.1875, text: '123' },
      { index: 4, score: 0.3125, text: '12345' },
    ]);
  });

  it('can be had best first over all batches', async (t) => {
    const texts = ['12', '1', '123', '1234', '12345'];
    const upstream = await startUpstream(t, rank);

    const response = await connect(t, upstream.url).rerank('q', texts, {
      batchSize: 2,
    });

    assert.deepEqual(
      response.sorted().map(({ index }) => index),
      [4, 3, 2, 0, 1],
    );
    assert.deepEqual(
      response.data.map(({ index }) => index),
      [0, 1, 3, 2, 4],
    );
  });

  it('have a text of null when the server sends none', async (t) => {
    const { data } = await reranked(t, [
      { index: 0, score: 1 },
      { index: 1, score: 0, text: null },
    ]);

    assert.deepEqual(data, [
      { index: 0, score: 1, text: null },
      { index: 1, score: 0, text: null },
    ]);
  });

  it('keep every digit of a score', async (t) => {
    const { data } = await reranked(t, [
      { index: 0, score: 0.1 },
      { index: 1, score: -1.7976931348623157e308 },
    ]);

    assert.deepEqual(
      data.map(({ score }) => score),
      [0.1, -1.7976931348623157e308],
    );
  });

  it('keep a text as the server spells it', async (t) => {
    const texts = ['"\\\n\u0001\u2028', '\u{1f600} ä 你', ''];
    const items = texts.map((text, index) => ({ index, score: 1, text }));

    const { data } = await reranked(t, items, texts);

    assert.deepEqual(
      data.map(({ text }) => text),
      texts,
    );
  });

  for (const name of ['data', 'results'])
    it(`are found in an envelope called ${name}`, async (t) => {
      const response = await reranked(t, {
        model: 'm',
        [name]: [
          { index: 1, relevance_score: 0.75, document: { text: 'b' } },
          { index: 0, relevance_score: 0.5 },
        ],
      });

      assert.deepEqual(response.data, [
        { index: 1, score: 0.75, text: null },
        { index: 0, score: 0.5, text: null },
      ]);
    });
});

/** A server that speaks as Cohere does; texts are scored by their length. */
function rankDocuments({ json }) {
  const results = json.documents.map((text, index) => ({
    index,
    relevance_score: text.length / 16,
    document: { text },
  }));
  results.sort((a, b) => b.relevance_score - a.relevance_score);
  return { body: { id: 'an-id', results, meta: { api_version: {} } } };
}

describe('a rerank request in the dialect of Cohere', () => {
  const COHERE = { dialect: 'cohere' };

  it('has documents, and nothing that Cohere does not know', async (t) => {
    const upstream = await startUpstream(t, rankDocuments);
    const client = connect(t, upstream.url);

    const response = await client.rerank('q', ['a', 'bbb'], {
      ...{ ...COHERE, model: 'm' },
    });

    assert.deepEqual(upstream.requests[0].json, {
      ...{ model: 'm', query: 'q', documents: ['a', 'bbb'] },
    });
    assert.deepEqual(response.data, [
      { index: 1, score: 3 / 16, text: null },
      { index: 0, score: 1 / 16, text: null },
    ]);
  });

  it('gives the texts back from where they are', async (t) => {
    const upstream = await startUpstream(t, rankDocuments);
    const client = connect(t, upstream.url);
    const options = { ...COHERE, returnText: true, batchSize: 2 };

    const { data } = await client.rerank('q', ['a', 'bb', 'c'], options);
    const [batch] = await collect(
      client.rerankStream('q', ['a', 'bb', 'c'], options),
    );

    assert.deepEqual(
      data.map(({ index, text }) => `${index} ${text}`),
      ['1 bb', '0 a', '2 c'],
    );
    assert.deepEqual(
      batch.data.map(({ text }) => text),
      ['bb', 'a'],
    );
    assert.equal('return_documents' in upstream.requests[0].json, false);
  });

  it('refuses what only the other one has', async (t) => {
    const kit = setUp(t);

    for (const name of ['rawScores', 'truncate'])
      await assertRefused(
        kit,
        'rerank',
        ['q', ['a'], { ...COHERE, [name]: true }],
        {
          argument: name,
          message: `${name} is of the dialect tei, and means nothing to cohere`,
        },
      );
    await assertRefused(kit, 'rerank', ['q', ['a'], { dialect: 'jina' }], {
      message: 'dialect must be one of tei, cohere, got "jina"',
    });
  });
});

describe('the best of a rerank call', () => {
  const TEXTS = ['aa', 'a', 'aaaa', 'aaa', 'aaaaa'];

  for (const [dialect, script] of Object.entries({
    tei: rank,
    cohere: rankDocuments,
  }))
    it(`are taken from all batches, best first: ${dialect}`, async (t) => {
      const upstream = await startUpstream(t, script);
      const client = connect(t, upstream.url);
      const options = { dialect, batchSize: 2, topN: 2, returnText: true };

      const response = await client.rerank('q', TEXTS, options);

      const best = ['4 aaaaa', '2 aaaa'];
      const shown = ({ index, text }) => `${index} ${text}`;
      assert.deepEqual(response.data.map(shown), best);
      assert.deepEqual(response.sorted().map(shown), best);
      assert.equal(upstream.requests.length, 3);
    });

  it('are all there are where more are wanted', async (t) => {
    const upstream = await startUpstream(t, rank);
    const client = connect(t, upstream.url);

    const { data } = await client.rerank('q', ['a', 'aa'], { topN: 9 });

    assert.deepEqual(
      data.map(({ index }) => index),
      [1, 0],
    );
  });

  it('are refused as a number that is none, and in streams', async (t) => {
    const kit = setUp(t);

    await assertRefused(kit, 'rerank', ['q', ['a'], { topN: 0 }], {
      argument: 'topN',
    });
    await assert.rejects(
      kit.client.rerankStream('q', ['a'], { topN: 1 }).next(),
      { message: /^unknown option "topN" of rerankStream/ },
    );
  });
});
