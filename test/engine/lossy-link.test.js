'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { connect, rejection } = require('../helpers/client');
const { startFaultServer } = require('../helpers/fault-server');
const { BEHIND_LINK, openLink, overLink } = require('../helpers/lossy-link');
const { inNamespace } = require('../helpers/namespace');

const LIMIT = { timeout: 20_000 };

const PROTOCOLS = {
  'HTTP/1.1': {},
  'HTTP/2 over TLS': { tls: true, http2: true },
};

const PAYLOADS = Array.from({ length: 40 }, (_, i) => ({
  i,
  text: 'x'.repeat(3000),
}));

async function start(t, script) {
  const server = await startFaultServer(t, {
    ...script,
    ...BEHIND_LINK,
    answers: () => ({ body: ({ json }) => ({ echo: json.i }) }),
  });
  return connect(t, overLink(server.url), {
    httpVersion: script.http2 ? 2 : 1,
    ca: server.ca,
  });
}

async function withLink(qualities, work) {
  const link = await openLink(qualities);
  try {
    return await work();
  } finally {
    await link.close();
  }
}

inNamespace(__filename, () =>
  describe('a link', LIMIT, () => {
    for (const [protocol, script] of Object.entries(PROTOCOLS))
      it(`that loses and reorders packets loses no ${protocol}`, async (t) => {
        const client = await start(t, script);

        const { data } = await withLink({ loss: 0.02, jitterMs: 5 }, () =>
          client.batchPost('/x', PAYLOADS, {
            maxConcurrentRequests: 16,
            timeoutS: 15,
          }),
        );

        assert.deepEqual(
          data.map(({ echo }) => echo),
          PAYLOADS.map(({ i }) => i),
        );
      });

    it('that swallows some connections loses no input', async (t) => {
      const client = await start(t, {});

      const { data, errors } = await withLink({ vanish: 0.3 }, () =>
        client.batchPost('/x', PAYLOADS, {
          ...{ maxConcurrentRequests: 16, timeoutS: 0.4, onError: 'partial' },
          ...{ maxRetries: 1, retryBudgetPct: 3, initialBackoffMs: 50 },
        }),
      );

      const endings = data.map((answer, i) => {
        assert.ok(answer === null || answer.echo === i);
        return answer === null ? 0 : 1;
      });
      for (const { firstInput, inputCount, error } of errors) {
        assert.equal(error.code, 'TIMEOUT', String(error));
        for (let i = 0; i < inputCount; i++) endings[firstInput + i] += 1;
      }
      assert.deepEqual(new Set(endings), new Set([1]));
      assert.ok(data.some((answer) => answer !== null));
      assert.ok(client.stats().retries > 0, 'no peer has vanished');
    });

    it('that swallows all is a timeout, until it is mended', async (t) => {
      const client = await start(t, {});
      const ask = () =>
        client.batchPost('/x', [{ i: 7 }], { maxRetries: 0, timeoutS: 0.4 });

      await withLink({}, ask);
      const error = await withLink({ loss: 1 }, () => rejection(ask()));
      const { data } = await withLink({}, ask);

      assert.equal(error.code, 'TIMEOUT', String(error));
      assert.equal(data[0].echo, 7);
    });
  }),
);
