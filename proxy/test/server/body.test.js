'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { once } = require('node:events');
const http = require('node:http');
const http2 = require('node:http2');
const zlib = require('node:zlib');

const {
  ask,
  askHttp2,
  bodyOf,
  sendRaw,
  startProxy,
} = require('../helpers/reverse-proxy');

const { Refusal } = require('../../lib/base/errors');
const { startForwardingProxy } = require('../helpers/forwarding-proxy');
const { startUpstream } = require('../../../test/helpers/upstream');

const MIB = 1024 * 1024;

function post(proxy, body, headers = {}) {
  return ask(proxy, { method: 'POST', path: '/rerank', body, headers });
}

/** A request whose body the test sends by hand. */
function openPost(proxy, headers = { 'transfer-encoding': 'chunked' }) {
  const request = http.request({
    port: proxy.port,
    host: '127.0.0.1',
    method: 'POST',
    path: '/rerank',
    headers,
  });
  request.on('error', () => {});
  request.flushHeaders();
  return request;
}

describe('a body', () => {
  it('arrives as it was sent, however it was cut', async (t) => {
    const proxy = await startProxy(t);
    const text = Array.from({ length: 60_000 }, (_, i) => i).join();

    const whole = await post(proxy, text);
    const empty = await post(proxy, '');
    const overHttp2 = await askHttp2(proxy, {
      method: 'POST',
      path: '/rerank',
      body: text,
    });
    const bytes = Array.from('byte by byte', (one) => `1\r\n${one}\r\n`);
    const cut = await sendRaw(
      proxy,
      'POST /rerank HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n',
      'Transfer-Encoding: chunked\r\n\r\n',
      ...bytes,
      '0\r\n\r\n',
    );

    assert.equal(whole.text, text);
    assert.equal(empty.text, '');
    assert.equal(overHttp2.text, text);
    assert.match(cut, /\r\n\r\nbyte by byte$/);
  });

  it('is decoded by its Content-Encoding', async (t) => {
    const proxy = await startProxy(t);
    const text = '{"input":"a"}'.repeat(100);
    const encoders = [
      ['gzip', zlib.gzipSync],
      ['x-gzip', zlib.gzipSync],
      ['DEFLATE', zlib.deflateSync],
      ['br', zlib.brotliCompressSync],
      ['identity', Buffer.from],
    ];

    for (const [coding, encode] of encoders) {
      const answer = await post(proxy, encode(text), {
        'content-encoding': coding,
      });

      assert.equal(answer.text, text, coding);
    }
  });

  it('in an unknown encoding is refused, and the known ones named', async (t) => {
    const proxy = await startProxy(t);

    const answer = await post(proxy, 'x', { 'content-encoding': 'zip' });

    assert.equal(answer.status, 415);
    assert.equal(answer.json.code, 'UNSUPPORTED_ENCODING');
    assert.equal(answer.headers['accept-encoding'], 'gzip, deflate, br');
  });

  it('that is not what its encoding says is refused', async (t) => {
    const proxy = await startProxy(t);
    const cut = zlib.gzipSync('some text').subarray(0, 20);

    for (const body of ['plain', cut]) {
      const answer = await post(proxy, body, { 'content-encoding': 'gzip' });

      assert.equal(answer.status, 400);
      assert.equal(answer.json.code, 'INVALID_BODY');
    }
  });
});

describe('a body that is too large', () => {
  const flags = ['--max-body-bytes', '1000'];

  it('is refused by its announced size, before it is sent', async (t) => {
    const proxy = await startProxy(t, { flags });
    const request = openPost(proxy, { 'content-length': 8 * MIB });

    const [response] = await new Promise((resolve) =>
      request.on('response', (...all) => resolve(all)),
    );

    assert.equal(response.statusCode, 413);
    assert.equal(response.headers.connection, 'close');
    request.destroy();
  });

  it('is refused in time when no size was announced', async (t) => {
    const proxy = await startProxy(t, { flags });
    const headers = { 'transfer-encoding': 'chunked' };

    const answer = await post(proxy, 'x'.repeat(4 * MIB), headers);
    const line = await proxy.line(({ msg }) => msg === 'request');

    assert.equal(answer.status, 413);
    assert.equal(answer.json.code, 'BODY_TOO_LARGE');
    assert.equal(line.status, 413);
  });

  it('is refused over HTTP/2, and the session goes on', async (t) => {
    const proxy = await startProxy(t, { flags });

    const answer = await askHttp2(proxy, {
      method: 'POST',
      path: '/rerank',
      body: 'x'.repeat(4 * MIB),
    });

    assert.equal(answer.status, 413);
    assert.equal(answer.json.code, 'BODY_TOO_LARGE');
  });

  it('only when it is decoded is refused, too', async (t) => {
    const proxy = await startProxy(t, { flags });
    const bomb = zlib.gzipSync(Buffer.alloc(8 * MIB));
    const headers = { 'content-encoding': 'gzip' };
    const many = ['--max-body-bytes', '100000'];

    const small = await post(proxy, bomb.subarray(0, 900), headers);
    const roomy = await startProxy(t, { flags: many });
    const large = await post(roomy, bomb, headers);

    assert.equal(small.status, 413);
    assert.equal(large.status, 413);
  });

  it('exactly at the limit is taken', async (t) => {
    const proxy = await startProxy(t, { flags });

    assert.equal((await post(proxy, 'x'.repeat(1000))).status, 200);
    assert.equal((await post(proxy, 'x'.repeat(1001))).status, 413);
  });
});

