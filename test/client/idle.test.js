'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');

const { connect } = require('../helpers/client');
const { startUpstream } = require('../helpers/upstream');

/** A client falls asleep after ten seconds without a call. */
const ASLEEP_MS = 11_000;

const threadCount = () => fs.readdirSync('/proc/self/task').length;

const skip = process.platform !== 'linux' && '/proc is needed';

describe('a client without calls', { timeout: 60_000, skip }, () => {
  it('has neither thread nor connection, and wakes up', async (t) => {
    const upstream = await startUpstream(t, () => ({ body: {} }), {
      server: { keepAliveTimeout: 60_000 },
    });
    const threads = threadCount();
    const client = connect(t, upstream.url);

    await client.batchPost('/x', [{}, {}]);
    assert.ok(threadCount() > threads);
    assert.ok(upstream.openConnections > 0);
    await sleep(ASLEEP_MS);

    assert.equal(threadCount(), threads);
    assert.equal(upstream.openConnections, 0);
    await client.batchPost('/x', [{}, {}]);
    assert.equal(client.stats().requests, 4);
  });
});
