'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { connect, rejection } = require('../helpers/client');
const { startUpstream } = require('../helpers/upstream');

const ONCE = { maxRetries: 0 };

function redirect(status, location) {
  return { status, headers: { location } };
}

/** Redirects by path, and shows what arrives elsewhere. */
function routes(table) {
  return ({ url, method, text }) =>
    table[url] ? redirect(...table[url]) : { body: { url, method, text } };
}

describe('a redirect within the origin', () => {
  for (const [status, method, expected] of [
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [303, 'DELETE', 'GET'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
    [301, 'PUT', 'PUT'],
    [302, 'PATCH', 'PATCH'],
    [307, 'DELETE', 'DELETE'],
  ])
    it(`with ${status} turns ${method} into ${expected}`, async (t) => {
      const upstream = await startUpstream(t, routes({ '/a': [status, '/b'] }));
      const client = connect(t, upstream.url);

      const { data } = await client.batchPost('/a', [{ p: 1 }], { method });

      const hasBody = ['POST', 'PUT', 'PATCH'].includes(expected);
      assert.deepEqual(data, [
        { url: '/b', method: expected, text: hasBody ? '{"p":1}' : '' },
      ]);
    });

  it('carries the key and every other header along', async (t) => {
    const upstream = await startUpstream(t, routes({ '/a': [307, '/b'] }));
    const client = connect(t, upstream.url);

    await client.batchPost('/a', [{}], { extraHeaders: { 'x-team': 'a' } });

    const { headers } = upstream.requests[1];
    assert.equal(headers.authorization, 'Bearer test-key');
    assert.equal(headers['x-team'], 'a');
  });

  it('may name its place in full, relative, or step by step', async (t) => {
    const table = { '/p/a': [307, 'b'], '/p/b': [308, '?c=1'] };
    const upstream = await startUpstream(t, routes(table));
    table['/p/b?c=1'] = [307, `${upstream.url}/end`];
    const client = connect(t, upstream.url);

    const { data } = await client.batchPost('/p/a', [{}]);

    assert.equal(data[0].url, '/end');
  });

  it('does not give back the body that an earlier one took', async (t) => {
    const upstream = await startUpstream(
      t,
      routes({ '/a': [303, '/b'], '/b': [307, '/c'] }),
    );
    const client = connect(t, upstream.url);

    const { data } = await client.batchPost('/a', [{ p: 1 }]);

    assert.deepEqual(data, [{ url: '/c', method: 'GET', text: '' }]);
  });

  it('is forgotten by the next request', async (t) => {
    const upstream = await startUpstream(t, routes({ '/a': [303, '/b'] }));
    const client = connect(t, upstream.url);

    await client.batchPost('/a', [1, 2], { maxConcurrentRequests: 1 });

    const sent = upstream.requests.map(({ method, url }) => `${method} ${url}`);
    assert.deepEqual(sent, ['POST /a', 'GET /b', 'POST /a', 'GET /b']);
  });

  it('without end is given up', async (t) => {
    const upstream = await startUpstream(t, routes({ '/a': [307, '/a'] }));
    const client = connect(t, upstream.url);

    const error = await rejection(client.batchPost('/a', [{}]));

    assert.equal(error.code, 'HTTP_ERROR');
    assert.equal(error.status, 307);
    assert.ok(upstream.requests.length <= 21);
  });

  it('without a place is an error', async (t) => {
    const upstream = await startUpstream(t, [{ status: 307 }]);
    const client = connect(t, upstream.url);

    const error = await rejection(client.batchPost('/a', [{}]));

    assert.equal(error.code, 'HTTP_ERROR');
    assert.equal(error.status, 307);
  });
});

describe('a redirect that is not followed', () => {
  it('says so when there were too many', async (t) => {
    const upstream = await startUpstream(t, routes({ '/a': [307, '/a'] }));
    const client = connect(t, upstream.url);

    const error = await rejection(client.batchPost('/a', [{}]));

    assert.equal(error.status, 307);
    assert.match(error.message, /redirected more than 5 times/);
    assert.equal(upstream.requests.length, 6);
  });

  it('says so when it names no place', async (t) => {
    const upstream = await startUpstream(t, [{ status: 307 }]);
    const client = connect(t, upstream.url);

    const error = await rejection(client.batchPost('/a', [{}]));

    assert.equal(error.status, 307);
    assert.match(error.message, /names no place/);
  });
});

describe('a redirect to another origin', () => {
  /** Every way to name the other server; none may reach it. */
  const PLACES = {
    'another port': ({ port }) => `http://127.0.0.1:${port}/b`,
    'another host': ({ port }) => `http://localhost:${port}/b`,
    'no scheme': ({ port }) => `//127.0.0.1:${port}/b`,
    'our host as its login': (other, { port }) =>
      `http://127.0.0.1:${port}@127.0.0.1:${other.port}/b`,
    backslashes: ({ port }) => `\\\\127.0.0.1:${port}/b`,
  };

  for (const [name, placeOf] of Object.entries(PLACES))
    it(`is not followed (${name}), and the key stays here`, async (t) => {
      const other = await startUpstream(t, () => ({ body: 1 }));
      const upstream = await startUpstream(t, ({ url }) =>
        url === '/a'
          ? redirect(307, placeOf(other, upstream))
          : { status: 404 },
      );
      const client = connect(t, upstream.url);

      const error = await rejection(client.batchPost('/a', [{}], ONCE));

      assert.equal(error.code, 'HTTP_ERROR');
      assert.equal(other.connections, 0);
    });

  it('tells status, place and reason in the error', async (t) => {
    const upstream = await startUpstream(t, [
      redirect(302, 'http://b.example'),
    ]);
    const client = connect(t, upstream.url);

    const error = await rejection(client.batchPost('/a', [{}]));

    assert.equal(error.status, 302);
    assert.equal(error.response.headers.location, 'http://b.example');
    assert.match(error.message, /same origin/);
    assert.equal(upstream.requests.length, 1);
  });

  it('is not followed from https to http', async (t) => {
    const plain = await startUpstream(t, () => ({ body: 1 }));
    const upstream = await startUpstream(t, [redirect(307, plain.url)], {
      tls: true,
    });
    const client = connect(t, upstream.url, { ca: upstream.ca });

    const error = await rejection(client.batchPost('/a', [{}]));

    assert.equal(error.status, 307);
    assert.equal(plain.connections, 0);
  });

  it('does not read files', async (t) => {
    const upstream = await startUpstream(t, [
      redirect(307, 'file:///etc/passwd'),
    ]);
    const client = connect(t, upstream.url);

    const error = await rejection(client.batchPost('/a', [{}]));

    assert.equal(error.code, 'HTTP_ERROR');
  });
});
