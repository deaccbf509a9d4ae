'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const http2 = require('node:http2');

const {
  ask,
  askHttp2,
  sendRaw,
  startProxy,
} = require('../helpers/reverse-proxy');

/** Of a test that would wait for ever if the proxy did. */
const LIMITED = { timeout: 20_000 };

const FRAME = { HEADERS: 1, RST_STREAM: 3, SETTINGS: 4, GOAWAY: 7 };
const END_OF_HEAD_AND_STREAM = 5;
const { NGHTTP2_CANCEL: CANCEL, NGHTTP2_ENHANCE_YOUR_CALM: ENHANCE_YOUR_CALM } =
  http2.constants;
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** GET http / of localhost, by HPACK's static table but for the name. */
const GET = Buffer.concat([
  Buffer.from([0x82, 0x86, 0x84, 0x41, 9]),
  Buffer.from('localhost'),
]);

function uint32(number) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes;
}

/** A frame of HTTP/2, for callers no client would be. */
function frame(type, flags, stream, payload = Buffer.alloc(0)) {
  const head = Buffer.from([0, 0, payload.length, type, flags]);
  return Buffer.concat([head, uint32(stream), payload]);
}

function framesOf(bytes) {
  const frames = [];
  for (let at = 0; at < bytes.length;) {
    const size = bytes.readUIntBE(at, 3);
    const payload = bytes.subarray(at + 9, at + 9 + size);
    frames.push({ type: bytes[at + 3], payload });
    at += 9 + size;
  }
  return frames;
}

describe('one connection', LIMITED, () => {
  const MANY = 200;

  /** Calls of each turn of the event loop, of which there were some. */
  function countPerTurn(t) {
    const turns = [];
    let count = 0;
    let next;
    const onTurn = () => {
      if (count > 0) turns.push(count);
      count = 0;
      next = setImmediate(onTurn);
    };
    onTurn();
    t.after(() => clearImmediate(next));
    const handler = (exchange) => {
      count += 1;
      exchange.replyJson(200, exchange.path);
    };
    return { turns, handler };
  }

  it('begins few of what it pipelines in a turn, and answers all', async (t) => {
    const { turns, handler } = countPerTurn(t);
    const proxy = await startProxy(t, { handlers: { other: handler } });
    const requests = Array.from({ length: MANY }, (_, i) => {
      const last = i === MANY - 1 ? 'Connection: close\r\n' : '';
      return `GET /${i} HTTP/1.1\r\nHost: localhost\r\n${last}\r\n`;
    });

    const answer = await sendRaw(proxy, requests.join(''));

    const paths = answer.match(/"\/\d+"/g);
    assert.deepEqual(
      paths,
      requests.map((_, i) => `"/${i}"`),
    );
    assert.ok(Math.max(...turns) <= 8, `${turns}`);
  });

  it('begins few of the streams it opens in a turn', async (t) => {
    const { turns, handler } = countPerTurn(t);
    const proxy = await startProxy(t, { handlers: { other: handler } });
    const session = http2.connect(proxy.url);
    t.after(() => session.destroy());

    const answers = await Promise.all(
      Array.from({ length: MANY }, (_, i) =>
        askHttp2(proxy, { session, path: `/${i}` }),
      ),
    );

    assert.deepEqual(
      answers.map(({ json }) => json),
      answers.map((_, i) => `/${i}`),
    );
    assert.ok(Math.max(...turns) <= 8, `${turns}`);
  });

  it('ends when it opens streams only to reset them', async (t) => {
    let begun = 0;
    const handlers = { other: () => void (begun += 1) };
    const proxy = await startProxy(t, { handlers });
    const requests = Array.from({ length: MANY }, (_, i) => [
      frame(FRAME.HEADERS, END_OF_HEAD_AND_STREAM, 2 * i + 1, GET),
      frame(FRAME.RST_STREAM, 0, 2 * i + 1, uint32(CANCEL)),
    ]);

    const answer = await sendRaw(
      proxy,
      Buffer.concat([PREFACE, frame(FRAME.SETTINGS, 0, 0), ...requests.flat()]),
    );

    const goaway = framesOf(Buffer.from(answer, 'latin1')).find(
      ({ type }) => type === FRAME.GOAWAY,
    );
    assert.equal(goaway?.payload.readUInt32BE(4), ENHANCE_YOUR_CALM);
    assert.ok(begun < MANY / 4, `${begun} were begun`);
    const line = await proxy.line((one) => one.code === 'TOO_MANY_RESETS');
    assert.equal(line.caller, '127.0.0.1');
    assert.equal((await ask(proxy, { path: '/livez' })).status, 200);
  });
});
