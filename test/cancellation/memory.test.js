'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { connect, rejection } = require('../helpers/client');
const { startUpstream } = require('../helpers/upstream');

const INPUTS = 100_000;

const DIMENSIONS = 4096;

const BATCH = 16;

const MB = 1e6;

/** A vector each for the first batch; the others wait. */
function serve({ json }) {
  const embedding = Array.from({ length: DIMENSIONS }, (_, i) => i);
  const data = json.input.map((_, index) => ({ index, embedding }));
  return json.input[0] === '0' ? { body: { data } } : { hang: true };
}

async function cancelAfterOne(t, options) {
  const upstream = await startUpstream(t, serve);
  const inputs = Array.from({ length: INPUTS }, (_, i) => `${i}`);
  const stop = new AbortController();
  return rejection(
    connect(t, upstream.url).embed(inputs, 'm', {
      ...options,
      batchSize: BATCH,
      maxConcurrentRequests: 4,
      signal: stop.signal,
      onProgress: ({ completed }) => completed > 0 && stop.abort(),
    }),
  );
}

describe('a call that is cancelled early', { timeout: 60_000 }, () => {
  it('takes memory for what came, not for its matrix', async (t) => {
    const before = process.memoryUsage.rss();

    const error = await cancelAfterOne(t);

    const grown = (process.memoryUsage.rss() - before) / MB;
    assert.equal(error.code, 'CANCELLED');
    assert.equal(error.partial.data[BATCH - 1].embedding[5], 5);
    assert.ok(grown < 400, `${grown} MB for ${INPUTS} rows`);
  });

  it('shows no memory that nobody wrote', async (t) => {
    const { partial } = await cancelAfterOne(t, { output: 'float32' });

    const { embedding } = partial.data[0];
    assert.equal(embedding[5], 5);
    assert.equal(embedding.buffer.byteLength, DIMENSIONS * 4);
  });
});
