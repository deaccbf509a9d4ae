'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const net = require('node:net');
const { setTimeout: sleep } = require('node:timers/promises');

const { RequestProcessingPreference } = require('../..');
const { runChild } = require('../helpers/child');
const { connect, rejection } = require('../helpers/client');
const { startUpstream } = require('../helpers/upstream');

const NOWHERE = 'http://nowhere.invalid';

/** A place where nobody listens any more. */
function closedUrl() {
  const server = net.createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(`http://127.0.0.1:${port}`));
    });
  });
}

async function timed(promise) {
  const start = performance.now();
  const error = await rejection(promise);
  return { error, ms: performance.now() - start };
}

describe('a host that nobody ever met', { concurrency: true }, () => {
  for (const options of [{}, { batchSize: 8 }, { maxRetries: null }])
    it(`is given up at once without an address, ${JSON.stringify(options)}`, async (t) => {
      const client = connect(t, NOWHERE);

      const error = await rejection(client.embed(['a'], 'm', options));

      assert.equal(error.code, 'CONNECTION_ERROR');
      assert.equal(error.attempts, 1);
    });

  it('is given up after five seconds when it refuses', async (t) => {
    const client = connect(t, await closedUrl());

    const { error, ms } = await timed(client.batchPost('/x', [{}]));

    assert.equal(error.code, 'CONNECTION_ERROR');
    assert.ok(error.attempts >= 3, `${error.attempts} attempts`);
    assert.ok(ms >= 4900 && ms < 7000, `${ms} ms`);
  });

  for (const preference of [
    { maxRetries: 2, initialBackoffMs: 50 },
    new RequestProcessingPreference({ maxRetries: 2, initialBackoffMs: 50 }),
  ])
    it(`is tried as often as a ${preference.constructor.name} says`, async (t) => {
      const client = connect(t, NOWHERE);

      const error = await rejection(client.batchPost('/x', [{}], preference));

      assert.equal(error.attempts, 3);
    });

  it('is told to the log once', async (t) => {
    const code = `const client = connect();
      const calls = [1, 2].map(() => client.batchPost('/x', [1, 2]));
      Promise.allSettled(calls);`;

    const { stderr } = await runChild(t, code, { url: NOWHERE });

    const lines = stderr.split('\n').slice(0, -1);
    assert.equal(lines.length, 1);
    assert.match(lines[0], /^performance-client warn no connection to .*:/);
    assert.match(lines[0], /nowhere\.invalid so far: Could not resolve host/);
  });
});

describe('a host that was met before', () => {
  it('is tried for longer than five seconds', async (t) => {
    const upstream = await startUpstream(t, () => ({ body: 1 }));
    const client = connect(t, upstream.url);
    await client.batchPost('/x', [{}]);
    await upstream.close();

    const call = rejection(client.batchPost('/x', [{}]));
    const first = await Promise.race([call, sleep(5600, 'still trying')]);

    assert.equal(first, 'still trying');
    client.destroy();
    assert.equal((await call).code, 'CLOSED');
  });
});
