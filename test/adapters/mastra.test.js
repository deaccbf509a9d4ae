'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { framework, start } = require('./start');
const { PerformanceScorer } = require('baseten-performance-client/mastra');
const { rerankWithScorer } = framework('@mastra/rag');

describe('a relevance scorer for Mastra', () => {
  it('scores all results of a query in one request', async (t) => {
    const { server, client } = await start(t);
    const scorer = new PerformanceScorer({ client, model: 'm' });
    const texts = ['bananas', 'a request is cancelled', 'cancel it'];
    const results = texts.map((text, i) => ({
      id: `${i}`,
      score: 0.5,
      metadata: { text },
    }));

    const ranked = await rerankWithScorer({
      results,
      query: 'cancel a request',
      scorer,
      options: { topK: 2, weights: { semantic: 1, vector: 0, position: 0 } },
    });

    assert.equal(ranked.length, 2);
    assert.ok(ranked.every(({ result }) => result.id !== '0'));
    assert.ok(ranked[0].details.semantic >= ranked[1].details.semantic);
    assert.equal(server.requestCount, 1);
    assert.equal(server.requests[0].json.model, 'm');
  });
});
