'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { CancellationToken } = require('../..');
const { assertRefused, setUp, submitted } = require('../helpers/submission');

/** Each method with an empty list, and what follows the list. */
const CALLS = {
  embed: (...rest) => [[], 'm', ...rest],
  rerank: (...rest) => ['q', [], ...rest],
  classify: (...rest) => [[], ...rest],
  batchPost: (...rest) => ['/x', [], ...rest],
};

describe('an empty list', () => {
  for (const [method, args] of Object.entries(CALLS)) {
    it(`gives ${method} with options an empty response, and asks nobody`, async (t) => {
      const { client, engine } = setUp(t);

      const response = await client[method](...args({ timeoutS: 5 }));
      const partial = await client[method](...args({ onError: 'partial' }));

      assert.deepEqual(response.data, []);
      assert.deepEqual(response.response_headers, []);
      assert.equal('errors' in response, false);
      assert.deepEqual(partial.errors, []);
      assert.equal(engine.jobs.length, 0);
    });

    it(`is refused by ${method} in its positional forms`, async (t) => {
      const kit = setUp(t);
      const message = /^(Input|Texts|Inputs|Payloads) list cannot be empty: /;

      await assertRefused(kit, method, args(), { message });
      await assertRefused(kit, method, args(null, { timeoutS: 5 }), {
        message,
      });
    });
  }

  it('has vectors without rows', async (t) => {
    const { client } = setUp(t);

    const response = await client.embed([], 'm', {});

    assert.deepEqual(response.matrix(), {
      ...{ data: new Float32Array(0), rows: 0, dimensions: 0 },
    });
    assert.equal(response.model, 'm');
    assert.deepEqual(response.usage, { prompt_tokens: 0, total_tokens: 0 });
  });

  it('saves no call from the refusal of what is wrong otherwise', async (t) => {
    const { client } = setUp(t);
    const cancelToken = new CancellationToken();
    cancelToken.cancel();

    await assert.rejects(client.embed([], 'm', { batchSize: 0 }), {
      argument: 'batchSize',
    });
    await assert.rejects(client.embed([], 'm', { cancelToken }), {
      code: 'CANCELLED',
    });
  });
});

describe('a text in place of a list', () => {
  it('is a list of one to embed', (t) => {
    const job = submitted(setUp(t), 'embed', 'one text', 'm');

    assert.deepEqual(job.inputs, ['one text']);
  });
});
