'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const { once } = require('node:events');
const http = require('node:http');
const http2 = require('node:http2');

const { startForwardingProxy } = require('../helpers/forwarding-proxy');
const { startUpstream } = require('../../../test/helpers/upstream');

/** A proxy before an upstream that answers by the script. */
async function start(t, script, flags = []) {
  const upstream = await startUpstream(t, script);
  const target = ['--target-url', upstream.url];
  const proxy = await startForwardingProxy(t, [...target, ...flags]);
  return { upstream, proxy };
}

/** A server on 127.0.0.1 that answers as `listener` likes. */
async function startServer(t, listener) {
  const server = http.createServer(listener);
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${server.address().port}`;
}

describe('a request that is no batch', () => {
  it('reaches the upstream as it came', async (t) => {
    const answer = { status: 418, body: 'short and stout', headers: {} };
    const { upstream, proxy } = await start(t, [answer]);

    const { status, text } = await proxy.ask('PUT', '/v1/files/a%2Fb?x=1&y', {
      body: '{ "purpose":  "test" }',
      headers: { 'x-own': 'kept', 'accept-encoding': 'br' },
    });

    const [request] = upstream.requests;
    assert.equal(`${status} ${text}`, '418 short and stout');
    assert.equal(
      `${request.method} ${request.url}`,
      'PUT /v1/files/a%2Fb?x=1&y',
    );
    assert.equal(request.text, '{ "purpose":  "test" }');
    assert.equal(request.headers.authorization, 'Bearer caller-key');
    assert.equal(request.headers['x-own'], 'kept');
    assert.equal(request.headers['accept-encoding'], 'br');
    assert.equal(request.headers.host, `127.0.0.1:${upstream.port}`);
  });

  it('is put below the path of the target', async (t) => {
    const upstream = await startUpstream(t, [{ body: {} }]);
    const target = `${upstream.url}/environments/production/sync/`;
    const proxy = await startForwardingProxy(t, ['--target-url', target]);

    await proxy.ask('GET', '/v1/models?limit=3');

    assert.equal(
      upstream.requests[0].url,
      '/environments/production/sync/v1/models?limit=3',
    );
  });

  it('does not leave the path of the target', async (t) => {
    const { upstream, proxy } = await start(t, () => ({ body: {} }));
    const ask = (path) =>
      new Promise((resolve, reject) => {
        const { port } = proxy;
        const headers = { authorization: 'Bearer k' };
        http
          .request({ port, path, headers, agent: false }, (response) => {
            response.resume().on('end', () => resolve(response.statusCode));
          })
          .on('error', reject)
          .end();
      });

    for (const path of [
      ...['/a/../../admin', '/..', '/%2e%2E/admin', '/a/.%2e/b', '/..%2fadmin'],
      ...['/..\\admin', '/a%5c..%5Cb', '/a/..;/admin', '/%2e.;x=1/admin'],
    ])
      assert.equal(await ask(path), 400, path);
    for (const path of ['/a..b', '/...', '/a/./b', '/..a/b'])
      assert.equal(await ask(path), 200, path);
    assert.equal(upstream.requests.length, 4);
  });

  it('leaves behind what was meant for this hop or the proxy', async (t) => {
    const { upstream, proxy } = await start(t, () => ({
      body: {},
      headers: {
        connection: 'keep-alive, X-Hop',
        'x-hop': 'upstream',
        'proxy-authenticate': 'Basic',
        'keep-alive': 'timeout=9',
        'x-end': 'kept',
      },
    }));

    const { headers } = await proxy.ask('GET', '/a', {
      headers: {
        connection: 'close, X-Hop',
        'x-hop': 'caller',
        te: 'trailers',
        'proxy-authorization': 'Basic c2VjcmV0',
        'x-target-host': upstream.url,
        'x-baseten-request-preferences': '{}',
        'x-baseten-response-format': 'bare',
      },
    });

    const seen = upstream.requests[0].headers;
    for (const name of [
      ...['x-hop', 'te', 'proxy-authorization', 'x-target-host'],
      ...['x-baseten-request-preferences', 'x-baseten-response-format'],
    ])
      assert.equal(seen[name], undefined, name);
    for (const name of ['x-hop', 'proxy-authenticate'])
      assert.equal(headers[name], undefined, name);
    assert.equal(headers['x-end'], 'kept');
  });

  it('takes extra_headers along', async (t) => {
    const { upstream, proxy } = await start(t, [{ body: {} }]);
    const extra = JSON.stringify({ extra_headers: { 'X-Tenant': 'blue' } });

    await proxy.ask('GET', '/a', {
      headers: { 'x-baseten-request-preferences': extra },
    });

    assert.equal(upstream.requests[0].headers['x-tenant'], 'blue');
  });

  it('brings back every cookie, redirect and empty answer', async (t) => {
    const { upstream, proxy } = await start(t, [
      { body: {}, headers: { 'set-cookie': ['a=1', 'b=2'] } },
      { status: 302, headers: { location: 'https://elsewhere.example/' } },
      { status: 204 },
      { status: 304, headers: { etag: '"1"' } },
      { headers: { 'content-length': '1234' } },
    ]);

    const cookies = await proxy.ask('GET', '/');
    const redirect = await proxy.ask('GET', '/');
    const empty = await proxy.ask('DELETE', '/');
    const unchanged = await proxy.ask('GET', '/');
    const head = await proxy.ask('HEAD', '/');

    assert.deepEqual(cookies.headers['set-cookie'], ['a=1', 'b=2']);
    assert.equal(redirect.status, 302);
    assert.equal(redirect.headers.location, 'https://elsewhere.example/');
    assert.equal(empty.status, 204);
    assert.equal(unchanged.status, 304);
    assert.equal(head.headers['content-length'], '1234');
    assert.equal(upstream.requests.length, 5);
  });

  it('shares connections with the ones before', async (t) => {
    const { upstream, proxy } = await start(t, () => ({ body: {} }));

    for (let i = 0; i < 5; i++) await proxy.ask('POST', '/a', { body: { i } });

    assert.equal(upstream.requests.length, 5);
    assert.equal(upstream.connections, 1);
  });

  it('passes where requests in flight have no limit', async (t) => {
    const flags = ['--max-in-flight', '0'];
    const { proxy } = await start(t, () => ({ body: { a: 1 } }), flags);

    const { json } = await proxy.ask('GET', '/a');

    assert.deepEqual(json, { a: 1 });
  });

  it('passes over HTTP/2 as well', async (t) => {
    const { upstream, proxy } = await start(t, [{ body: { a: 1 } }]);
    const session = http2.connect(proxy.url);
    t.after(() => session.destroy());

    const stream = session.request({
      ':method': 'POST',
      ':path': '/v1/files?x=1',
      authorization: 'Bearer k',
    });
    stream.end('over two');
    const [headers] = await once(stream, 'response');
    const text = (await stream.toArray()).join('');

    assert.equal(headers[':status'], 200);
    assert.equal(text, '{"a":1}');
    const [request] = upstream.requests;
    assert.equal(request.text, 'over two');
    assert.equal(request.headers.via, '2.0 baseten-performance-proxy');
    assert.equal(
      request.headers['x-forwarded-host'],
      `127.0.0.1:${proxy.port}`,
    );
  });
});

describe('bodies', () => {
  it('pass in both directions without a changed byte', async (t) => {
    const url = await startServer(t, (request, response) =>
      request.pipe(response),
    );
    const proxy = await startForwardingProxy(t, ['--target-url', url]);
    const body = crypto.randomBytes(8 * 1024 * 1024);
    const text = JSON.stringify({ content: 'é"\\'.repeat(100_000) });

    const bytes = await proxy.ask('POST', '/echo', {
      body,
      headers: { 'content-type': 'application/octet-stream' },
    });
    const json = await proxy.ask('POST', '/echo', { body: text });

    assert.ok(bytes.body.equals(body));
    assert.equal(json.text, text);
  });

  it('leave for the upstream before they have arrived whole', async (t) => {
    const url = await startServer(t, (request, response) => {
      request.once('data', () => response.write('got it'));
      request.on('end', () => response.end());
    });
    const proxy = await startForwardingProxy(t, ['--target-url', url]);

    const request = http.request(`${proxy.url}/upload`, {
      method: 'POST',
      agent: false,
      headers: { authorization: 'Bearer k', 'content-type': 'text/plain' },
    });
    request.write('the first part');
    const [response] = await once(request, 'response');
    const [first] = await once(response, 'data');
    request.end('the rest');
    await once(response.resume(), 'end');

    assert.equal(String(first), 'got it');
  });

  it('of events come through one by one, and unbuffered', async (t) => {
    let next = () => {};
    const url = await startServer(t, (request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      next = (text) => response.write(text);
    });
    const proxy = await startForwardingProxy(t, ['--target-url', url]);

    const request = http.get(`${proxy.url}/v1/chat/completions`, {
      agent: false,
      headers: { authorization: 'Bearer k' },
    });
    const [response] = await once(request, 'response');

    assert.equal(response.headers['x-accel-buffering'], 'no');
    for (const event of ['data: 1\n\n', 'data: 2\n\n', 'data: [DONE]\n\n']) {
      next(event);
      const [chunk] = await once(response, 'data');
      assert.equal(String(chunk), event);
    }
    request.destroy();
  });

  it('are limited, whether they announce their size or not', async (t) => {
    const { upstream, proxy } = await start(t, () => ({ body: {} }), [
      ...['--max-body-bytes', '100000'],
    ]);
    const headers = { 'content-type': 'text/plain' };
    const large = Buffer.alloc(100_001, 'x');

    const announced = await proxy.ask('POST', '/a', { body: large, headers });
    const chunked = await proxy.ask('POST', '/a', {
      body: large,
      headers: { ...headers, 'transfer-encoding': 'chunked' },
    });
    const fitting = await proxy.ask('POST', '/a', {
      body: large.subarray(1),
      headers: { ...headers, 'transfer-encoding': 'chunked' },
    });

    assert.equal(announced.status, 413);
    assert.equal(announced.json.code, 'BODY_TOO_LARGE');
    assert.equal(chunked.status, 413);
    assert.equal(fitting.status, 200);
    assert.equal(upstream.requests.length, 1);
  });
});
