'use strict';

const { after, before, describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { HttpClientWrapper } = require('../..');
const { connect, rejection } = require('../helpers/client');
const { FaultServer } = require('../helpers/fault-server');
const { inNamespace } = require('../helpers/namespace');
const { Resolver } = require('../helpers/resolver');

const LIMIT = { timeout: 20_000, concurrency: true };

const ONCE = { maxRetries: 0, timeoutS: 5 };

/** Names that lead to the server, whatever else they have to say. */
const RIGHT = [
  ...['right', 'slow', 'late', 'many'],
  ...['closed-and-right', 'hole-and-right'],
];

/** Names that lead nowhere, and those of whom nothing is heard in time. */
const WRONG = ['missing', 'failing', 'refusing', 'empty', 'closed', 'loop'];
const UNHEARD = ['silent', 'very-slow', 'cut', 'garbage', 'of-another'];

inNamespace(__filename, () => {
  const resolver = new Resolver();
  const server = new FaultServer({
    answers: () => ({ body: ({ json }) => ({ echo: json }) }),
  });

  before(() => Promise.all([resolver.open(), server.listen()]));
  after(() => Promise.all([resolver.close(), server.close()]));

  const clientOf = (t, name, options) =>
    connect(t, `http://${name}.test:${server.port}`, options);

  const echoes = async (client, options) => {
    const { data } = await client.batchPost('/x', [1, 2], options);
    return data.map(({ echo }) => echo);
  };

  describe('a name', LIMIT, () => {
    for (const name of RIGHT)
      it(`that is ${name} leads to the server`, async (t) => {
        assert.deepEqual(await echoes(clientOf(t, name), ONCE), [1, 2]);
      });

    for (const name of WRONG)
      it(`that is ${name} is a connection error that tells it`, async (t) => {
        const error = await rejection(echoes(clientOf(t, name), ONCE));

        assert.equal(error.code, 'CONNECTION_ERROR', String(error));
        assert.match(error.message, new RegExp(`${name}\\.test`));
      });

    for (const name of [...UNHEARD, 'hole-only'])
      it(`that is ${name} is waited for as long as allowed`, async (t) => {
        const error = await rejection(
          echoes(clientOf(t, name), { ...ONCE, timeoutS: 0.5 }),
        );

        assert.equal(error.code, 'TIMEOUT', String(error));
      });

    it('that fails once is asked for again', async (t) => {
      const client = clientOf(t, 'failing-once');

      assert.deepEqual(
        await echoes(client, { maxRetries: 2, initialBackoffMs: 50 }),
        [1, 2],
      );
    });

    it('that is late is waited for once, not once a request', async (t) => {
      const client = clientOf(t, '4.late');
      const payloads = [...new Array(200).keys()];

      const { data } = await client.batchPost('/x', payloads, {
        ...ONCE,
        maxConcurrentRequests: 200,
      });

      assert.equal(data.length, 200);
      const times = resolver.asked.get('4.late.test');
      assert.ok(times <= 5, `it was asked for ${times} times`);
    });

    it('whose address changes is asked for again when the old one fails', async (t) => {
      const client = clientOf(t, 'changing');

      assert.deepEqual(
        await echoes(client, { maxRetries: 3, initialBackoffMs: 500 }),
        [1, 2],
      );
    });

    it('that nobody answers for holds up no other', async (t) => {
      const clientWrapper = new HttpClientWrapper();
      const silent = clientOf(t, '2.silent', { clientWrapper });
      const right = clientOf(t, '2.right', { clientWrapper });
      const lost = rejection(echoes(silent, { ...ONCE, timeoutS: 0.5 }));

      const startedAt = performance.now();
      for (let i = 0; i < 20; i++) await echoes(right, ONCE);
      const tookMs = performance.now() - startedAt;

      assert.equal((await lost).code, 'TIMEOUT');
      assert.ok(tookMs < 3000, `20 calls took ${tookMs} ms`);
    });

    it('that nobody answers for does not keep a call', async (t) => {
      const controller = new AbortController();
      const client = clientOf(t, '3.silent');
      const lost = rejection(
        echoes(client, { ...ONCE, signal: controller.signal }),
      );

      setTimeout(() => controller.abort(), 50);
      const startedAt = performance.now();
      const { code } = await lost;
      const tookMs = performance.now() - startedAt;

      assert.equal(code, 'CANCELLED');
      assert.ok(tookMs < 2000, `cancelled after ${tookMs} ms`);
    });
  });
});
