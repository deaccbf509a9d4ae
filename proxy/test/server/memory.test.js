'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const zlib = require('node:zlib');

const { Admission } = require('../../lib/server/admission');
const { ask, startProxy } = require('../helpers/reverse-proxy');

const MIB = 1024 * 1024;

function post(proxy, body, headers = {}) {
  return ask(proxy, { method: 'POST', path: '/rerank', body, headers });
}

describe('a body of many megabytes', () => {
  const large = Buffer.alloc(40 * MIB + 123);
  for (let i = 0; i < large.length; i += 1009) large[i] = i % 251;

  it('is kept whole, plain or encoded, announced or not', async (t) => {
    const bodies = [];
    const handlers = {
      rerank: async (exchange) => {
        bodies.push(await exchange.readBody());
        exchange.reply(200, {});
      },
    };
    const proxy = await startProxy(t, { handlers });

    await post(proxy, large);
    await post(proxy, large, { 'transfer-encoding': 'chunked' });
    await post(proxy, zlib.gzipSync(large), { 'content-encoding': 'gzip' });

    assert.equal(bodies.length, 3);
    for (const body of bodies) assert.ok(large.equals(body));
  });

  it('is never copied at once', async (t) => {
    const most = { copied: 0 };
    const { copy } = Buffer.prototype;
    t.mock.method(Buffer.prototype, 'copy', function (target, at, from, to) {
      const copied = copy.call(this, target, at, from, to);
      most.copied = Math.max(most.copied, copied);
      return copied;
    });
    const handlers = {
      rerank: async (exchange) => {
        await exchange.readBody();
        exchange.reply(200, {});
      },
    };
    const proxy = await startProxy(t, { handlers });

    const { status } = await post(proxy, large, {
      'transfer-encoding': 'chunked',
    });

    assert.equal(status, 200);
    assert.ok(most.copied <= MIB, `${most.copied} bytes at once`);
  });
});

describe('the memory for bodies', () => {
  it('is counted while a body is decoded, not behind that', async (t) => {
    const flags = ['--max-buffered-bytes', `${2 * MIB}`];
    const { mock } = t;
    const proxy = await startProxy(t, { flags });
    const held = mock.method(proxy.admission, 'hold');
    const bomb = zlib.gzipSync(Buffer.alloc(32 * MIB));

    const answer = await post(proxy, bomb, { 'content-encoding': 'gzip' });

    const total = held.mock.calls.reduce((sum, { arguments: [, bytes] }) => {
      assert.ok(bytes <= 2 * MIB, `${bytes} bytes at once`);
      return sum + bytes;
    }, 0);
    assert.equal(answer.status, 503);
    assert.equal(answer.json.code, 'OVERLOADED');
    assert.ok(total < 4 * MIB, `${total} bytes were asked for`);
    assert.equal(proxy.admission.bytes, 0);
  });

  it('has a part that large calls leave to small ones', async (t) => {
    const flags = ['--max-buffered-bytes', `${8 * MIB}`];
    const waiting = [];
    const handlers = {
      embeddings: async (exchange) => {
        exchange.hold(7 * MIB);
        waiting.push(exchange);
      },
    };
    const proxy = await startProxy(t, { flags, handlers });

    const large = ask(proxy, { method: 'POST', path: '/v1/embeddings' });
    while (waiting.length === 0) await ask(proxy, { path: '/livez' });
    const another = await post(proxy, 'x'.repeat(MIB / 2));
    const small = await post(proxy, 'x'.repeat(MIB / 16));
    waiting[0].reply(200, {});
    await large;

    assert.equal(another.status, 503);
    assert.equal(small.status, 200);
  });

  it('is left by half where others have calls in progress', async (t) => {
    const flags = ['--max-buffered-bytes', `${8 * MIB}`];
    const released = withResolvers();
    const handlers = {
      rerank: async (exchange) => {
        await released.promise;
        exchange.reply(200, {});
      },
    };
    const proxy = await startProxy(t, { flags, handlers });
    const path = '/v1/embeddings';
    const body = 'x'.repeat(5 * MIB);

    const alone = await ask(proxy, { method: 'POST', path, body });
    const other = ask(proxy, {
      method: 'POST',
      path: '/rerank',
      from: '127.0.0.2',
    });
    while (proxy.admission.calls === 0) await ask(proxy, { path: '/livez' });
    const beside = await ask(proxy, { method: 'POST', path, body });
    const half = await ask(proxy, {
      method: 'POST',
      path,
      body: body.slice(0, 4 * MIB),
    });
    released.resolve();
    await other;

    assert.equal(alone.status, 200);
    assert.equal(`${beside.status} ${beside.json.code}`, '429 TOO_MANY_BYTES');
    assert.equal(half.status, 200);
  });

  it('is shared, and a body beyond it is refused', async (t) => {
    const flags = ['--max-buffered-bytes', `${MIB}`];
    const entered = withResolvers();
    const released = withResolvers();
    const handlers = {
      embeddings: async (exchange) => {
        await exchange.readBody();
        entered.resolve();
        await released.promise;
        exchange.reply(200, {});
      },
    };
    const proxy = await startProxy(t, { flags, handlers });
    const body = 'x'.repeat(600 * 1024);

    const first = ask(proxy, { method: 'POST', path: '/v1/embeddings', body });
    await entered.promise;
    const second = await post(proxy, body);
    released.resolve();
    await first;
    const third = await post(proxy, body);

    assert.equal(second.status, 503);
    assert.equal(second.json.code, 'OVERLOADED');
    assert.equal(second.headers['retry-after'], '1');
    assert.equal(third.status, 200);
  });
});

function withResolvers() {
  const made = {};
  made.promise = new Promise((resolve, reject) => {
    Object.assign(made, { resolve, reject });
  });
  return made;
}

describe('the room that a call is told of', () => {
  const limits = { maxInFlight: 0, maxQueue: 0, maxUploads: 1 };

  /** Those who hold so much of 64 MiB already, by their addresses. */
  function admit(held) {
    const admission = new Admission({ ...limits, maxBufferedBytes: 64 * MIB });
    return Object.entries(held).map(([caller, bytes]) => {
      const request = { complete: true };
      const exchange = { caller, request, whenDone() {} };
      admission.enterCall(exchange);
      admission.hold(exchange, bytes);
      return { admission, exchange };
    });
  }

  for (const [held, room] of [
    [{ alone: 0 }, 56 * MIB],
    [{ alone: 10 }, 56 * MIB - 10],
    [{ one: 10, other: 10 }, 32 * MIB - 10],
    [{ one: 30 * MIB, other: 25 * MIB, third: 10 }, MIB - 10],
  ])
    it(`is what it may hold: ${JSON.stringify(held)}`, () => {
      const { admission, exchange } = admit(held).at(-1);

      assert.equal(admission.roomOf(exchange), room);
      admission.hold(exchange, room);
      assert.throws(() => admission.hold(exchange, 1));
      assert.equal(admission.roomOf(exchange), 0);
    });

  it('is none for one that is over', () => {
    const [{ admission }] = admit({ alone: 0 });

    assert.equal(admission.roomOf({}), 0);
  });
});
