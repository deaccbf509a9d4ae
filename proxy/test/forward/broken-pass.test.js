'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const dns = require('node:dns');
const { once } = require('node:events');
const http = require('node:http');
const http2 = require('node:http2');
const net = require('node:net');
const util = require('node:util');

const { startFaultServer } = require('../../../test/helpers/fault-server');
const { lookupPublic } = require('../../lib/forward/public-lookup');
const { startForwardingProxy } = require('../helpers/forwarding-proxy');
const { startUpstream } = require('../../../test/helpers/upstream');

/** A proxy before an upstream that answers by the script. */
async function start(t, script, flags = []) {
  const upstream = await startUpstream(t, script);
  const target = ['--target-url', upstream.url];
  const proxy = await startForwardingProxy(t, [...target, ...flags]);
  return { upstream, proxy };
}

describe('an upstream that fails', () => {
  it('by refusing connections is a 502 without its address', async (t) => {
    const { upstream, proxy } = await start(t);
    await upstream.close();

    const { status, json } = await proxy.ask('GET', '/a');

    assert.equal(status, 502);
    assert.equal(json.code, 'CONNECTION_ERROR');
    assert.equal(json.error, 'the connection to the upstream failed');
    assert.match(proxy.log, /ECONNREFUSED/);
  });

  it('by silence is a 504', async (t) => {
    const { proxy } = await start(t, [{ hang: true }]);

    const { status, json } = await proxy.ask('GET', '/a', {
      headers: { 'x-baseten-request-preferences': '{"timeout_s":0.1}' },
    });

    assert.equal(status, 504);
    assert.equal(json.code, 'TIMEOUT');
  });

  it('by speaking something else is a 502', async (t) => {
    const server = await startFaultServer(t, { connections: () => 'garbage' });
    const proxy = await startForwardingProxy(t, ['--target-url', server.url]);

    const { status, json } = await proxy.ask('GET', '/a');

    assert.equal(status, 502);
    assert.equal(json.code, 'PARSE_ERROR');
  });

  it('in the middle of a body breaks the answer off', async (t) => {
    const { proxy } = await start(t, () => ({
      body: 'x'.repeat(5000),
      cut: 1000,
    }));
    const session = http2.connect(proxy.url);
    t.after(() => session.destroy());

    await assert.rejects(proxy.ask('GET', '/a'), { code: 'ECONNRESET' });
    const stream = session.request({
      ':path': '/a',
      authorization: 'Bearer k',
    });

    await assert.rejects(stream.toArray(), /NGHTTP2_INTERNAL_ERROR/);
    for (const line of proxy.log.trim().split('\n')) {
      const { status, code } = JSON.parse(line);
      assert.equal(`${status} ${code}`, '200 CONNECTION_ERROR');
    }
  });

  it('does not trouble the next request', async (t) => {
    const { proxy } = await start(t, [
      { reset: true },
      { body: 'x'.repeat(50), cut: 10 },
      { body: { fine: true } },
    ]);

    const first = await proxy.ask('POST', '/a');
    await assert.rejects(proxy.ask('GET', '/a'));
    const third = await proxy.ask('GET', '/a');

    assert.equal(first.status, 502);
    assert.deepEqual(third.json, { fine: true });
  });
});

