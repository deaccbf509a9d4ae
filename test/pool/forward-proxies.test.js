'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { HttpClientWrapper } = require('../..');
const { runChild } = require('../helpers/child');
const { connect, rejection, setEnvironment } = require('../helpers/client');
const { startProxy } = require('../helpers/proxy');
const { startUpstream } = require('../helpers/upstream');

const ONCE = { maxRetries: 0 };

/** Who answers a call: "direct" the upstream, "proxied" the proxy. */
async function askWho(client) {
  const { data } = await client.batchPost('/x', [{}], ONCE);
  return data[0];
}

/** A JSON text, as the upstream sends strings as they are. */
function startDirect(t, options) {
  return startUpstream(t, () => ({ body: '"direct"' }), options);
}

describe('the environment', () => {
  for (const name of ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'])
    it(`names a proxy for http by ${name}`, async (t) => {
      const upstream = await startDirect(t);
      const proxy = await startProxy(t);
      setEnvironment(t, { [name]: proxy.url });

      const who = await askWho(connect(t, upstream.url));

      assert.equal(who, 'proxied');
      assert.equal(proxy.requests[0].url, `${upstream.url}/x`);
      assert.equal(upstream.connections, 0);
    });

  for (const name of ['https_proxy', 'HTTPS_PROXY', 'ALL_PROXY'])
    it(`names a proxy for https by ${name}`, async (t) => {
      const upstream = await startDirect(t, { tls: true });
      const proxy = await startProxy(t);
      setEnvironment(t, { [name]: proxy.url });

      const who = await askWho(connect(t, upstream.url, { ca: upstream.ca }));

      assert.equal(who, 'direct');
      assert.deepEqual(
        proxy.requests.map(({ method, url }) => `${method} ${url}`),
        [`CONNECT 127.0.0.1:${upstream.port}`],
      );
    });

  it('uses the proxy of the scheme, not of the other', async (t) => {
    const upstream = await startDirect(t);
    const proxy = await startProxy(t);
    setEnvironment(t, { HTTPS_PROXY: proxy.url });

    assert.equal(await askWho(connect(t, upstream.url)), 'direct');
  });

  for (const name of ['no_proxy', 'NO_PROXY'])
    for (const value of ['127.0.0.1', 'a.example, 127.0.0.1', '*'])
      it(`excepts hosts by ${name}=${value}`, async (t) => {
        const upstream = await startDirect(t);
        const proxy = await startProxy(t);
        setEnvironment(t, { http_proxy: proxy.url, [name]: value });

        assert.equal(await askWho(connect(t, upstream.url)), 'direct');
      });

  it('excepts no host that NO_PROXY does not name', async (t) => {
    const upstream = await startDirect(t);
    const proxy = await startProxy(t);
    setEnvironment(t, {
      http_proxy: proxy.url,
      NO_PROXY: 'a.example,27.0.0.1',
    });

    assert.equal(await askWho(connect(t, upstream.url)), 'proxied');
  });
});

describe('an explicit proxy', () => {
  it('wins over HTTP_PROXY and NO_PROXY', async (t) => {
    const upstream = await startDirect(t);
    const [named, other] = [await startProxy(t), await startProxy(t)];
    setEnvironment(t, { HTTP_PROXY: other.url, NO_PROXY: '*' });

    const who = await askWho(connect(t, upstream.url, { proxy: named.url }));

    assert.equal(who, 'proxied');
    assert.equal(named.requests.length, 1);
    assert.equal(other.requests.length, 0);
  });

  it('may be given to the wrapper', async (t) => {
    const upstream = await startDirect(t);
    const proxy = await startProxy(t);
    const clientWrapper = new HttpClientWrapper(1, proxy.url);
    t.after(() => clientWrapper.destroy());

    const who = await askWho(connect(t, upstream.url, { clientWrapper }));

    assert.equal(who, 'proxied');
  });

  it('keeps its tunnel for the next call', async (t) => {
    const upstream = await startDirect(t, { tls: true });
    const proxy = await startProxy(t);
    const options = { ca: upstream.ca, proxy: proxy.url };
    const client = connect(t, upstream.url, options);

    for (let i = 0; i < 3; i++) await askWho(client);

    assert.equal(proxy.requests.length, 1);
    assert.equal(upstream.connections, 1);
  });

  it('that refuses the tunnel is a connection error', async (t) => {
    const upstream = await startDirect(t, { tls: true });
    const proxy = await startProxy(t, { refuse: 403 });
    const options = { ca: upstream.ca, proxy: proxy.url };

    const error = await rejection(askWho(connect(t, upstream.url, options)));

    assert.equal(error.code, 'CONNECTION_ERROR');
    assert.match(error.message, /403/);
    assert.equal(upstream.connections, 0);
  });

  it('that nobody serves is a connection error', async (t) => {
    const upstream = await startDirect(t);
    const client = connect(t, upstream.url, { proxy: 'http://127.0.0.1:1' });

    const error = await rejection(askWho(client));

    assert.equal(error.code, 'CONNECTION_ERROR');
    assert.equal(upstream.connections, 0);
  });
});

describe('secrets', () => {
  it('of the API stay out of CONNECT', async (t) => {
    const upstream = await startDirect(t, { tls: true });
    const proxy = await startProxy(t);
    const options = { ca: upstream.ca, proxy: proxy.url };
    const extraHeaders = { 'x-secret': 'hidden-value' };

    await connect(t, upstream.url, options).batchPost('/x', [{}], {
      extraHeaders,
    });

    const seen = JSON.stringify(proxy.requests);
    assert.doesNotMatch(seen, /test-key|hidden-value|perfclient-/);
    assert.equal(upstream.requests[0].headers.authorization, 'Bearer test-key');
  });

  it('of the proxy reach the proxy alone', async (t) => {
    const upstream = await startDirect(t, { tls: true });
    const proxy = await startProxy(t);
    const options = {
      ca: upstream.ca,
      proxy: `http://user:pass%40word@127.0.0.1:${proxy.port}`,
    };

    await askWho(connect(t, upstream.url, options));

    const login = Buffer.from('user:pass@word').toString('base64');
    const { headers } = proxy.requests[0];
    assert.equal(headers['proxy-authorization'], `Basic ${login}`);
    assert.equal(
      upstream.requests[0].headers['proxy-authorization'],
      undefined,
    );
  });

  it('of the proxy are in no error and in no log', async (t) => {
    const upstream = await startDirect(t);

    const { stdout, stderr, code } = await runChild(
      t,
      `connect().batchPost('/x', [1], { maxRetries: 1, initialBackoffMs: 50 })
         .catch((error) => console.log(error.code, error));`,
      {
        url: upstream.url,
        env: {
          HTTP_PROXY: 'http://user:hidden-word@127.0.0.1:1',
          PERFORMANCE_CLIENT_LOG_LEVEL: 'trace',
        },
      },
    );

    assert.equal(code, 0);
    assert.match(stdout, /^CONNECTION_ERROR /);
    assert.match(stderr, /could not connect/);
    assert.doesNotMatch(stdout + stderr, /hidden-word|test-key/);
  });
});
