'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const {
  ask,
  askHttp2,

  startProxy,
} = require('../helpers/reverse-proxy');

/** Handlers that tell which of them was asked. */
const NAMING = Object.fromEntries(
  ['embeddings', 'rerank', 'classify', 'other'].map((name) => [
    name,
    async (exchange) => exchange.replyJson(200, { name, path: exchange.path }),
  ]),
);

describe('a path is answered by its handler', () => {
  const cases = [
    ['POST', '/v1/embeddings', 'embeddings'],
    ['POST', '/v1/embeddings/', 'embeddings'],
    ['POST', '/v1/embeddings?a=b', 'embeddings'],
    ['POST', '/v1/tokenized-embeddings', 'embeddings'],
    ['POST', '/rerank', 'rerank'],
    ['POST', '/predict', 'classify'],
    ['POST', '/classify', 'classify'],
    ['POST', '/v1/chat/completions', 'other'],
    ['GET', '/', 'other'],
    ['PROPFIND', '/v1/embeddings/more', 'other'],
    ['OPTIONS', '/anything', 'other'],
    ['DELETE', '//v1/embeddings', 'other'],
  ];
  for (const [method, path, name] of cases)
    it(`${method} ${path}: ${name}`, async (t) => {
      const proxy = await startProxy(t, { handlers: NAMING });

      const answer = await ask(proxy, { method, path });

      assert.equal(answer.status, 200);
      assert.equal(answer.json.name, name);
      assert.equal(proxy.exchanges[0].route, name);
    });

  it('also when a client sends the whole URL', async (t) => {
    const proxy = await startProxy(t, { handlers: NAMING });

    const answer = await ask(proxy, {
      method: 'POST',
      path: 'http://elsewhere.example/rerank?a=1',
    });

    assert.deepEqual(answer.json, { name: 'rerank', path: '/rerank' });
  });
});

describe('a known path with a foreign method', () => {
  it('is refused with the methods it knows', async (t) => {
    const proxy = await startProxy(t);

    const read = await ask(proxy, { path: '/v1/embeddings' });
    const posted = await ask(proxy, { method: 'POST', path: '/livez' });
    const options = await ask(proxy, { method: 'OPTIONS', path: '/rerank' });

    assert.equal(read.status, 405);
    assert.equal(read.headers.allow, 'POST');
    assert.equal(read.json.code, 'METHOD_NOT_ALLOWED');
    assert.equal(posted.status, 405);
    assert.equal(posted.headers.allow, 'GET, HEAD');
    assert.equal(options.status, 405);
  });
});

