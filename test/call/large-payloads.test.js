'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { runChild } = require('../helpers/child');
const { connect } = require('../helpers/client');
const { startUpstream } = require('../helpers/upstream');

const LIMIT = { timeout: 20_000 };

/** Some megabytes of payloads, each of which tells its place. */
function makePayloads(count, text) {
  return Array.from({ length: count }, (_, i) => ({ i, text }));
}

describe('payloads of megabytes', LIMIT, () => {
  it('are sent as they were when the call was made', async (t) => {
    const upstream = await startUpstream(t, ({ json }) => ({
      body: [json.i, json.text.length, json.text.at(-1)],
    }));
    const text = `${'ä€😀'.repeat(5000)}\ud800`;
    const payloads = makePayloads(200, text);

    const call = connect(t, upstream.url).batchPost('/x', payloads);
    for (const payload of payloads) payload.text = 'changed';
    payloads.length = 0;

    const { data } = await call;
    assert.deepEqual(
      data,
      Array.from({ length: 200 }, (_, i) => [i, text.length, '\ufffd']),
    );
  });

  it('are refused by the place of the first that is none', async (t) => {
    const payloads = [...makePayloads(40, 'x'.repeat(100_000)), { i: 1n }];
    const client = connect(t, 'http://127.0.0.1:1');

    await assert.rejects(client.batchPost('/x', payloads), {
      name: 'TypeError',
      argument: 'payloads[40]',
    });
  });

  it('need no body where the method has none', async (t) => {
    const upstream = await startUpstream(t, ({ text }) => ({
      body: text.length,
    }));
    const payloads = makePayloads(30, 'x'.repeat(100_000));

    const { data } = await connect(t, upstream.url).batchPost('/x', payloads, {
      method: 'GET',
    });

    assert.deepEqual(data, new Array(30).fill(0));
  });

  it('are in memory once', async (t) => {
    const upstream = await startUpstream(t, () => ({ body: 1 }));

    const { stdout, stderr } = await runChild(
      t,
      `const text = 'x'.repeat(100_000);
       const payloads = Array.from({ length: 1000 }, (_, i) => ({ i, text }));
       const client = connect();
       (async () => {
         await client.batchPost('/x', [1]);
         const before = process.memoryUsage.rss();
         const call = client.batchPost('/x', payloads, {
           maxConcurrentRequests: 1 });
         console.log((process.resourceUsage().maxRSS * 1024 - before) / 1e8);
         call.catch(() => {});
         await client.destroy();
       })();`,
      { url: upstream.url },
    );

    assert.match(stderr, /^$|CLOSED/);
    assert.ok(Number(stdout) < 1.5, `${stdout} times the bodies`);
  });
});
