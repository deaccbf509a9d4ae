'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { fail } = require('../helpers/stand-in-engine');
const { setUp } = require('../helpers/submission');

/** The error of a call that the engine ends with `failure`. */
function errorOf(t, failure) {
  const { engine, client } = setUp(t);
  const call = client.embed(['a'], 'm');
  fail(engine.jobs[0], failure);
  return assert.rejects(call).then(() => call.catch((error) => error));
}

const TOO_MANY = {
  code: 'HTTP_ERROR',
  message: 'the server answered with an error status',
  status: 429,
};

describe('the answer behind an error', () => {
  it('is an HTTP error to the documented catch only when it is one', async (t) => {
    const catchAsDocumented = (error) => {
      if (error.response) return `HTTP error: ${error.response.status}`;
      if (error.code === 'TIMEOUT') return 'Timeout error';
      return `Error: ${error.message}`;
    };
    const broken = { code: 'PARSE_ERROR', message: 'broken', status: 200 };
    const large = { ...broken, code: 'RESPONSE_TOO_LARGE', message: 'large' };
    const late = { ...TOO_MANY, code: 'TIMEOUT' };

    const lines = [];
    for (const failure of [TOO_MANY, late, broken, large])
      lines.push(catchAsDocumented(await errorOf(t, failure)));

    assert.deepEqual(lines, [
      'HTTP error: 429',
      'Timeout error',
      'Error: broken: POST /v1/embeddings',
      'Error: large: POST /v1/embeddings',
    ]);
  });

  it('keeps 64 KiB of a body, however long, and reads no more', async (t) => {
    const body = `test-key ${'x'.repeat(2 ** 26)}`;
    const startedAt = performance.now();

    const error = await errorOf(t, { ...TOO_MANY, body });

    assert.ok(performance.now() - startedAt < 500);
    assert.match(error.response.text, /^\[redacted\] x+$/);
    assert.ok(error.response.text.length < 2 ** 16 + 10);
  });
});
