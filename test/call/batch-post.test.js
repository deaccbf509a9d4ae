'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { connect } = require('../helpers/client');
const { inBatchOrder, together } = require('../helpers/model-answers');
const { startUpstream } = require('../helpers/upstream');

const echo = ({ text }) => ({ body: text });

/** The bodies of a call, in the order of its payloads. */
async function sentBodies(t, payloads) {
  const upstream = await startUpstream(t, () => ({ body: {} }));
  await connect(t, upstream.url).batchPost('/x', payloads);
  return inBatchOrder(upstream.requests).map(({ text }) => text);
}

async function readAnswer(t, body) {
  const upstream = await startUpstream(t, [{ body }]);
  const { data } = await connect(t, upstream.url).batchPost('/x', [{}]);
  return data[0];
}

describe('a payload', () => {
  it('is sent as JSON.stringify writes it', async (t) => {
    const payloads = [
      { zebra: 1, apple: 2, 10: 'ten', 9: 'nine' },
      { when: new Date(0), left: undefined, n: NaN, f: () => {} },
      { big: 2 ** 53, huge: 1e21, small: 1e-7, negative: -0 },
      { toJSON: () => ({ mine: 'own words' }) },
      { list: [undefined, [], {}], text: '"\\\u0000\u2028\u{1f600}' },
    ];

    const bodies = await sentBodies(t, payloads);

    assert.deepEqual(
      bodies,
      payloads.map((payload) => JSON.stringify(payload)),
    );
  });

  it('may be any JSON value', async (t) => {
    const payloads = ['text', '', 1.5, true, false, null, [], [1, [2]]];

    const bodies = await sentBodies(t, payloads);

    assert.deepEqual(
      bodies,
      payloads.map((payload) => JSON.stringify(payload)),
    );
  });

  it('is sent with U+FFFD for lone surrogates, keys too', async (t) => {
    const bodies = await sentBodies(t, [
      { 'k\ud800': '\udfff and \\ud800 spelt out' },
    ]);

    assert.deepEqual(bodies, ['{"k\ufffd":"\ufffd and \\\\ud800 spelt out"}']);
  });

  it('is sent as it was when the call was made', async (t) => {
    const upstream = await startUpstream(t, echo);
    const payloads = [{ n: 1 }, { n: 2 }];

    const call = connect(t, upstream.url).batchPost('/x', payloads, {
      maxConcurrentRequests: 1,
    });
    payloads[1].n = 'changed';
    payloads.pop();
    const { data } = await call;

    assert.deepEqual(data, [{ n: 1 }, { n: 2 }]);
  });

  it('is a request of its own, whatever the batch size', async (t) => {
    const upstream = await startUpstream(t, echo);
    const payloads = [{ n: 1 }, { n: 2 }, { n: 3 }];

    await connect(t, upstream.url).batchPost('/x', payloads, {
      batchSize: 1024,
      maxCharsPerRequest: 256_000,
    });

    assert.equal(upstream.requests.length, 3);
  });
});

describe('a path', () => {
  for (const [given, asked] of [
    ['/v1/things', '/v1/things'],
    ['v1/things', '/v1/things'],
    ['  /v1/things\t', '/v1/things'],
    ['', '/'],
    ['/find?q=a%20b&n=1', '/find?q=a%20b&n=1'],
  ])
    it(`given as ${JSON.stringify(given)} is ${asked}`, async (t) => {
      const upstream = await startUpstream(t, echo);

      await connect(t, upstream.url).batchPost(given, [{}]);

      assert.equal(upstream.requests[0].url, asked);
    });
});

describe('an answer', () => {
  it('is the value that JSON.parse makes', async (t) => {
    const text =
      '{"z":1,"a":[true,null,-0,1e3,0.1],"n":12345678901234567890,' +
      '"s":"\\u00e4\\ud83d\\ude00 \u{1f600}","o":{"":{}}}';

    const answer = await readAnswer(t, text);

    assert.deepStrictEqual(answer, JSON.parse(text));
    assert.equal(JSON.stringify(answer), JSON.stringify(JSON.parse(text)));
    assert.equal(typeof answer.n, 'number');
  });

  it('may be any JSON value', async (t) => {
    const values = ['text', 0, false, null, [], 'ä'.repeat(3)];
    const upstream = await startUpstream(t, echo);

    const { data } = await connect(t, upstream.url).batchPost('/x', values);

    assert.deepEqual(data, values);
  });

  it('may stand between blanks', async (t) => {
    assert.deepEqual(await readAnswer(t, ' \r\n\t{"a":1}\n\n'), { a: 1 });
  });

  it('cannot replace a prototype', async (t) => {
    const answer = await readAnswer(
      t,
      '{"__proto__":{"isAdmin":true},"constructor":1}',
    );

    assert.equal(Object.getPrototypeOf(answer), Object.prototype);
    assert.equal(answer.isAdmin, undefined);
    assert.deepEqual(Object.keys(answer), ['__proto__', 'constructor']);
  });

  it('stands in the place of its payload, however late it is', async (t) => {
    const upstream = await startUpstream(t, together(40, echo));
    const payloads = Array.from({ length: 40 }, (_, n) => ({ n }));

    const { data } = await connect(t, upstream.url).batchPost('/x', payloads);

    assert.deepEqual(data, payloads);
  });

  it('to a DELETE is read as well', async (t) => {
    const upstream = await startUpstream(t, [{ body: { gone: 3 } }]);
    const client = connect(t, upstream.url);

    const { data } = await client.batchPost('/x', [{}], { method: 'DELETE' });

    assert.deepEqual(data, [{ gone: 3 }]);
  });

  it('without a body is null beside others that have one', async (t) => {
    const upstream = await startUpstream(t, ({ json }) =>
      json.n === 1 ? { status: 204 } : { body: json },
    );

    const { data } = await connect(t, upstream.url).batchPost('/x', [
      { n: 0 },
      { n: 1 },
      { n: 2 },
    ]);

    assert.deepEqual(data, [{ n: 0 }, null, { n: 2 }]);
  });

  it('of many megabytes arrives whole', async (t) => {
    const body = { text: 'ä€\u{1f600}x'.repeat(500_000) };

    const answer = await readAnswer(t, body);

    assert.ok(answer.text === body.text);
  });
});

describe('a failed payload', () => {
  it('ends the call and is named, with what the server said', async (t) => {
    const upstream = await startUpstream(t, ({ json }) =>
      json.n === 2
        ? { status: 404, headers: { 'x-why': 'moved' }, body: { error: 'no' } }
        : { body: json },
    );
    const payloads = [{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3 }];

    const call = connect(t, upstream.url).batchPost('/x', payloads);

    await assert.rejects(call, (error) => {
      assert.equal(error.code, 'HTTP_ERROR');
      assert.equal(error.status, 404);
      assert.equal(error.response.status, 404);
      assert.equal(error.response.headers['x-why'], 'moved');
      assert.deepEqual(error.response.json(), { error: 'no' });
      assert.equal(error.firstInput, 2);
      assert.match(error.message, /payload 2/);
      assert.match(error.requestId, /-2-0$/);
      return true;
    });
  });
});
