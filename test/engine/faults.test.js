'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { connect, rejection } = require('../helpers/client');
const { startFaultServer } = require('../helpers/fault-server');
const { HTTP1_WAYS } = require('../helpers/http1-faults');
const { HTTP2_WAYS } = require('../helpers/http2-faults');
const { embeddingsAnswer, vectorOf } = require('../helpers/model-answers');

/** Side by side, as most of them wait; none may wait forever. */
const LIMIT = { timeout: 20_000, concurrency: true };

const PROTOCOLS = {
  'HTTP/1.1': { tls: false, http2: false, ways: HTTP1_WAYS },
  'HTTP/1.1 over TLS': { tls: true, http2: false, ways: HTTP1_WAYS },
  'HTTP/2': { tls: false, http2: true, ways: HTTP2_WAYS },
  'HTTP/2 over TLS': { tls: true, http2: true, ways: HTTP2_WAYS },
};

/** Ways to answer that are unusual and right. */
const RIGHT = new Set([
  ...['whole', 'after-103', 'chunked', 'until-close', 'early-close', 'drip'],
  'goaway-after-answer',
]);

/** What a fault ends in when it must not be mended. */
const CODES = {
  hang: ['TIMEOUT'],
  'hang-in-head': ['TIMEOUT'],
  'hang-in-body': ['TIMEOUT'],
  'goaway-and-hang': ['TIMEOUT'],
  reset: ['CONNECTION_ERROR'],
  close: ['CONNECTION_ERROR', 'PARSE_ERROR'],
  'half-close': ['CONNECTION_ERROR'],
};

/** For the rest, where the words of a lost and of a broken answer meet. */
const BROKEN = ['CONNECTION_ERROR', 'PARSE_ERROR'];

const SOON = { initialBackoffMs: 50 };

/** What never ends by itself is ended soon; the rest has time on its side. */
function patience(how) {
  return { ...SOON, timeoutS: /hang|silent/.test(how) ? 0.5 : 10 };
}

/** A server and a client of it. */
async function start(t, script) {
  const server = await startFaultServer(t, script);
  const httpVersion = script.http2 ? 2 : 1;
  return {
    server,
    client: connect(t, server.url, { httpVersion, ca: server.ca }),
  };
}

/** Long enough for every fault to fit into it. */
const body = ({ json }) => ({ echo: json, rest: 'x'.repeat(100) });

for (const [protocol, { ways, ...script }] of Object.entries(PROTOCOLS))
  describe(`over ${protocol}`, LIMIT, () => {
    for (const how of ways.filter((name) => RIGHT.has(name)))
      it(`${how} is a right answer`, async (t) => {
        const { client } = await start(t, {
          ...script,
          answers: () => ({ how, body }),
        });

        const { data } = await client.batchPost('/x', [1, 2], {
          maxConcurrentRequests: 1,
          maxRetries: 0,
        });

        assert.deepEqual(
          data.map(({ echo }) => echo),
          [1, 2],
        );
      });

    for (const how of ways.filter((name) => !RIGHT.has(name))) {
      it(`${how} is mended by another attempt`, async (t) => {
        const { client } = await start(t, {
          ...script,
          answers: (_request, n) => ({ how: n === 0 ? how : 'whole', body }),
        });

        const { data } = await client.batchPost('/x', [7], patience(how));

        assert.equal(data[0].echo, 7);
      });

      it(`${how} again and again is a named error`, async (t) => {
        const { client } = await start(t, {
          ...script,
          answers: () => ({ how, body }),
        });

        const error = await rejection(
          client.batchPost('/x', [7], { ...patience(how), maxRetries: 0 }),
        );

        const codes = CODES[how] ?? BROKEN;
        assert.ok(codes.includes(error.code), `${error.code}: ${error}`);
        assert.deepEqual([error.firstInput, error.inputCount], [0, 1]);
      });
    }
  });

