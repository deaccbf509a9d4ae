'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { PerformanceClient } = require('../..');
const { releaseMemory } = require('../../lib/internal');
const { startUpstream } = require('../helpers/upstream');

const ROWS = 64;
const DIMENSIONS = 1024;

/** An answer whose vectors are large enough to be seen. */
const answer = {
  body: {
    data: Array.from({ length: ROWS }, (_, index) => ({
      index,
      embedding: new Array(DIMENSIONS).fill(index),
    })),
  },
};

describe('released vectors', () => {
  it('are gone at once, without the collector', async (t) => {
    const upstream = await startUpstream(t, [answer]);
    const client = new PerformanceClient(upstream.url, { apiKey: false });
    const texts = new Array(ROWS).fill('a');
    const response = await client.embed(texts, 'm', { output: 'float32' });
    const { data } = response.matrix();
    assert.equal(data[data.length - 1], ROWS - 1);

    releaseMemory(data);

    assert.equal(data.length, 0);
    assert.equal(data.buffer.byteLength, 0);
    await client.close();
  });

  it('may be of any other buffer, but must be of one', () => {
    const own = new Float32Array(3);

    releaseMemory(own);

    assert.equal(own.length, 0);
    assert.throws(() => releaseMemory(/** @type {any} */ ({})), Error);
  });
});
