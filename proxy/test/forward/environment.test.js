'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { Dispatchers, isExempt } = require('../../lib/forward/dispatchers');
const { startForwardingProxy } = require('../helpers/forwarding-proxy');
const { startProxy } = require('../../../test/helpers/proxy');
const { startUpstream } = require('../../../test/helpers/upstream');

/** Sets variables for as long as the test runs. */
function setVariables(t, variables) {
  for (const [name, value] of Object.entries(variables)) {
    const before = process.env[name];
    process.env[name] = value;
    t.after(() => {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    });
  }
}

/** A file that holds `text`, for the time of the test. */
function writeFile(t, text) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'roots-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'roots.pem');
  fs.writeFileSync(file, text);
  return file;
}

describe('what passes through', () => {
  it('goes by the forward proxy of the environment', async (t) => {
    const forward = await startProxy(t);
    setVariables(t, { http_proxy: forward.url, NO_PROXY: '' });
    const target = 'http://upstream.example:8000';
    const proxy = await startForwardingProxy(t, ['--target-url', target]);

    const { status, text } = await proxy.ask('GET', '/v1/models?x=1');

    assert.equal(`${status} ${text}`, '200 "proxied"');
    const [{ method, url, headers }] = forward.requests;
    assert.equal(`${method} ${url}`, `GET ${target}/v1/models?x=1`);
    assert.equal(headers.host, 'upstream.example:8000');
    assert.equal(headers.authorization, 'Bearer caller-key');
  });

  it('goes past it where NO_PROXY says so', async (t) => {
    const forward = await startProxy(t);
    const upstream = await startUpstream(t, [{ body: { direct: true } }]);
    setVariables(t, { http_proxy: forward.url, NO_PROXY: '127.0.0.0/8' });
    const proxy = await startForwardingProxy(t, ['--target-url', upstream.url]);

    const { json } = await proxy.ask('GET', '/a');

    assert.deepEqual(json, { direct: true });
    assert.equal(forward.requests.length, 0);
  });

  it('trusts what the environment trusts, through a proxy as well', async (t) => {
    const upstream = await startUpstream(t, () => ({ body: { a: 1 } }), {
      tls: true,
    });
    const flags = ['--target-url', upstream.url];
    const untrusting = await startForwardingProxy(t, flags);
    setVariables(t, { SSL_CERT_FILE: writeFile(t, upstream.ca) });
    const trusting = await startForwardingProxy(t, flags);
    const forward = await startProxy(t);
    setVariables(t, { https_proxy: forward.url });
    const proxied = await startForwardingProxy(t, flags);

    const refused = await untrusting.ask('GET', '/a');
    const direct = await trusting.ask('GET', '/a');
    const tunnelled = await proxied.ask('GET', '/a');

    assert.equal(refused.status, 502);
    assert.match(untrusting.log, /SELF_SIGNED|self-signed|unable to verify/);
    assert.deepEqual(direct.json, { a: 1 });
    assert.deepEqual(tunnelled.json, { a: 1 });
    assert.deepEqual(
      forward.requests.map(({ method, url }) => [method, url]),
      [['CONNECT', `127.0.0.1:${upstream.port}`]],
    );
  });

  it('needs a proxy that it can speak to', async (t) => {
    assert.throws(
      () => new Dispatchers({ maxInFlight: 1 }, { ALL_PROXY: 'socks4://a:1' }),
      { name: 'ConfigError', message: /socks4 proxy.*--pass-through off/ },
    );
    setVariables(t, { ALL_PROXY: 'socks4://127.0.0.1:1' });
    await assert.rejects(startForwardingProxy(t, []), { name: 'ConfigError' });
    await startForwardingProxy(t, ['--pass-through', 'off']);
  });
});

describe('a forward proxy', () => {
  it('carries nothing to targets that callers choose', async (t) => {
    const forward = await startProxy(t);
    setVariables(t, { https_proxy: forward.url });
    const proxy = await startForwardingProxy(t, [
      ...['--allow-target', 'https://named.example'],
    ]);
    const headers = { 'x-target-host': 'https://internal.example' };
    const body = { input: 'a', model: 'm' };

    for (const route of ['/v1/embeddings', '/v1/models']) {
      const answer = await proxy.ask('POST', route, { headers, body });
      assert.equal(
        `${answer.status} ${answer.json.code}`,
        '403 TARGET_FORBIDDEN',
      );
      assert.match(answer.json.error, /forward proxy .*--allow-target https/);
    }
    await proxy.ask('GET', '/v1/models', {
      headers: { 'x-target-host': 'https://named.example' },
    });

    assert.deepEqual(
      forward.requests.map(({ url }) => url),
      ['named.example:443'],
    );
  });
});

describe('NO_PROXY', () => {
  it('is read as the engine reads it', () => {
    const list = ' example.com,.dotted.example, 10.0.0.0/8 ::1,192.168.1.7';

    for (const host of [
      ...['example.com', 'a.example.com', 'x.dotted.example', '10.9.8.7'],
      ...['dotted.example', '[::1]', '192.168.1.7', 'example.com.'],
    ])
      assert.equal(isExempt(list, host), true, host);
    for (const host of [
      ...['notexample.com', 'example.com.evil.net', '11.0.0.1', '[::2]'],
      ...['192.168.1.8', 'com'],
    ])
      assert.equal(isExempt(list, host), false, host);
    assert.equal(isExempt('*', 'anything'), true);
    assert.equal(isExempt('', 'anything'), false);
  });
});
