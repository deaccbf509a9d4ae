'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { once } = require('node:events');
const http = require('node:http');

const { startFaultServer } = require('../../../test/helpers/fault-server');
const { prefer, startProxiedModel } = require('../helpers/proxied-model');
const { startForwardingProxy } = require('../helpers/forwarding-proxy');
const { startUpstream } = require('../../../test/helpers/upstream');

const EMBEDDINGS = '/v1/embeddings';
const ONCE = prefer({ max_retries: 0 });
const items = (...indexes) =>
  indexes.map((index) => ({ index, embedding: [1] }));

/** What a caller gets for four texts when the upstream answers like this. */
async function answerFor(t, answer, options = {}) {
  const { proxy, upstream } = await startProxiedModel(t, { answer: [answer] });
  const outcome = await proxy.ask('POST', EMBEDDINGS, {
    body: { input: ['a', 'b', 'c', 'd'], model: 'm' },
    headers: ONCE,
    ...options,
  });
  return { ...outcome, log: proxy.log, upstream };
}

describe("the upstream's refusal", () => {
  it('passes with its status, its words and when to come back', async (t) => {
    const { status, headers, json } = await answerFor(t, {
      status: 429,
      body: { error: { message: 'slow down,\n please' } },
      headers: { 'retry-after': '7', 'x-ratelimit-limit': '3' },
    });

    assert.equal(status, 429);
    assert.equal(headers['retry-after'], '7');
    assert.equal(headers['x-ratelimit-limit'], '3');
    assert.deepEqual(json, {
      error:
        'the upstream answered 429: {"error":{"message":"slow down,\\n please"}}',
      path: EMBEDDINGS,
      method: 'POST',
      code: 'HTTP_ERROR',
      request_id: headers['x-request-id'],
      upstream_status: 429,
    });
  });

  it('passes for each status there is', async (t) => {
    for (const status of [400, 401, 403, 404, 413, 422, 500, 503, 529]) {
      const answer = await answerFor(
        t,
        { status, body: 'no' },
        { body: { input: 'one that cannot be split', model: 'm' } },
      );
      assert.equal(answer.status, status);
      assert.equal(answer.json.upstream_status, status);
    }
  });

  it('is shortened, and shows no key', async (t) => {
    const { json, headers, text, log } = await answerFor(t, {
      status: 400,
      body: `caller-key is wrong ${'x'.repeat(9000)}`,
      headers: { 'x-baseten-hint': 'caller-key' },
    });

    assert.ok(json.error.length < 300, json.error);
    assert.match(json.error, /: \[redacted\] is wrong x/);
    assert.equal(headers['x-baseten-hint'], '[redacted]');
    assert.doesNotMatch(text + log, /caller-key/);
  });

  it('by a redirect is a 502, and is not followed', async (t) => {
    const elsewhere = await startUpstream(t, () => ({ body: {} }));

    const { status, json } = await answerFor(t, {
      status: 307,
      headers: { location: `${elsewhere.url}/v1/embeddings` },
    });

    assert.equal(status, 502);
    assert.equal(json.upstream_status, 307);
    assert.equal(elsewhere.connections, 0);
  });
});

describe('a lying upstream', () => {
  it('is a 502 that says what is wrong', async (t) => {
    const lies = [
      { data: items(0, 1, 2) },
      { data: items(0, 1, 2, 3, 4) },
      { data: items(0, 1, 2, 2) },
      { data: items(0, 1, 2, 7) },
      { data: [{}, {}, {}, {}] },
      { data: {} },
      { object: 'list' },
      [],
      '{"data":[',
      '<html>',
      '',
    ];

    for (const body of lies) {
      const { status, json } = await answerFor(t, { body });
      assert.equal(status, 502, JSON.stringify(body));
      assert.equal(json.code, 'PARSE_ERROR');
      assert.match(json.error, /^the upstream's answer is broken: ./);
    }
  });
});

describe('an upstream that is not there', () => {
  it('is a 502 that names no address', async (t) => {
    const { proxy, upstream } = await startProxiedModel(t);
    await upstream.close();

    const { status, json } = await proxy.ask('POST', EMBEDDINGS, {
      body: { input: ['a'], model: 'm' },
      headers: ONCE,
    });

    assert.equal(status, 502);
    assert.equal(json.code, 'CONNECTION_ERROR');
    assert.equal(
      json.error,
      'the connection to the upstream failed: could not connect',
    );
    assert.match(proxy.log, /a request failed upstream.*127\.0\.0\.1/);
  });

  it('is a 504 when it does not answer', async (t) => {
    const { status, json } = await answerFor(
      t,
      { hang: true },
      { headers: prefer({ timeout_s: 0.1, max_retries: 0 }) },
    );

    assert.equal(status, 504);
    assert.equal(json.code, 'TIMEOUT');
  });

  it('is tried again by the rules of the client', async (t) => {
    const { proxy, upstream } = await startProxiedModel(t, {
      answer: [{ status: 503 }, { body: { data: items(0) } }],
    });

    const { status } = await proxy.ask('POST', EMBEDDINGS, {
      body: { input: ['a'], model: 'm' },
      headers: prefer({ initial_backoff_ms: 50 }),
    });

    assert.equal(status, 200);
    assert.equal(upstream.requests.length, 2);
    assert.match(proxy.log, /"retries":1/);
  });

  it('breaks nothing for those who come after', async (t) => {
    const ways = ['reset', 'cut', 'garbage', 'early-close'];
    const server = await startFaultServer(t, {
      answers: (request, n) => ({
        how: n < ways.length ? ways[n] : 'whole',
        body: { data: items(0) },
      }),
    });
    const proxy = await startForwardingProxy(t, ['--target-url', server.url]);
    const ask = () =>
      proxy.ask('POST', EMBEDDINGS, {
        body: { input: ['a'], model: 'm' },
        headers: ONCE,
      });

    const statuses = [];
    for (let i = 0; i < 12; i++) statuses.push((await ask()).status);

    assert.equal(statuses.at(-1), 200);
    for (const status of statuses) assert.ok([200, 502].includes(status));
  });
});

describe('a caller who leaves', () => {
  it('ends every batch at once, and starts no more', async (t) => {
    const { proxy, upstream } = await startProxiedModel(t, {
      answer: () => ({ hang: true }),
    });
    const request = http.request(proxy.url + EMBEDDINGS, {
      method: 'POST',
      agent: false,
      headers: {
        authorization: 'Bearer k',
        ...prefer({ batch_size: 1, max_concurrent_requests: 3 }),
      },
    });
    request.on('error', () => {});
    request.end(JSON.stringify({ input: ['a', 'b', 'c', 'd', 'e'] }));
    await upstream.until((one) => one.requests.length === 3);

    request.destroy();
    await upstream.until((one) => one.requests.every(({ aborted }) => aborted));

    assert.equal(upstream.requests.length, 3);
    assert.match(proxy.log, /"status":499/);
  });

  it('before the body is whole costs the upstream nothing', async (t) => {
    const { proxy, upstream } = await startProxiedModel(t);
    const request = http.request(proxy.url + EMBEDDINGS, {
      method: 'POST',
      agent: false,
      headers: { authorization: 'Bearer k', 'content-length': 1000 },
    });
    request.write('{"input": [', () => request.destroy());
    await once(request, 'error');

    const { status } = await proxy.ask('POST', EMBEDDINGS, {
      body: { input: ['a'], model: 'm' },
    });

    assert.equal(status, 200);
    assert.equal(upstream.requests.length, 1);
  });
});
