'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { connect } = require('../helpers/client');
const { startUpstream } = require('../helpers/upstream');

/** More than any limit of idle connections that one might think of. */
const AT_ONCE = 700;

describe('the connections of a pool', { timeout: 60_000 }, () => {
  it('are kept, however many there are', async (t) => {
    const upstream = await startUpstream(t, () => ({ body: {}, delayMs: 20 }), {
      server: { keepAliveTimeout: 60_000 },
    });
    const client = connect(t, upstream.url);
    const post = (count) =>
      Promise.all(
        Array.from({ length: count }, () => client.batchPost('/x', [{}])),
      );

    for (let round = 0; round < 3; round++) await post(AT_ONCE);
    for (let round = 0; round < 20; round++) await post(1);
    await post(AT_ONCE);

    assert.ok(upstream.connections <= AT_ONCE);
    assert.equal(client.stats().connectionsOpened, upstream.connections);
  });
});
