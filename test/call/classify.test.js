'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { connect } = require('../helpers/client');
const { inBatchOrder, together } = require('../helpers/model-answers');
const { startUpstream } = require('../helpers/upstream');

/** Labels every text with itself. */
function label({ json }) {
  return { body: json.inputs.map(([text]) => [{ label: text, score: 0.5 }]) };
}

async function classified(t, body, texts = ['a']) {
  const upstream = await startUpstream(t, [{ body }]);
  return connect(t, upstream.url).classify(texts);
}

describe('a classify request', () => {
  it('wraps every text in a list of its own', async (t) => {
    const upstream = await startUpstream(t, label);

    await connect(t, upstream.url).classify(['one', 'two']);

    const [{ method, url, json }] = upstream.requests;
    assert.deepEqual([method, url], ['POST', '/predict']);
    assert.deepEqual(json, {
      inputs: [['one'], ['two']],
      raw_scores: false,
      truncate: false,
      truncation_direction: 'Right',
    });
  });

  it('says what was asked', async (t) => {
    const upstream = await startUpstream(t, label);

    await connect(t, upstream.url).classify(['one'], {
      model: 'm',
      rawScores: true,
      truncate: true,
      truncationDirection: 'Left',
    });

    assert.deepEqual(upstream.requests[0].json, {
      inputs: [['one']],
      model: 'm',
      raw_scores: true,
      truncate: true,
      truncation_direction: 'Left',
    });
  });

  it('carries its share of the texts and no other', async (t) => {
    const upstream = await startUpstream(t, label);

    await connect(t, upstream.url).classify(['a', 'b', 'c'], { batchSize: 2 });

    assert.deepEqual(
      inBatchOrder(upstream.requests).map(({ json }) => json.inputs),
      [[['a'], ['b']], [['c']]],
    );
  });
});

describe('the labels of a call', () => {
  it('are one list per text, in the order of the texts', async (t) => {
    const texts = ['a', 'b', 'c', 'd', 'e'];
    const upstream = await startUpstream(t, together(3, label));

    const { data } = await connect(t, upstream.url).classify(texts, {
      batchSize: 2,
    });

    assert.deepEqual(
      data,
      texts.map((text) => [{ label: text, score: 0.5 }]),
    );
  });

  it('keep the order and the digits of the server', async (t) => {
    const labels = [
      { label: 'worse', score: 0.1 },
      { label: 'better', score: 0.30000000000000004 },
      { label: 'ä "quoted" \u{1f600}', score: -12.5 },
    ];

    const { data } = await classified(t, [labels]);

    assert.deepEqual(data, [labels]);
  });

  it('may be none at all', async (t) => {
    const { data } = await classified(t, [[], []], ['a', 'b']);

    assert.deepEqual(data, [[], []]);
  });

  for (const name of ['data', 'results'])
    it(`are found in an envelope called ${name}`, async (t) => {
      const labels = [[{ label: 'fine', score: 1 }]];

      const { data } = await classified(t, { model: 'm', [name]: labels });

      assert.deepEqual(data, labels);
    });
});