describe('a connection', LIMIT, () => {
  const fates = {
    reset: 'CONNECTION_ERROR',
    close: 'CONNECTION_ERROR',
    'half-close': 'CONNECTION_ERROR',
    'tls-alert': 'CONNECTION_ERROR',
    garbage: 'CONNECTION_ERROR',
    silent: 'TIMEOUT',
  };

  for (const [fate, code] of Object.entries(fates)) {
    it(`that ends its TLS handshake by ${fate} is a named error`, async (t) => {
      const { client } = await start(t, { tls: true, connections: () => fate });

      const error = await rejection(
        client.batchPost('/x', [1], { ...patience(fate), maxRetries: 0 }),
      );

      assert.equal(error.code, code, String(error));
    });

    it(`that meets ${fate} once is made again`, async (t) => {
      const { client, server } = await start(t, {
        connections: [fate],
        answers: () => ({ body }),
      });

      const { data } = await client.batchPost('/x', [1], patience(fate));

      assert.equal(data[0].echo, 1);
      assert.equal(server.requests.length, 1);
    });
  }

  it('that is refused ends in CONNECTION_ERROR', async (t) => {
    const { client, server } = await start(t, {});
    await server.close();

    const error = await rejection(
      client.batchPost('/x', [1], { ...SOON, maxRetries: 1 }),
    );

    assert.equal(error.code, 'CONNECTION_ERROR');
    assert.equal(error.attempts, 2);
  });
});

describe('a server that lies about its items', LIMIT, () => {
  const item = (index) => ({ index, embedding: [index] });
  const lies = {
    'one too few': [item(0)],
    'one too many': [item(0), item(1), item(2)],
    'an index twice': [item(1), item(1)],
    'an index out of range': [item(0), item(2)],
    'a negative index': [item(-1), item(0)],
    'an index that is no integer': [item(0.5), item(1)],
  };

  for (const [name, data] of Object.entries(lies))
    it(`with ${name} is not believed`, async (t) => {
      const { client } = await start(t, {
        answers: () => ({ body: { data } }),
      });

      const error = await rejection(
        client.embed(['a', 'b'], 'm', { maxRetries: 0 }),
      );

      assert.equal(error.code, 'PARSE_ERROR');
    });
});

describe('a server that asks for patience', LIMIT, () => {
  for (const status of [429, 503])
    it(`with ${status} and retry-after-ms is asked again later`, async (t) => {
      const times = [];
      const { client } = await start(t, {
        answers(_request, n) {
          times.push(performance.now());
          const headers = { 'retry-after-ms': '300' };
          return n === 0 ? { status, headers } : { body };
        },
      });

      await client.batchPost('/x', [1], SOON);

      const waitedMs = times[1] - times[0];
      assert.ok(waitedMs > 290, `asked again after ${waitedMs} ms`);
    });

  it('with 429 and Retry-After in seconds is asked again later', async (t) => {
    const times = [];
    const { client } = await start(t, {
      answers(_request, n) {
        times.push(performance.now());
        const headers = { 'retry-after': '1' };
        return n === 0 ? { status: 429, headers } : { body };
      },
    });

    await client.batchPost('/x', [1], SOON);

    const waitedMs = times[1] - times[0];
    assert.ok(waitedMs > 990, `asked again after ${waitedMs} ms`);
  });
});

describe('a half-sick server', LIMIT, () => {
  it('loses nothing: every input is answered or named', async (t) => {
    const { client } = await start(t, {
      answers(request, n) {
        const { body: answer } = embeddingsAnswer(request);
        return { how: n % 3 === 0 ? 'cut' : 'whole', body: answer };
      },
    });
    const texts = Array.from({ length: 60 }, (_, i) => `text ${i}`);

    const { data, errors } = await client.embed(texts, 'm', {
      ...SOON,
      ...{ batchSize: 2, maxRetries: 0, onError: 'partial' },
    });

    const named = errors.flatMap(({ firstInput, inputCount }) =>
      Array.from({ length: inputCount }, (_, i) => firstInput + i),
    );
    const answered = data.flatMap(({ embedding }, i) => (embedding ? [i] : []));
    const all = [...named, ...answered].sort((a, b) => a - b);
    assert.deepEqual(all, [...texts.keys()]);
    assert.equal(named.length, 20);
    for (const i of answered)
      assert.deepEqual(data[i].embedding, vectorOf(texts[i]));
  });
});
