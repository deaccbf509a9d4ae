'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { connect, rejection } = require('../helpers/client');
const { RELAYS, TUNNELS, startFaultProxy } = require('../helpers/fault-proxy');
const { startFaultServer } = require('../helpers/fault-server');

const LIMIT = { timeout: 20_000, concurrency: true };

/** Odd, and served all the same; libcurl 7.88 takes 100 for the answer. */
const RIGHT = new Set(['slow', 'after-100']);

/** A plain request has these for its answer; CONNECT has no other code. */
const CODES = {
  ...{ 403: 'HTTP_ERROR', 407: 'HTTP_ERROR', '407-unknown': 'HTTP_ERROR' },
  ...{ 502: 'HTTP_ERROR', 503: 'HTTP_ERROR', garbage: 'PARSE_ERROR' },
  ...{ 'endless-head': 'RESPONSE_TOO_LARGE', 'page-instead': 'PARSE_ERROR' },
  ...{ 'broken-chunk': 'PARSE_ERROR', 'cut-answer': 'PARSE_ERROR' },
};

const WAITED_FOR = /hang|silent/;

function codeOf(fate, tls) {
  if (WAITED_FOR.test(fate)) return 'TIMEOUT';
  return (!tls && CODES[fate]) || 'CONNECTION_ERROR';
}

const body = ({ json }) => ({ echo: json, rest: 'x'.repeat(200) });

/** A client of a server behind a proxy that fails what it is asked first. */
async function start(t, tls, fates) {
  const server = await startFaultServer(t, { tls, answers: () => ({ body }) });
  const proxy = await startFaultProxy(t, fates);
  const client = connect(t, server.url, { proxy: proxy.url, ca: server.ca });
  return { client, proxy, server };
}

const SOON = { timeoutS: 10, initialBackoffMs: 50 };

/** Only what never ends by itself is ended soon. */
function patience(fate) {
  return WAITED_FOR.test(fate) ? { ...SOON, timeoutS: 1 } : SOON;
}

describe('a tunnel', LIMIT, () => {
  for (const [fate, status] of [
    ['403', 403],
    ['407', 407],
    ['407-unknown', 407],
  ])
    it(`that a proxy refuses with ${fate} is not asked for again`, async (t) => {
      const { client, proxy } = await start(t, true, () => fate);

      const error = await rejection(client.batchPost('/x', [7], SOON));

      assert.equal(error.code, 'CONNECTION_ERROR');
      assert.equal(error.attempts, 1);
      assert.match(error.message, /^the proxy refused to connect: /);
      assert.match(error.message, new RegExp(`\\b${status}\\b`));
      assert.equal(error.response, undefined);
      assert.equal(proxy.heads.length, 1);
    });

  it('that a proxy cannot open now is asked for again', async (t) => {
    const { client } = await start(t, true, ['503', '502']);

    const { data } = await client.batchPost('/x', [7], SOON);

    assert.equal(data[0].echo, 7);
  });
});

for (const [tls, fates] of [
  [false, RELAYS],
  [true, TUNNELS],
])
  describe(tls ? 'a tunnel through a proxy' : 'a proxy', LIMIT, () => {
    for (const fate of fates.filter((name) => !RIGHT.has(name)))
      it(`that fails by ${fate} is a named error, and left behind`, async (t) => {
        const { client, server } = await start(t, tls, [fate]);

        const error = await rejection(
          client.batchPost('/x', [7], { ...patience(fate), maxRetries: 0 }),
        );
        const { data } = await client.batchPost('/x', [8], {
          ...SOON,
          maxRetries: 0,
        });

        assert.equal(error.code, codeOf(fate, tls), String(error));
        assert.deepEqual([error.firstInput, error.inputCount], [0, 1]);
        assert.equal(data[0].echo, 8);
        assert.equal(server.requests.at(-1).json, 8);
      });

    it('that is slow is waited for', async (t) => {
      const { client } = await start(t, tls, ['slow']);

      const { data } = await client.batchPost('/x', [7], {
        ...SOON,
        maxRetries: 0,
      });

      assert.equal(data[0].echo, 7);
    });

    it('that fails half of what it is asked loses no input', async (t) => {
      const some = fates.filter((name) => !WAITED_FOR.test(name));
      const { client } = await start(t, tls, (n) =>
        n % 2 === 0 ? some[(n / 2) % some.length] : undefined,
      );
      const payloads = Array.from({ length: 60 }, (_, i) => i);

      const { data, errors } = await client.batchPost('/x', payloads, {
        ...{ ...SOON, timeoutS: 5, maxRetries: 1 },
        ...{ maxConcurrentRequests: 8, onError: 'partial' },
      });

      const endings = data.map((answer, i) => {
        if (answer !== null) assert.equal(answer.echo, i);
        return answer === null ? 0 : 1;
      });
      for (const { firstInput, inputCount } of errors)
        for (let i = 0; i < inputCount; i++) endings[firstInput + i] += 1;
      assert.deepEqual(new Set(endings), new Set([1]));
    });
  });
