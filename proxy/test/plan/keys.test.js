'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const crypto = require('node:crypto');

const { modelAnswer, prefer } = require('../helpers/proxied-model');
const { startForwardingProxy } = require('../helpers/forwarding-proxy');
const { startUpstream } = require('../../../test/helpers/upstream');

const KEY = 'operators-own-key-5e1f';

const BODIES = {
  '/v1/embeddings': { input: ['a'], model: 'm' },
  '/rerank': { query: 'q', texts: ['a'] },
  '/classify': { inputs: [['a']] },
  '/batch': { url_path: '/v1/x', payloads: [1] },
  '/v1/models': { any: 'thing' },
};

describe("the operator's key", () => {
  it('reaches its target from every route', async (t) => {
    const upstream = await startUpstream(t, modelAnswer);
    const proxy = await startForwardingProxy(t, [
      ...['--target-url', upstream.url, '--upstream-api-key', KEY],
    ]);

    for (const [path, body] of Object.entries(BODIES)) {
      const { status } = await proxy.ask('POST', path, { body, key: '' });
      assert.equal(status, 200, path);
    }

    assert.equal(upstream.requests.length, 5);
    for (const { headers } of upstream.requests)
      assert.equal(headers.authorization, `Bearer ${KEY}`);
  });

  it('never reaches a host that the caller chose', async (t) => {
    const upstream = await startUpstream(t, modelAnswer);
    const attacker = await startUpstream(t, modelAnswer);
    const proxy = await startForwardingProxy(t, [
      ...['--target-url', upstream.url, '--upstream-api-key', KEY],
    ]);
    const ways = [
      { 'x-target-host': attacker.url },
      { 'x-target-host': `http://localhost:${attacker.port}` },
      prefer({ target_host: attacker.url }),
      { 'x-target-host': `${upstream.url}.localhost:${attacker.port}` },
      { 'x-target-host': `${upstream.url}@localhost:${attacker.port}` },
    ];

    for (const headers of ways)
      for (const [path, body] of Object.entries(BODIES))
        for (const key of ['', 'caller-key']) {
          const answer = await proxy.ask('POST', path, { body, headers, key });
          assert.ok([400, 403].includes(answer.status), answer.text);
          assert.doesNotMatch(answer.text, new RegExp(KEY));
        }

    assert.equal(attacker.connections, 0);
    assert.equal(upstream.connections, 0);
    assert.doesNotMatch(proxy.log, new RegExp(KEY));
  });

  it('is not what an allowed target of a caller with a key sees', async (t) => {
    const upstream = await startUpstream(t, modelAnswer);
    const proxy = await startForwardingProxy(t, [
      ...['--allow-target', upstream.url, '--upstream-api-key', KEY],
    ]);

    for (const [path, body] of Object.entries(BODIES))
      await proxy.ask('POST', path, {
        body,
        headers: { 'x-target-host': upstream.url },
      });

    assert.equal(upstream.requests.length, 5);
    for (const { headers } of upstream.requests)
      assert.equal(headers.authorization, 'Bearer caller-key');
  });

  it('shows in no answer and no line of the log', async (t) => {
    const upstream = await startUpstream(t, ({ headers }) => ({
      status: 400,
      body: { error: `no such key: ${headers.authorization}` },
      headers: { 'x-baseten-seen': headers.authorization },
    }));
    const proxy = await startForwardingProxy(t, [
      ...['--target-url', upstream.url, '--upstream-api-key', KEY],
    ]);

    for (const path of ['/v1/embeddings', '/rerank', '/classify', '/batch']) {
      const body = BODIES[path];
      const answer = await proxy.ask('POST', path, { body, key: '' });
      assert.equal(answer.status, 400);
      assert.match(answer.json.error, /no such key: Bearer \[redacted\]/);
      const told = answer.text + JSON.stringify(answer.headers);
      assert.doesNotMatch(told, new RegExp(KEY));
    }

    assert.match(proxy.log, /"msg":"request"/);
    assert.doesNotMatch(proxy.log, new RegExp(KEY));
  });
});

describe('a key in extra_headers', () => {
  it('shows in no answer', async (t) => {
    const upstream = await startUpstream(t, ({ headers }) => ({
      status: 400,
      body: { error: `no such key: ${headers['x-api-key']}` },
    }));
    const proxy = await startForwardingProxy(t, ['--target-url', upstream.url]);
    const headers = prefer({ extra_headers: { 'X-Api-Key': 'other-key-77' } });

    const answer = await proxy.ask('POST', '/v1/embeddings', {
      headers,
      body: BODIES['/v1/embeddings'],
    });

    assert.match(answer.json.error, /no such key: \[redacted\]/);
    assert.doesNotMatch(answer.text + proxy.log, /other-key-77/);
  });
});

describe('callers at the same time', () => {
  it('never see what belongs to another', async (t) => {
    const upstream = await startUpstream(t, ({ headers, json }) => ({
      body: {
        data: json.input.map((text, index) => ({
          index,
          embedding: [1],
          of: text,
          by: headers.authorization,
        })),
      },
      delayMs: crypto.randomInt(5),
    }));
    const proxy = await startForwardingProxy(t, ['--target-url', upstream.url]);

    const call = async (_, n) => {
      const input = Array.from(
        { length: 7 },
        (__, i) => `caller ${n} text ${i}`,
      );
      const { json } = await proxy.ask('POST', '/v1/embeddings', {
        body: { input, model: 'm' },
        headers: {
          ...prefer({ batch_size: 1 + (n % 4) }),
          'x-baseten-customer-request-id': `caller-${n}`,
        },
        key: `key-of-${n}`,
      });
      assert.deepEqual(
        json.data.map(({ of, by }) => [of, by]),
        input.map((text) => [text, `Bearer key-of-${n}`]),
      );
      assert.equal(json.proxy_metadata.customer_request_id, `caller-${n}`);
    };

    await Promise.all(Array.from({ length: 60 }, call));
  });
});