describe('health', () => {
  it('is told as the document prints it', async (t) => {
    const proxy = await startProxy(t);

    const { status, headers, json } = await ask(proxy, { path: '/health' });

    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(json.status, 'healthy');
    assert.equal(json.service, 'baseten-performance-proxy');
    assert.match(json.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  it('is told with seconds to those who know /health_internal', async (t) => {
    const proxy = await startProxy(t);

    const { json } = await ask(proxy, { path: '/health_internal' });

    assert.equal(json.status, 'healthy');
    assert.ok(Number.isInteger(json.timestamp));
  });

  it('has probes that cost nothing and keep the connection', async (t) => {
    const proxy = await startProxy(t);

    const alive = await ask(proxy, {
      path: '/livez',
      headers: { connection: 'keep-alive' },
    });
    const ready = await ask(proxy, { method: 'HEAD', path: '/readyz' });

    assert.deepEqual(alive.json, { status: 'alive' });
    assert.equal(alive.headers.connection, 'keep-alive');
    assert.equal(ready.status, 200);
    assert.equal(ready.text, '');
    assert.equal(ready.headers['content-length'], '18');
  });

  it('stands beside the pages about the proxy’s work', async (t) => {
    const proxy = await startProxy(t);

    const metrics = await ask(proxy, { path: '/metrics' });
    const status = await ask(proxy, { path: '/status.json' });
    const page = await ask(proxy, { path: '/status/' });

    assert.equal(metrics.text, 'page metrics');
    assert.equal(status.text, 'page status');
    assert.equal(page.text, 'page statusPage');
  });
});

describe('every answer', () => {
  it('names its request, by the caller’s id where that is one', async (t) => {
    const proxy = await startProxy(t);
    const withIds = (request, customer) =>
      ask(proxy, {
        headers: {
          'x-request-id': request,
          'x-baseten-customer-request-id': customer,
        },
      });

    const named = await withIds('req-1', 'customer-1');
    const odd = await withIds('{"a":1}', 'x'.repeat(200));

    assert.equal(named.headers['x-request-id'], 'req-1');
    assert.equal(named.headers['x-baseten-customer-request-id'], 'customer-1');
    assert.match(odd.headers['x-request-id'], /^[\da-f-]{36}$/);
    assert.equal(odd.headers['x-baseten-customer-request-id'], undefined);
  });

  it('has a line in the log, without query, header or body', async (t) => {
    const proxy = await startProxy(t);

    await ask(proxy, {
      method: 'POST',
      path: '/rerank?key=hidden-1',
      headers: { authorization: 'Bearer hidden-2' },
      body: 'hidden-3',
    });
    const line = await proxy.line(({ msg }) => msg === 'request');

    assert.doesNotMatch(JSON.stringify(proxy.lines), /hidden/);
    assert.equal(line.level, 'info');
    assert.equal(line.method, 'POST');
    assert.equal(line.path, '/rerank');
    assert.equal(line.status, 200);
    assert.equal(line.caller, '127.0.0.1');
    assert.equal(line.bytes_in, 8);
    assert.equal(line.bytes_out, 8);
    assert.ok(line.seconds > 0);
  });
});

describe('other origins', () => {
  const preflight = {
    method: 'OPTIONS',
    path: '/v1/embeddings',
    headers: {
      origin: 'https://app.example',
      'access-control-request-method': 'POST',
    },
  };

  it('may do nothing unless a flag says so', async (t) => {
    const proxy = await startProxy(t);

    const asked = await ask(proxy, preflight);
    const read = await ask(proxy, { headers: preflight.headers });

    for (const answer of [asked, read]) {
      assert.equal(answer.status, 403);
      assert.equal(answer.json.code, 'ORIGIN_FORBIDDEN');
    }
    assert.equal(read.headers['access-control-allow-origin'], undefined);
    assert.equal(read.headers.vary, undefined);
  });

  it('may send the headers of the proxy when they are named', async (t) => {
    const flags = ['--cors-origin', 'https://app.example'];
    const proxy = await startProxy(t, { flags });

    const asked = await ask(proxy, preflight);
    const read = await ask(proxy, { headers: preflight.headers });

    assert.equal(asked.status, 204);
    const name = 'access-control-allow-origin';
    assert.equal(asked.headers[name], 'https://app.example');
    assert.match(asked.headers['access-control-allow-methods'], /\bPOST\b/);
    assert.match(
      asked.headers['access-control-allow-headers'],
      /Authorization.*X-Baseten-Model/,
    );
    assert.equal(read.headers[name], 'https://app.example');
    assert.match(read.headers['access-control-expose-headers'], /Retry-After/);
  });

  it('are added to what else an answer varies by', async (t) => {
    const proxy = await startProxy(t, {
      flags: ['--cors-origin', 'https://app.example'],
      handlers: {
        other: (exchange) => exchange.reply(200, { vary: 'Accept-Encoding' }),
      },
    });

    const { headers } = await ask(proxy, { headers: preflight.headers });

    assert.equal(headers.vary, 'Accept-Encoding, Origin');
  });

  it('get no permission that was given to another one', async (t) => {
    const flags = ['--cors-origin', 'https://app.example'];
    const proxy = await startProxy(t, { flags });
    const headers = { ...preflight.headers, origin: 'https://evil.example' };

    const asked = await ask(proxy, { ...preflight, headers });
    const read = await ask(proxy, { headers });

    const simple = await ask(proxy, {
      method: 'POST',
      path: '/v1/embeddings',
      headers: { origin: 'null', 'content-type': 'text/plain' },
      body: '{}',
    });

    for (const answer of [asked, read, simple])
      assert.equal(answer.status, 403);
    assert.deepEqual(
      proxy.exchanges.map(({ facts }) => facts.code),
      Array(3).fill('ORIGIN_FORBIDDEN'),
    );
    assert.equal(asked.headers['access-control-allow-origin'], undefined);
    assert.equal(asked.headers['access-control-allow-headers'], undefined);
    assert.equal(read.headers['access-control-allow-origin'], undefined);
    assert.equal(read.headers.vary, 'Origin');
  });
});

describe('a proxy on a loopback address', () => {
  it('answers to the names of this machine alone', async (t) => {
    const proxy = await startProxy(t);
    const statusFor = async (host) =>
      (await ask(proxy, { path: '/livez', headers: { host } })).status;

    for (const host of [
      ...['127.0.0.1', 'localhost:8080', 'LocalHost', 'app.localhost:1'],
      ...['[::1]:8080', '127.8.8.8', 'localhost.'],
    ])
      assert.equal(await statusFor(host), 200, host);
    for (const host of [
      ...['evil.example:8080', '127.0.0.1.evil.example', 'evillocalhost'],
      ...['127.evil.example', '10.0.0.1', '[::2]', '0.0.0.0'],
    ])
      assert.equal(await statusFor(host), 403, host);
  });

  it('judges the authority of HTTP/2 likewise', async (t) => {
    const proxy = await startProxy(t);
    const headers = { ':authority': 'evil.example:8080' };

    const { status, json } = await askHttp2(proxy, { path: '/x', headers });

    assert.equal(`${status} ${json.code}`, '403 HOST_FORBIDDEN');
  });

  it('is the only one that does', async (t) => {
    const proxy = await startProxy(t, { flags: ['--host', '0.0.0.0'] });

    const { status } = await ask(proxy, {
      path: '/livez',
      headers: { host: 'proxy.example' },
    });

    assert.equal(status, 200);
  });
});
