'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { once } = require('node:events');
const fs = require('node:fs');
const http2 = require('node:http2');
const https = require('node:https');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { Duplex } = require('node:stream');

const { sniffProtocol } = require('../../lib/server/listener');
const { makeCertificate } = require('../../../test/helpers/certificate');
const {
  ask,
  askHttp2,
  bodyOf,
  sendRaw,
  startProxy,
} = require('../helpers/reverse-proxy');

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** Of a test that would wait for ever if the proxy did. */
const LIMITED = { timeout: 20_000 };

const EMPTY_SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);

function connect(t, { port }) {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  return socket;
}

/** What sniffProtocol makes of these reads: the protocol, and what is put back. */
function judge(reads) {
  const socket = Object.assign(new Duplex({ read() {}, write() {} }), {
    setTimeout() {},
  });
  return new Promise((resolve) => {
    sniffProtocol(socket, 1000, (it_, isHttp2) =>
      resolve({ isHttp2, text: `${it_.read()}` }),
    );
    const next = (i) => {
      if (i === reads.length) return;
      socket.push(reads[i]);
      setImmediate(next, i + 1);
    };
    next(0);
  });
}

/** Sends the parts one by one, each when the one before has left. */
async function sendSlowly(socket, parts) {
  socket.setNoDelay(true);
  for (const part of parts)
    await new Promise((resolve) =>
      socket.write(part, () => setImmediate(resolve)),
    );
}

describe('one port', LIMITED, () => {
  it('speaks HTTP/1.1 and cleartext HTTP/2', async (t) => {
    const proxy = await startProxy(t);

    const one = await ask(proxy, { path: '/livez' });
    const two = await askHttp2(proxy, { path: '/livez' });

    assert.deepEqual(one.json, { status: 'alive' });
    assert.deepEqual(two.json, { status: 'alive' });
    assert.equal(two.headers.connection, undefined);
    assert.equal(proxy.exchanges[1].caller, '127.0.0.1');
  });

  it('tells them apart when the bytes come one by one', async (t) => {
    const proxy = await startProxy(t);
    const one = connect(t, proxy);
    const two = connect(t, proxy);
    const request =
      'PUT / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

    await sendSlowly(one, request);
    await sendSlowly(two, [...PREFACE, EMPTY_SETTINGS]);
    const [first] = await once(one, 'data');
    const [frame] = await once(two, 'data');

    assert.match(first.toString('latin1'), /^HTTP\/1\.1 200 OK\r\n/);
    assert.equal(frame[3], 4, 'the first frame is SETTINGS');
  });

  it('needs as many bytes as it takes, and loses none', async () => {
    const cases = [
      [['G'], false, 'G'],
      [['P', 'R', 'I'], true, 'PRI'],
      [['P', 'R', 'O'], false, 'PRO'],
      [['PR', 'I * H'], true, 'PRI * H'],
      [['P', 'OST /'], false, 'POST /'],
    ];

    for (const [reads, isHttp2, text] of cases)
      assert.deepEqual(await judge(reads), { isHttp2, text });
  });

  it('serves many requests of one connection', async (t) => {
    const proxy = await startProxy(t);
    const session = http2.connect(proxy.url);
    t.after(() => session.destroy());

    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, i) =>
        askHttp2(proxy, {
          session,
          method: 'POST',
          path: '/rerank',
          body: `${i}`,
        }),
      ),
    );

    assert.deepEqual(
      answers.map(({ text }) => text),
      Array.from({ length: 300 }, (_, i) => `${i}`),
    );
  });

  it('speaks both over TLS, as the caller prefers, and drains', async (t) => {
    const { cert, key } = makeCertificate();
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxy-tls-'));
    t.after(() => fs.rmSync(folder, { recursive: true }));
    fs.writeFileSync(path.join(folder, 'cert'), cert);
    fs.writeFileSync(path.join(folder, 'key'), key);
    const proxy = await startProxy(t, {
      flags: [
        ...['--drain-s', '600'],
        ...['--tls-cert', path.join(folder, 'cert')],
        ...['--tls-key', path.join(folder, 'key')],
      ],
    });

    const two = await askHttp2(proxy, { path: '/livez', ca: cert });
    const agent = new https.Agent({ ca: cert, keepAlive: true });
    t.after(() => agent.destroy());
    const request = https.get(`${proxy.url}/livez`, { agent });
    const [one] = await once(request, 'response');
    one.resume();
    await proxy.proxy.drain();

    assert.deepEqual(two.json, { status: 'alive' });
    assert.equal(one.statusCode, 200);
    assert.equal(one.httpVersion, '1.1');
    assert.equal(proxy.exchanges[0].request.httpVersion, '2.0');
  });

  it('that is taken is told', async (t) => {
    const { port } = await startProxy(t);
    const other = startProxy(t, { flags: ['--port', `${port}`] });

    await assert.rejects(other, { code: 'EADDRINUSE' });
  });
});

describe('what is no request', LIMITED, () => {
  const cases = [
    ['nonsense', 'nonsense\r\n\r\n', 400],
    [
      'a length beside chunks',
      'Content-Length: 3\r\nTransfer-Encoding: chunked',
      400,
    ],
    ['two lengths', 'Content-Length: 3\r\nContent-Length: 4', 400],
    ['a header without a name', ': x', 400],
    ['a head that is too large', `a: ${'x'.repeat(20_000)}`, 431],
  ];
  for (const [name, text, status] of cases)
    it(`(${name}) is answered with ${status} in the shape of our errors`, async (t) => {
      const proxy = await startProxy(t);
      const head = text.endsWith('\r\n\r\n')
        ? text
        : `POST / HTTP/1.1\r\nHost: localhost\r\n${text}\r\n\r\n`;

      const answer = await sendRaw(proxy, head);
      const line = await proxy.line(({ msg }) => msg === 'request');

      assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
      assert.deepEqual(Object.keys(bodyOf(answer)), [
        'error',
        'path',
        'method',
        'code',
        'request_id',
      ]);
      assert.equal(line.status, status);
      assert.equal(line.request_id, bodyOf(answer).request_id);
    });

  it('for want of a host is answered with 400', async (t) => {
    const proxy = await startProxy(t);

    const answer = await sendRaw(
      proxy,
      'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n',
    );
    const old = await sendRaw(proxy, 'GET /livez HTTP/1.0\r\n\r\n');

    assert.match(answer, /^HTTP\/1\.1 400 /);
    assert.match(bodyOf(answer).error, /Host/);
    assert.match(old, /^HTTP\/1\.1 200 /);
  });

  it('because it never ends is answered with 408', async (t) => {
    const proxy = await startProxy(t, { flags: ['--header-timeout-s', '0.1'] });

    const answer = await sendRaw(
      proxy,
      'GET / HTTP/1.1\r\nHost: localhost\r\nX: ',
    );

    assert.match(answer, /^HTTP\/1\.1 408 /);
    assert.equal(bodyOf(answer).code, 'REQUEST_TIMEOUT');
  });

  it('because nothing comes at all is hung up on', async (t) => {
    const proxy = await startProxy(t, { flags: ['--header-timeout-s', '0.1'] });

    assert.equal(await sendRaw(proxy), '');
    assert.equal(await sendRaw(proxy, 'P'), '');
  });
});
