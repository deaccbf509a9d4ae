'use strict';

/* Trusts the server by what the machine itself trusts; exit code 7 tells so. */

const assert = require('node:assert');
const { PerformanceClient } = require('baseten-performance-client');

const SUCCESS = 7;

async function main() {
  const client = new PerformanceClient(process.env.SMOKE_TLS_URL, 'key');
  const { data } = await client.batchPost('/echo', [1], { maxRetries: 0 });
  assert.deepStrictEqual(data, [{ body: 1 }]);
  await client.close();
  process.exit(SUCCESS);
}

main();