describe('a caller who leaves', () => {
  it('ends the upstream request before its answer', async (t) => {
    const { upstream, proxy } = await start(t, [{ hang: true }]);

    const request = http.get(`${proxy.url}/a`, {
      agent: false,
      headers: { authorization: 'Bearer k' },
    });
    request.on('error', () => {});
    await upstream.until((one) => one.requests.length === 1);
    request.destroy();
    await upstream.until((one) => one.requests[0].aborted);

    assert.equal(upstream.requests[0].aborted, true);
  });

  it('ends the upstream request in the middle of its answer', async (t) => {
    const { upstream, proxy } = await start(t, [
      { body: 'x'.repeat(5000), cut: 1000, hang: true },
    ]);

    const request = http.get(`${proxy.url}/a`, {
      agent: false,
      headers: { authorization: 'Bearer k' },
    });
    const [response] = await once(request, 'response');
    response.on('error', () => {});
    await once(response, 'data');
    request.destroy();
    await upstream.until((one) => one.requests[0].aborted);

    assert.equal(upstream.openConnections, 0);
  });

  it('or does not read ends the upstream request, too', async (t) => {
    const { upstream, proxy } = await start(
      t,
      [{ body: Buffer.alloc(64 * 1024 * 1024) }],
      ['--idle-timeout-s', '0.1'],
    );

    const request = http.get(`${proxy.url}/a`, {
      agent: false,
      headers: { authorization: 'Bearer k' },
    });
    const [response] = await once(request, 'response');
    response.on('error', () => {});
    await upstream.until((one) => one.openConnections === 0);

    const { bytes_out: sent, status } = JSON.parse(proxy.log);
    assert.ok(sent < 32 * 1024 * 1024, `${sent} bytes were sent`);
    assert.equal(status, 499);
    request.destroy();
  });

  it('ends the upload', async (t) => {
    let arrived;
    const left = new Promise((resolve) => {
      arrived = resolve;
    });
    const server = http.createServer((request) => {
      request.on('error', (error) => arrived(error.code));
      request.resume();
    });
    t.after(() => server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${server.address().port}`;
    const proxy = await startForwardingProxy(t, ['--target-url', url]);

    const request = http.request(`${proxy.url}/upload`, {
      method: 'POST',
      agent: false,
      headers: { authorization: 'Bearer k', 'content-type': 'text/plain' },
    });
    request.on('error', () => {});
    request.write('some of it', () => setImmediate(() => request.destroy()));

    assert.equal(await left, 'ECONNRESET');
  });
});

describe('keys of requests that pass', () => {
  const KEY = 'operators-own-key';

  it('are the operator’s only before the operator’s target', async (t) => {
    const { upstream, proxy } = await start(t, () => ({ body: {} }), [
      ...['--upstream-api-key', KEY],
    ]);

    const own = await proxy.ask('GET', '/v1/a', { key: '' });
    const other = await proxy.ask('GET', '/a', {
      key: '',
      headers: { 'x-target-host': `http://localhost:${upstream.port}` },
    });

    assert.equal(own.status, 200);
    assert.equal(other.status, 403);
    assert.deepEqual(
      upstream.requests.map((one) => one.headers.authorization),
      [`Bearer ${KEY}`],
    );
    assert.doesNotMatch(other.text + proxy.log, new RegExp(KEY));
  });

  it('are not shown to a caller who asks what the upstream was sent', async (t) => {
    const { upstream, proxy } = await start(t, () => ({ body: {} }), [
      ...['--upstream-api-key', KEY],
    ]);

    const { status, json } = await proxy.ask('TRACE', '/v1/a', { key: '' });

    assert.equal(`${status} ${json.code}`, '405 METHOD_NOT_ALLOWED');
    assert.equal(upstream.connections, 0);
  });

  it('reach no host beside the proxy that a name leads to', async (t) => {
    const { upstream, proxy } = await start(t, () => ({ body: {} }));
    t.mock.method(dns, 'lookup', (name, options, callback) =>
      callback(null, [
        { address: '10.0.0.1', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ]),
    );

    const { status, json } = await proxy.ask('GET', '/a', {
      headers: { 'x-target-host': `http://rebinding.example:${upstream.port}` },
    });

    assert.equal(status, 403);
    assert.equal(json.code, 'TARGET_FORBIDDEN');
    assert.equal(upstream.connections, 0);
  });

  it('reach the public addresses of a name that has others, too', async (t) => {
    const found = ['10.0.0.1', '8.8.8.8', '168.63.129.16', '64:ff9b::808:808'];
    t.mock.method(dns, 'lookup', (name, options, callback) =>
      callback(
        null,
        found.map((address) => ({ address, family: net.isIP(address) })),
      ),
    );
    const lookup = util.promisify(lookupPublic);

    const addresses = await lookup('mixed.example', { all: true });
    const first = await lookup('mixed.example', {});

    assert.deepEqual(
      addresses.map(({ address }) => address),
      ['8.8.8.8', '64:ff9b::808:808'],
    );
    assert.equal(first, '8.8.8.8');
  });
});
