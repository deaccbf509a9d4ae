'use strict';

/*
 * The same few calls wherever the package is installed: ends by itself with
 * exit code 7, so that neither a crash nor an early end passes for success.
 */

const assert = require('node:assert');
const { PerformanceClient } = require('baseten-performance-client');

const { SMOKE_CA, SMOKE_TLS_URL, SMOKE_URL } = process.env;
const SUCCESS = 7;

const texts = (count) => Array.from({ length: count }, (_, i) => 'x'.repeat(i));

const checks = {
  async embeds(client) {
    const response = await client.embed(texts(300), 'm', { batchSize: 32 });
    const { data, rows, dimensions } = response.matrix();
    assert.deepStrictEqual([rows, dimensions], [300, 8]);
    for (let i = 0; i < rows; i++) assert.strictEqual(data[i * dimensions], i);
    assert.strictEqual(response.usage.total_tokens, 300);
  },

  async posts(client) {
    const payloads = Array.from({ length: 2000 }, (_, n) => ({ n }));
    const { data } = await client.batchPost('/echo', payloads);
    data.forEach(({ body }, i) => assert.strictEqual(body.n, i));
    assert.strictEqual(data.length, 2000);
  },

  async streams(client) {
    let next = 0;
    const options = { batchSize: 50 };
    for await (const { start, count, data, dimensions } of client.embedStream(
      texts(500),
      'm',
      options,
    )) {
      assert.strictEqual(start, next);
      assert.strictEqual(data[(count - 1) * dimensions], start + count - 1);
      next += count;
    }
    assert.strictEqual(next, 500);
  },

  async trusts() {
    const client = new PerformanceClient(SMOKE_TLS_URL, {
      apiKey: 'key',
      ca: SMOKE_CA,
    });
    const { data } = await client.batchPost('/echo', [1, 2, 3]);
    assert.deepStrictEqual(data, [{ body: 1 }, { body: 2 }, { body: 3 }]);
    await client.close();
  },

  async distrusts() {
    const client = new PerformanceClient(SMOKE_TLS_URL, 'key');
    const call = client.batchPost('/echo', [1], { maxRetries: 0 });
    await assert.rejects(call, { code: 'CONNECTION_ERROR' });
    await client.close();
  },

  async refuses(client) {
    const call = client.batchPost('/refuse', [1]);
    await assert.rejects(call, { name: 'HttpError', status: 400 });
  },
};

async function main() {
  const client = new PerformanceClient(SMOKE_URL, 'key');
  for (const [name, check] of Object.entries(checks))
    try {
      await check(client);
    } catch (error) {
      throw new Error(`smoke: ${name}: ${error.message}`, { cause: error });
    }
  console.log(`smoke: ${Object.keys(checks).length} passed`);
  process.exitCode = SUCCESS;
}

main();
