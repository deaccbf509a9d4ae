'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { startForwardingProxy } = require('../helpers/forwarding-proxy');
const { prefer } = require('../helpers/proxied-model');
const { startUpstream } = require('../../../test/helpers/upstream');

/** A proxy before an upstream that answers by the script. */
async function start(t, script, flags = []) {
  const upstream = await startUpstream(t, script);
  const target = ['--target-url', upstream.url];
  const proxy = await startForwardingProxy(t, [...target, ...flags]);
  return { upstream, proxy };
}

describe('browsers', () => {
  const permission = {
    'access-control-allow-origin': '*',
    'access-control-allow-credentials': 'true',
  };

  it('are not let in by the upstream', async (t) => {
    const { proxy } = await start(t, () => ({ body: {}, headers: permission }));

    const { status, headers } = await proxy.ask('GET', '/v1/models');

    assert.equal(status, 200);
    for (const name of Object.keys(permission))
      assert.equal(headers[name], undefined, name);
  });

  it('ask the upstream neither before nor without leave', async (t) => {
    const { upstream, proxy } = await start(t, () => ({ headers: permission }));
    const headers = {
      origin: 'https://page.example',
      'access-control-request-method': 'GET',
    };

    const preflight = await proxy.ask('OPTIONS', '/v1/models', { headers });
    const simple = await proxy.ask('POST', '/v1/embeddings', {
      headers: { origin: 'https://page.example', 'content-type': 'text/plain' },
      body: '{"input":"a"}',
    });

    for (const { status, json } of [preflight, simple])
      assert.equal(`${status} ${json.code}`, '403 ORIGIN_FORBIDDEN');
    assert.equal(upstream.connections, 0);
  });

  it('of an origin that is let in read what passes', async (t) => {
    const { proxy } = await start(
      t,
      () => ({ body: {}, headers: permission }),
      [...['--cors-origin', 'https://app.example']],
    );

    const { headers } = await proxy.ask('GET', '/v1/models', {
      headers: { origin: 'https://app.example' },
    });

    assert.equal(headers['access-control-allow-origin'], 'https://app.example');
    assert.equal(headers['access-control-allow-credentials'], undefined);
  });
});

describe('paths that pass', () => {
  const KEY = ['--upstream-api-key', 'operators-own-key'];
  const batch = (url_path) => ({ url_path, payloads: [1] });

  it('with the operator’s key are those of --pass-through', async (t) => {
    const paths = ['--pass-through', '/v1/*', '--pass-through', '/info'];
    const flags = [...KEY, ...paths];
    const { upstream, proxy } = await start(t, () => ({ body: {} }), flags);

    for (const path of ['/v1/models?limit=1', '/info']) {
      const { status } = await proxy.ask('GET', path, { key: '' });
      assert.equal(status, 200, path);
    }
    for (const path of ['/admin', '/info/', '/V1/models', '/', '/v1']) {
      const { status, json } = await proxy.ask('DELETE', path, { key: '' });
      assert.equal(`${status} ${json.code}`, '403 PATH_FORBIDDEN', path);
      assert.match(json.error, new RegExp(`--pass-through ${path}$`));
    }
    assert.equal(upstream.requests.length, 2);
  });

  it('with it bound batches, too', async (t) => {
    const { upstream, proxy } = await start(t, () => ({ body: {} }), KEY);
    const ask = (path) =>
      proxy.ask('POST', '/batch', { key: '', body: batch(path) });

    assert.equal((await ask('/v1/completions')).status, 200);
    const refused = await ask('\u002fadmin/keys?of=/v1/');

    assert.equal(refused.status, 403);
    assert.equal(refused.json.code, 'PATH_FORBIDDEN');
    assert.match(refused.json.error, /--pass-through \/admin\/keys$/);
    assert.equal(upstream.requests.length, 1);
  });

  it('with it are judged with what a caller puts before them', async (t) => {
    const { upstream, proxy } = await start(t, () => ({ body: {} }), KEY);
    const ask = (added, method, path, body) =>
      proxy.ask(method, path, {
        key: '',
        body,
        headers: { 'x-target-host': upstream.url + added },
      });

    for (const added of ['/admin', '/v1x', '/v1%2f']) {
      const passed = await ask(added, 'GET', '/v1/models');
      const batched = await ask(added, 'POST', '/b', batch('/v1/models'));
      for (const { status, json } of [passed, batched])
        assert.equal(`${status} ${json.code}`, '403 PATH_FORBIDDEN', added);
    }
    assert.equal(upstream.connections, 0);
    const below = await ask('/v1', 'GET', '/models');
    const deeper = await ask('/v1/a', 'POST', '/b', batch('/models'));

    assert.equal(`${below.status} ${deeper.status}`, '200 200');
    assert.deepEqual(
      upstream.requests.map(({ url }) => url),
      ['/v1/models', '/v1/a/models'],
    );
  });

  it('with a key of the caller’s own are all', async (t) => {
    const { proxy } = await start(t, () => ({ body: {} }), KEY);

    const passed = await proxy.ask('GET', '/admin');
    const batched = await proxy.ask('POST', '/x', { body: batch('/admin') });

    assert.equal(`${passed.status} ${batched.status}`, '200 200');
  });

  it('are none when it is off', async (t) => {
    const flags = [...KEY, '--pass-through', 'off'];
    const { upstream, proxy } = await start(t, () => ({ body: {} }), flags);

    for (const key of ['', 'own-key']) {
      const { status, json } = await proxy.ask('GET', '/v1/models', { key });
      assert.equal(`${status} ${json.code}`, '403 PATH_FORBIDDEN');
    }
    const body = batch('/v1/completions');
    const barred = await proxy.ask('POST', '/batch', { key: '', body });
    const own = await proxy.ask('POST', '/batch', { body });

    assert.equal(`${barred.status} ${own.status}`, '403 200');
    assert.equal(upstream.requests.length, 1);
  });
});