describe('a body whose caller asks before it sends it', () => {
  const asking = (proxy, size) =>
    sendRaw(
      proxy,
      'POST /rerank HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n',
      `Expect: 100-continue\r\nContent-Length: ${size}\r\n\r\n`,
      ...(size < 10 ? ['x'.repeat(size)] : []),
    );

  it('is asked for when it may come', async (t) => {
    const proxy = await startProxy(t);

    const answer = await asking(proxy, 5);
    const { status, text } = await askHttp2(proxy, {
      method: 'POST',
      path: '/rerank',
      headers: { expect: '100-continue' },
      body: 'xxxxx',
    });

    assert.match(answer, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
    assert.match(answer, /xxxxx$/);
    assert.equal(`${status} ${text}`, '200 xxxxx');
  });

  it('is not asked for when it is too large, or its caller has no key', async (t) => {
    const large = await startProxy(t, { flags: ['--max-body-bytes', '100'] });
    const keyed = await startProxy(t, {
      handlers: {
        plan() {
          throw new Refusal(401, 'UNAUTHORIZED', 'no key');
        },
      },
    });

    assert.match(await asking(large, 101), /^HTTP\/1\.1 413 /);
    assert.match(await asking(keyed, 50), /^HTTP\/1\.1 401 /);
  });
});

describe('a body that does not arrive', () => {
  it('ends in a 408', async (t) => {
    const proxy = await startProxy(t, { flags: ['--body-timeout-s', '0.1'] });

    const answer = await sendRaw(
      proxy,
      'POST /rerank HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf',
    );

    assert.match(answer, /^HTTP\/1\.1 408 /);
    assert.equal(bodyOf(answer).code, 'BODY_TIMEOUT');
    assert.equal(bodyOf(answer).path, '/rerank');
  });

  it('ends in a 408 over HTTP/2, however steadily it trickles', async (t) => {
    const flags = ['--body-timeout-s', '0.3'];
    const upstream = await startUpstream(t, () => ({ body: {} }));
    const target = ['--target-url', upstream.url];
    const proxy = await startForwardingProxy(t, [...target, ...flags]);
    const session = http2.connect(proxy.url);
    t.after(() => session.destroy());

    for (const path of ['/rerank', '/upload']) {
      const stream = session.request({
        ':method': 'POST',
        ':path': path,
        authorization: 'Bearer k',
        'content-type': 'text/plain',
      });
      stream.on('error', () => {});
      const timer = setInterval(() => stream.write('x'), 50);
      const [head] = await once(stream, 'response');
      clearInterval(timer);
      stream.close();

      assert.equal(head[':status'], 408, path);
    }
  });

  it('ends quietly when its caller leaves', async (t) => {
    const proxy = await startProxy(t);
    const request = openPost(proxy);

    request.write('half', () => request.destroy());
    const line = await proxy.line(({ msg }) => msg === 'request');
    const next = await ask(proxy, { path: '/livez' });

    assert.equal(line.status, 499);
    assert.equal(line.level, 'info');
    assert.equal(next.status, 200);
  });

  it('because it is garbage ends in a 400', async (t) => {
    const proxy = await startProxy(t);

    const answer = await sendRaw(
      proxy,
      'POST /rerank HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n',
      '5\r\nhello\r\nnonsense\r\n',
    );

    assert.match(answer, /^HTTP\/1\.1 400 /);
    assert.equal(bodyOf(answer).code, 'INVALID_REQUEST');
    assert.equal(bodyOf(answer).path, '/rerank');
  });
});
