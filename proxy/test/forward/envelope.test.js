'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { startProxiedModel } = require('../helpers/proxied-model');

describe('a batch for any path', () => {
  it('sends each payload by the method of its request', async (t) => {
    const { upstream, proxy } = await startProxiedModel(t);
    const payloads = [{ n: 1 }, { n: 2 }, 'three', null];

    const { status, json } = await proxy.ask('PUT', '/jobs?x=1', {
      body: { url_path: 'v1/custom', payloads },
      headers: { 'x-baseten-customer-request-id': 'req_7' },
    });

    assert.equal(status, 200);
    assert.deepEqual(
      json.responses.map(({ index, response }) => [index, response]),
      payloads.map((echo, i) => [i, { echo, path: '/v1/custom' }]),
    );
    for (const { duration } of json.responses)
      assert.equal(typeof duration, 'number');
    const { total_time: time, ...metadata } = json.proxy_metadata;
    assert.ok(time > 0);
    assert.equal(metadata.customer_request_id, 'req_7');
    assert.equal(metadata.path, '/jobs');
    assert.equal(metadata.method, 'PUT');
    assert.equal(metadata.response_count, 4);
    assert.deepEqual(
      new Set(upstream.requests.map(({ method }) => method)),
      new Set(['PUT']),
    );
  });

  it('may come without saying that it is JSON', async (t) => {
    const { upstream, proxy } = await startProxiedModel(t);
    const body = { url_path: '/a', payloads: [1] };

    for (const type of [undefined, 'application/x-www-form-urlencoded'])
      await proxy.ask('POST', '/x', {
        body,
        headers: { 'content-type': type },
      });

    assert.deepEqual(
      upstream.requests.map(({ url, json }) => [url, json]),
      [
        ['/a', 1],
        ['/a', 1],
      ],
    );
  });

  it('may be large', async (t) => {
    const { proxy } = await startProxiedModel(t);
    const payloads = Array.from({ length: 50 }, (_, i) => ({
      i,
      text: 'x'.repeat(5000),
    }));

    const { json } = await proxy.ask('POST', '/x', {
      body: { url_path: '/a', payloads },
    });

    assert.equal(json.responses.length, 50);
    json.responses.forEach(({ response }, i) =>
      assert.deepEqual(response.echo, payloads[i]),
    );
  });

  it('stays below the target', async (t) => {
    const { upstream, proxy } = await startProxiedModel(t);
    const paths = [
      ...['/a/../../admin', '//evil.example/a', 'https://evil.example/'],
      ...['/a\\b', '/a b', '/a#b', 'me@evil.example', '/%2e%2e/a', '/a\r\nb'],
    ];

    for (const url_path of paths) {
      const { status, json } = await proxy.ask('POST', '/x', {
        body: { url_path, payloads: [1] },
      });
      assert.equal(`${status} ${json.code}`, '400 INVALID_BODY', url_path);
      assert.match(json.error, /url_path/);
    }
    assert.equal(upstream.requests.length, 0);
  });

  it('needs both of its members, else it is passed through', async (t) => {
    const { upstream, proxy } = await startProxiedModel(t);
    const bodies = [
      '{"url_path": "/a"}',
      '{"payloads": [1], "url": "/a"}',
      '{"messages": [{"content": "what is \\"url_path\\" and \\"payloads\\"?"}]}',
      '{"messages": ["url_path", "payloads"]}',
      '{"url_path": "/a", "payloads": [1]',
      ' {"nested": {"url_path": "/a", "payloads": [1]}}',
    ];

    for (const body of bodies)
      await proxy.ask('POST', '/v1/chat/completions', { body });

    assert.deepEqual(
      upstream.requests.map(({ url, text }) => [url, text]),
      bodies.map((body) => ['/v1/chat/completions', body]),
    );
  });

  it('is refused when its members are of the wrong kind', async (t) => {
    const { proxy } = await startProxiedModel(t);
    const ask = async (body) => {
      const { status, json } = await proxy.ask('POST', '/x', { body });
      return `${status} ${json.error}`;
    };

    assert.match(await ask({ url_path: 1, payloads: [1] }), /^400 .*url_path/);
    assert.match(
      await ask({ url_path: '/a', payloads: {} }),
      /^400 .*payloads/,
    );
    assert.match(
      await ask({ url_path: '/a', payloads: [] }),
      /^400 .*payloads/,
    );
  });
});
