'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { runChild } = require('../helpers/child');
const { connect } = require('../helpers/client');
const { startUpstream } = require('../helpers/upstream');

const LIMIT = { timeout: 20_000 };

const HUNDRED_KB = 'x'.repeat(100_000);

/** Some megabytes of payloads, each of which tells its place. */
function makePayloads(count, text = HUNDRED_KB) {
  return Array.from({ length: count }, (_, i) => ({ i, text }));
}

const placeOf = ({ json }) => ({ body: json.i });

describe('payloads of megabytes', LIMIT, () => {
  it('are sent whole, whatever becomes of their list meanwhile', async (t) => {
    const upstream = await startUpstream(t, ({ json }) => ({
      body: [json.i, json.text.length, json.text.at(-1)],
    }));
    const text = `${'ä€😀'.repeat(5000)}\ud800`;
    const payloads = makePayloads(200, text);

    const call = connect(t, upstream.url).batchPost('/x', payloads);
    payloads.length = 0;

    const { data } = await call;
    assert.deepEqual(
      data,
      Array.from({ length: 200 }, (_, i) => [i, text.length, '\ufffd']),
    );
  });

  it('are sent as they were when the call was made, the first ones', async (t) => {
    const upstream = await startUpstream(t, ({ json }) => ({
      body: json.text.length,
    }));
    const payloads = makePayloads(2);

    const call = connect(t, upstream.url).batchPost('/x', payloads);
    for (const payload of payloads) payload.text = 'changed';

    const { data } = await call;
    assert.deepEqual(data, new Array(2).fill(HUNDRED_KB.length));
  });

  it('become JSON text once, and in order, however often they are sent', async (t) => {
    const seen = new Set();
    const upstream = await startUpstream(t, ({ json }) => {
      if (seen.has(json.i)) return { body: json.i };
      seen.add(json.i);
      return { status: 503, headers: { 'retry-after': '0' } };
    });
    const read = [];
    const payloads = Array.from({ length: 50 }, (_, i) => ({
      toJSON() {
        read.push(i);
        return { i, text: HUNDRED_KB };
      },
    }));

    const { data } = await connect(t, upstream.url).batchPost('/x', payloads, {
      maxConcurrentRequests: 4,
      initialBackoffMs: 50,
      adaptive: false, // half of all refused is much
    });

    const places = [...payloads.keys()];
    assert.deepEqual(data, places);
    assert.deepEqual(read, places);
    assert.equal(upstream.requests.length, 100);
  });

  it('are read as the window moves', async (t) => {
    const read = [];
    const upstream = await startUpstream(t, ({ json }) => {
      const ahead = read.length - json.i;
      return { body: ahead };
    });
    const payloads = Array.from({ length: 200 }, (_, i) => ({
      toJSON() {
        read.push(i);
        return { i, text: HUNDRED_KB };
      },
    }));

    const { data } = await connect(t, upstream.url).batchPost('/x', payloads, {
      maxConcurrentRequests: 2,
    });

    assert.ok(Math.max(...data) <= 12, `${Math.max(...data)} were read ahead`);
  });

  it('are refused by the place of the first that is none, with what the ones before have brought', async (t) => {
    const upstream = await startUpstream(t, placeOf);
    const client = connect(t, upstream.url);
    const circular = {};
    circular.self = circular;
    const cause = new Error('no');
    const thrower = {
      toJSON() {
        throw cause;
      },
    };

    for (const bad of [circular, { i: 1n }, thrower, undefined]) {
      const payloads = [...makePayloads(40), bad, ...makePayloads(40)];
      const options = { maxConcurrentRequests: 4, onError: 'partial' };
      const error = await client.batchPost('/x', payloads, options).then(
        () => assert.fail('it was sent'),
        (refusal) => refusal,
      );

      assert.equal(error.name, 'TypeError');
      assert.equal(error.code, 'INVALID_ARGUMENT');
      assert.equal(error.argument, 'payloads[40]');
      assert.match(error.message, /^payloads\[40\] must be a JSON value/);
      assert.match(error.stack, /large-payloads\.test/);
      if (bad === thrower) assert.equal(error.cause, cause);
      const { data, errors } = error.partial;
      const answered = data.filter((place) => place !== null);
      assert.ok(answered.length >= 15, `${answered.length} answers`);
      for (const place of answered) assert.equal(data[place], place);
      assert.ok(errors.every((failure) => failure.error === error));
      assert.equal(
        errors.reduce((sum, { inputCount }) => sum + inputCount, 0),
        payloads.length - answered.length,
      );
    }
    const { data } = await client.batchPost('/x', makePayloads(3));
    assert.deepEqual(data, [0, 1, 2]);
  });

  it('may end their own call, or its client, while they are read', async (t) => {
    const upstream = await startUpstream(t, placeOf);
    const ends = [
      (client, controller) => controller.abort(),
      (client) => client.destroy(),
    ];

    for (const end of ends) {
      const client = connect(t, upstream.url);
      const controller = new AbortController();
      const payloads = makePayloads(60);
      payloads[40].toJSON = () => {
        end(client, controller);
        return { i: 40 };
      };
      const { signal } = controller;
      const call = client.batchPost('/x', payloads, {
        maxConcurrentRequests: 2,
        signal,
      });

      await assert.rejects(call, (error) => {
        assert.match(error.code, /^(CANCELLED|CLOSED)$/);
        assert.ok(error.partial.data.filter(Number).length > 10);
        return true;
      });
    }
  });

  it('need no body where the method has none', async (t) => {
    const upstream = await startUpstream(t, ({ text }) => ({
      body: text.length,
    }));
    const client = connect(t, upstream.url);

    const { data } = await client.batchPost('/x', makePayloads(30), {
      method: 'GET',
    });

    assert.deepEqual(data, new Array(30).fill(0));
    await assert.rejects(
      client.batchPost('/x', [1, undefined, 2], { method: 'GET' }),
      {
        argument: 'payloads[1]',
      },
    );
  });

  it('are in memory as many as are on their way', async (t) => {
    const upstream = await startUpstream(t, () => ({ body: 1 }));

    const { stdout, stderr } = await runChild(
      t,
      `const text = 'x'.repeat(100_000);
       const payloads = Array.from({ length: 1500 }, (_, i) => ({ i, text }));
       const client = connect();
       (async () => {
         await client.batchPost('/x', [1]);
         const before = process.memoryUsage.rss();
         await client.batchPost('/x', payloads, { maxConcurrentRequests: 4 });
         console.log((process.resourceUsage().maxRSS * 1024 - before) / 1e6);
         await client.destroy();
       })();`,
      { url: upstream.url },
    );

    assert.equal(stderr, '');
    assert.ok(Number(stdout) < 30, `${stdout} MB for 150 MB of bodies`);
  });
});
