'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { connect } = require('../helpers/client');
const { embeddingsAnswer } = require('../helpers/model-answers');
const { startUpstream } = require('../helpers/upstream');

const OK = { body: { ok: true } };

async function begin(t, answer = () => OK) {
  const upstream = await startUpstream(t, answer);
  return { upstream, client: connect(t, upstream.url) };
}

/** Milliseconds between the first request and the last. */
function span({ requests }) {
  return requests.at(-1).time - requests[0].time;
}

describe('countTokens', () => {
  it('is what a quota of tokens goes by', async (t) => {
    const { upstream, client } = await begin(t, (request) =>
      embeddingsAnswer(request),
    );

    // A hundred in store, then a hundred a second: 100 + 50 + 50 + one more.
    await client.embed(['a', 'b', 'c', 'd'], 'm', {
      batchSize: 1,
      tokensPerMinute: 6000,
      countTokens: (text) => (text === 'a' ? 100 : 50),
    });

    assert.ok(span(upstream) >= 900, `the last after ${span(upstream)} ms`);
  });

  it('is asked once for each text, of all that travel together', async (t) => {
    const { upstream, client } = await begin(t, (request) =>
      embeddingsAnswer(request),
    );
    const asked = [];

    await client.embed(['a', 'b', 'c', 'd'], 'm', {
      batchSize: 2,
      tokensPerMinute: 6000,
      countTokens: (text) => asked.push(text) && 75,
    });

    assert.deepEqual(asked, ['a', 'b', 'c', 'd']);
    assert.equal(upstream.requests.length, 2);
    assert.ok(span(upstream) >= 450, `the last after ${span(upstream)} ms`);
  });

  it('lets large texts go that are few tokens', async (t) => {
    const { client } = await begin(t);
    const texts = Array(10).fill('x'.repeat(40_000));

    // By their bytes they would take 16 minutes.
    const { data } = await client.batchPost('/x', texts, {
      tokensPerMinute: 6000,
      countTokens: () => 1,
      totalTimeoutS: 60,
    });

    assert.equal(data.length, 10);
  });

  it('sees the JSON text of payloads, also of those far behind', async (t) => {
    const { client } = await begin(t);
    const payloads = Array.from({ length: 40 }, (_, i) => ({
      i,
      text: 'x'.repeat(30_000),
    }));
    const asked = [];

    await client.batchPost('/x', payloads, {
      countTokens: (text) => asked.push(text) && 1,
    });

    assert.deepEqual(
      asked,
      payloads.map((payload) => JSON.stringify(payload)),
    );
  });

  it('ends the call with what it throws', async (t) => {
    const { upstream, client } = await begin(t);
    const mine = new TypeError('no such tokenizer');
    const throwing = {
      countTokens: () => {
        throw mine;
      },
    };

    for (const call of [
      () => client.embed(['a'], 'm', throwing),
      () => client.batchPost('/x', [{}], throwing),
      () => client.embedStream(['a'], 'm', throwing).next(),
    ])
      await assert.rejects(call, (error) => error === mine);
    await assert.rejects(
      client.coalesce().embed('a', 'm', throwing),
      ({ cause }) => cause === mine,
    );

    assert.equal(upstream.requests.length, 0);
  });

  it('ends a call that has begun, too', async (t) => {
    const { client } = await begin(t);
    const payloads = Array.from({ length: 40 }, () => 'x'.repeat(30_000));
    const spoilt = new Error('spoilt');
    let count = 0;

    await assert.rejects(
      client.batchPost('/x', payloads, {
        countTokens: () => {
          if (++count === 40) throw spoilt;
          return 1;
        },
      }),
      (error) => error === spoilt,
    );
  });

  it('must be a function that returns a number', async (t) => {
    const { client } = await begin(t);
    const bad = [
      ['7', /countTokens must return a number of at least 0, got string "7"/],
      [-1, /countTokens must return a number of at least 0, got number -1/],
      [NaN, /countTokens must return a number of at least 0, got number NaN/],
    ];

    for (const [value, message] of bad)
      await assert.rejects(
        client.embed(['a'], 'm', { countTokens: () => value }),
        { code: 'INVALID_ARGUMENT', argument: 'countTokens', message },
      );
    await assert.rejects(client.embed(['a'], 'm', { countTokens: 4 }), {
      code: 'INVALID_ARGUMENT',
      message: /countTokens must be a function/,
    });
  });
});