describe('whom a request comes from', () => {
  const CLAIMS = {
    'x-forwarded-for': '10.9.8.7',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'public.example',
    'x-forwarded-port': '444',
    forwarded: 'for=10.9.8.7',
    'x-real-ip': '10.9.8.7',
    via: '1.0 edge',
  };

  async function seen(t, flags, headers) {
    const { upstream, proxy } = await start(t, () => ({ body: {} }), flags);
    const { status } = await proxy.ask('GET', '/a', { headers });
    return { port: proxy.port, status, ...upstream.requests[0]?.headers };
  }

  it('is told by the proxy', async (t) => {
    const headers = await seen(t, [], { 'x-request-id': 'mine-7' });

    assert.equal(headers['x-forwarded-for'], '127.0.0.1');
    assert.equal(headers['x-forwarded-proto'], 'http');
    assert.equal(headers['x-forwarded-host'], `127.0.0.1:${headers.port}`);
    assert.equal(headers.via, '1.1 baseten-performance-proxy');
    assert.equal(headers['x-request-id'], 'mine-7');
  });

  it('is believed of trusted proxies', async (t) => {
    const flags = ['--trusted-proxies', '10.0.0.0/8,127.0.0.0/8'];

    const headers = await seen(t, flags, CLAIMS);

    assert.equal(headers['x-forwarded-for'], '10.9.8.7, 127.0.0.1');
    assert.equal(headers.via, '1.0 edge, 1.1 baseten-performance-proxy');
    for (const name of ['proto', 'host', 'port'].map((x) => `x-forwarded-${x}`))
      assert.equal(headers[name], CLAIMS[name], name);
    assert.equal(headers.forwarded, CLAIMS.forwarded);
    assert.equal(headers['x-real-ip'], CLAIMS['x-real-ip']);
  });

  it('is believed of nobody else', async (t) => {
    const headers = await seen(t, ['--trusted-proxies', '127.0.0.2'], CLAIMS);

    assert.equal(headers['x-forwarded-for'], '127.0.0.1');
    assert.equal(headers['x-forwarded-proto'], 'http');
    assert.equal(headers['x-forwarded-host'], `127.0.0.1:${headers.port}`);
    for (const name of ['x-forwarded-port', 'forwarded', 'x-real-ip'])
      assert.equal(headers[name], undefined, name);
  });

  it('is not for extra_headers to say', async (t) => {
    const extra = prefer({ extra_headers: { 'X-Forwarded-For': '6.6.6.6' } });

    const { status, ...headers } = await seen(t, [], extra);

    assert.equal(status, 400);
    assert.equal(headers['x-forwarded-for'], undefined);
  });
});

describe('extra_headers of a batch', () => {
  it('replace what the proxy would accept', async (t) => {
    const { upstream, proxy } = await start(t, () => ({
      body: { data: [{ index: 0, embedding: [1] }] },
    }));
    const headers = prefer({ extra_headers: { Accept: 'application/x-own' } });

    await proxy.ask('POST', '/v1/embeddings', {
      headers,
      body: { input: 'a', model: 'm' },
    });

    const [{ rawHeaders }] = upstream.requests;
    const accepted = rawHeaders.filter(
      (_, i) => i % 2 === 1 && /^accept$/i.test(rawHeaders[i - 1]),
    );
    assert.deepEqual(accepted, ['application/x-own']);
  });
});
