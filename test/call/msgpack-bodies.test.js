'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { ExtData, encode } = require('@msgpack/msgpack');

const { vectorOf } = require('../helpers/model-answers');
const {
  NO_RETRIES,
  begin,
  packed,
  packedEmbeddings,
} = require('../helpers/msgpack');

/** What one post gives whose answer is this value. */
async function postedValue(t, body) {
  const { client } = await begin(t, () => packed(body));
  const { data } = await client.batchPost('/any', [{}], NO_RETRIES);
  return data[0];
}

describe('any MessagePack as JavaScript values', () => {
  it('is what another writer put in', async (t) => {
    const value = {
      nil: null,
      yes: true,
      no: false,
      small: [0, 127, 128, 255, 256, 65535, 65536, 2 ** 32 - 1],
      negative: [-1, -32, -33, -128, -129, -32768, -32769, -(2 ** 31)],
      wide: [2 ** 32, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
      floats: [0.1, -0.5, 1e300, Infinity, -Infinity, NaN],
      texts: ['', 'ä', '𝔘', 'x'.repeat(40), 'y'.repeat(300), 'z'.repeat(70000)],
      long: Array.from({ length: 70_000 }, (_, i) => i % 7),
      list: Array.from({ length: 20 }, (_, i) => [i]),
      map: Object.fromEntries(
        Array.from({ length: 20 }, (_, i) => [`k${i}`, i]),
      ),
    };

    assert.deepEqual(await postedValue(t, value), value);
  });

  it('makes bytes a Uint8Array of their own memory', async (t) => {
    const sizes = [0, 1, 255, 256, 70_000];
    const values = await postedValue(
      t,
      sizes.map((size) => new Uint8Array(size).fill(size % 251)),
    );

    sizes.forEach((size, i) => {
      assert.ok(values[i] instanceof Uint8Array);
      assert.equal(values[i].byteOffset, 0);
      assert.equal(values[i].buffer.byteLength, size);
      assert.ok(values[i].every((byte) => byte === size % 251));
    });
  });

  it('makes integers that are no safe numbers bigints', async (t) => {
    const bytes = Buffer.from(
      '94cfffffffffffffffffcf0020000000000000d38000000000000000cf001fffffffffffff',
      'hex',
    );

    assert.deepEqual(await postedValue(t, bytes), [
      2n ** 64n - 1n,
      2n ** 53n,
      -(2n ** 63n),
      2 ** 53 - 1,
    ]);
  });

  it('makes timestamps dates, and keeps other extensions', async (t) => {
    const dates = [
      new Date(1.5e12),
      new Date('2026-11-25T01:02:03.456Z'),
      new Date(-1),
      new Date('2600-01-01T00:00:00.007Z'),
    ];
    const extensions = [1, 2, 3, 4, 8, 16, 300, 70_000].map(
      (size) => new ExtData(7, new Uint8Array(size).fill(9)),
    );

    const values = await postedValue(t, [...dates, ...extensions]);

    assert.deepEqual(values.slice(0, 4), dates);
    assert.deepEqual(
      values.slice(4),
      extensions.map(({ type, data }) => ({ type, data })),
    );
  });

  it('sets no prototype, and names members by numbers, too', async (t) => {
    const bytes = Buffer.from(
      encode(JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}')),
    );
    const value = await postedValue(t, bytes);
    const numbered = await postedValue(t, Buffer.from('8201a161ffa162', 'hex'));

    assert.equal(Object.getPrototypeOf(value), Object.prototype);
    assert.deepEqual(Object.keys(value), ['__proto__', 'constructor']);
    assert.equal(value.polluted, undefined);
    assert.deepEqual(numbered, { 1: 'a', [-1]: 'b' });
  });

  it('hands over megabytes', async (t) => {
    const value = { tensor: new Uint8Array(3_000_000).fill(7), n: 1 };

    const { tensor, n } = await postedValue(t, value);

    assert.equal(n, 1);
    assert.equal(tensor.length, 3_000_000);
    assert.ok(tensor.every((byte) => byte === 7));
  });

  it('is null for an answer without a body', async (t) => {
    const { client } = await begin(t, () => packed(Buffer.alloc(0)));

    const { data } = await client.batchPost('/any', [{}]);

    assert.deepEqual(data, [null]);
  });
});

describe('MessagePack that is none', () => {
  const whole = Buffer.from(
    encode({ data: [{ index: 0, embedding: [0.25, 1, -7] }], model: 'm' }),
  );

  const calls = {
    embed: (client) => client.embed(['a'], 'm', NO_RETRIES),
    rerank: (client) => client.rerank('q', ['a'], NO_RETRIES),
    batchPost: (client) => client.batchPost('/any', [{}], NO_RETRIES),
  };

  for (const [name, call] of Object.entries(calls))
    it(`ends ${name} wherever it is cut`, async (t) => {
      let size = 1;
      const { client } = await begin(t, () => packed(whole.subarray(0, size)));

      for (; size < whole.length; size += 3)
        await assert.rejects(call(client), {
          code: 'PARSE_ERROR',
          message: new RegExp(
            `not MessagePack at byte ${size}: the body ends too early`,
          ),
        });
    });

  const bad = {
    'a byte of no meaning': ['c1', 'byte 0: a byte that begins no value'],
    'two values': ['0102', 'byte 1: nothing may follow the value'],
    'half a character': ['a1c3', 'byte 0: a string that is not UTF-8'],
    'a list as a key': ['819001', 'byte 1: a key that is neither'],
    'too many levels': ['91'.repeat(600), 'byte 512: nested too deeply'],
  };
  for (const [name, [hex, reason]] of Object.entries(bad))
    it(`refuses ${name}`, async (t) => {
      const { client } = await begin(t, () => packed(Buffer.from(hex, 'hex')));

      for (const call of Object.values(calls))
        await assert.rejects(call(client), {
          code: 'PARSE_ERROR',
          message: new RegExp(`${reason}|: the answer is not an object$`),
        });
    });

  it('does not believe a length', async (t) => {
    const heads = ['ddffffffff', 'dfffffffff', 'c6ffffffff', 'dbffffffff'];
    let head = '';
    const { client } = await begin(t, () => packed(Buffer.from(head, 'hex')));
    const before = process.memoryUsage().rss;

    for (head of heads)
      for (const call of Object.values(calls))
        await assert.rejects(call(client), { code: 'PARSE_ERROR' });

    assert.ok(process.memoryUsage().rss - before < 256 * 2 ** 20);
  });

  it('is tried again like any broken answer', async (t) => {
    const { upstream, client } = await begin(t, (request, n) =>
      n === 0
        ? packed(whole.subarray(0, 9))
        : packed(packedEmbeddings(request)),
    );

    const { data } = await client.embed(['ant'], 'm', { initialBackoffMs: 50 });

    assert.deepEqual(data[0].embedding, vectorOf('ant'));
    assert.equal(upstream.requests.length, 2);
  });

  it('names the items that are wrong', async (t) => {
    const answers = [
      [{ data: [{ index: 0, embedding: [1, 'x'] }] }, /no list of numbers/],
      [{ data: [{ index: 0, embedding: [] }] }, /an empty embedding/],
      [{ data: [{ index: 1, embedding: [1] }] }, /index 1 is outside 0-0/],
      [{ data: [{ index: -1, embedding: [1] }] }, /not a whole number/],
      [
        { data: [{ index: 0, embedding: new Uint8Array(5) }] },
        /not a multiple of 4 bytes/,
      ],
      [{ data: new Uint8Array(3) }, /no "data" list/],
      [[], /the answer is not an object/],
    ];
    let body;
    const { client } = await begin(t, () => packed(body));

    for (const [answer, message] of answers) {
      body = answer;
      await assert.rejects(client.embed(['a'], 'm', NO_RETRIES), {
        code: 'PARSE_ERROR',
        message,
      });
    }
  });
});
