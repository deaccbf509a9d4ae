'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const net = require('node:net');

const { connect, rejection } = require('../helpers/client');
const { embeddingsAnswer, toBase64 } = require('../helpers/model-answers');
const { startUpstream } = require('../helpers/upstream');

const DEPTH = 200_000;
const DEEP = '['.repeat(DEPTH) + ']'.repeat(DEPTH);

const ONCE = { maxRetries: 0 };

/** Each call with two items, or two payloads. */
const CALLS = {
  embed: (client) => client.embed(['a', 'b'], 'm', ONCE),
  rerank: (client) => client.rerank('q', ['a', 'b'], ONCE),
  classify: (client) => client.classify(['a', 'b'], ONCE),
  batchPost: (client) => client.batchPost('/x', [{}], ONCE),
};

function vector(index, embedding = [index]) {
  return { index, embedding };
}

function score(index, value = 0.5) {
  return { index, score: value };
}

/** What is wrong with an answer: [the call, its body, what the error says]. */
const BAD_BODIES = {
  'too few vectors': ['embed', { data: [vector(0)] }, /expected 2 items/],
  'too many vectors': [
    'embed',
    { data: [vector(0), vector(1), vector(2)] },
    /expected 2 items/,
  ],
  'no vectors': ['embed', { data: [] }, /expected 2 items/],
  'a vector twice': ['embed', { data: [vector(1), vector(1)] }, /1 came twice/],
  'a vector of nobody': [
    'embed',
    { data: [vector(0), vector(2)] },
    /2 is outside 0-1/,
  ],
  'a vector before the first': [
    'embed',
    { data: [vector(-1), vector(0)] },
    /-1/,
  ],
  'a vector between two': ['embed', { data: [vector(0.5), vector(0)] }, /0\.5/],
  'a vector without index': [
    'embed',
    { data: [{ embedding: [1] }, vector(1)] },
    /item 0 has no index/,
  ],
  'an item without vector': [
    'embed',
    { data: [vector(0), { index: 1 }] },
    /item 1/,
  ],
  'null in a vector': [
    'embed',
    { data: [vector(0), vector(1, [null])] },
    /item 1/,
  ],
  'text in a vector': [
    'embed',
    { data: [vector(0), vector(1, ['1'])] },
    /item 1/,
  ],
  'a vector that is no base64': [
    'embed',
    { data: [vector(0), vector(1, 'no base64!')] },
    /not base64/,
  ],
  'base64 of half a float': [
    'embed',
    { data: [vector(0), vector(1, toBase64([1]).slice(0, 4))] },
    /item 1/,
  ],
  'no list of vectors': ['embed', { object: 'list' }, /data/],
  'a list where an object belongs': ['embed', [[1], [2]], /not an object/],
  'too few scores': ['rerank', [score(0)], /expected 2 items/],
  'too many scores': [
    'rerank',
    [0, 1, 2].map((i) => score(i)),
    /expected 2 items/,
  ],
  'a score twice': ['rerank', [score(0), score(0)], /0 came twice/],
  'a score of nobody': ['rerank', [score(0), score(2)], /2 is outside 0-1/],
  'a score without index': ['rerank', [{ score: 1 }, score(1)], /no index/],
  'a score in words': [
    'rerank',
    [score(0), score(1, 'high')],
    /no finite score/,
  ],
  'no list of scores': ['rerank', { error: 'none' }, /./],
  'too few labels': ['classify', [[]], /expected 2 items/],
  'too many labels': ['classify', [[], [], []], /expected 2 items/],
  'labels without lists': [
    'classify',
    [0, 1].map(() => ({ label: 'a', score: 1 })),
    /item 0 is not a list/,
  ],
  'a label without name': [
    'classify',
    [[], [{ score: 1 }]],
    /item 1 has no label/,
  ],
  'no JSON at all': ['batchPost', '<html>busy</html>', /<html>busy/],
  'half a JSON text': ['batchPost', '{"a":[1,2', /ends too early/],
  'two JSON texts': ['batchPost', '{}{}', /nothing may follow/],
  'words of JavaScript': ['batchPost', '{"a":NaN}', /not JSON/],
  'bytes that are no UTF-8': ['batchPost', Buffer.from([34, 255, 34]), /UTF-8/],
};

async function failure(t, name, answer) {
  const upstream = await startUpstream(t, () => answer);
  return rejection(CALLS[name](connect(t, upstream.url)));
}

describe('an answer', () => {
  for (const [what, [name, body, reason]] of Object.entries(BAD_BODIES))
    it(`to ${name} with ${what} is refused`, async (t) => {
      const error = await failure(t, name, { body });

      assert.equal(error.code, 'PARSE_ERROR');
      assert.equal(error.answer.status, 200);
      assert.match(error.message, reason);
    });

  for (const name of Object.keys(CALLS)) {
    it(`to ${name} that is ${DEPTH} lists deep is refused`, async (t) => {
      const error = await failure(t, name, { body: DEEP });

      assert.equal(error.code, 'PARSE_ERROR');
    });

    it(`to ${name} that is cut off is refused`, async (t) => {
      const body = JSON.stringify({ data: 'x'.repeat(1000) });

      const error = await failure(t, name, { body, cut: 100 });

      assert.equal(error.code, 'PARSE_ERROR', error.message);
    });
  }

  it('may hold depths beside the vectors, but not any depth', async (t) => {
    const data = JSON.stringify([vector(0), vector(1)]);

    const error = await failure(t, 'embed', {
      body: `{"extra":${DEEP},"data":${data}}`,
    });

    assert.equal(error.code, 'PARSE_ERROR');
    assert.match(error.message, /nested deeper/);
  });

  it('with an error status may be of any depth and no JSON', async (t) => {
    const error = await failure(t, 'embed', { status: 400, body: DEEP });

    assert.equal(error.code, 'HTTP_ERROR');
    assert.ok(DEEP.startsWith(error.response.text));
    assert.throws(() => error.response.json(), SyntaxError);
  });

  it('that is empty is none to a call that needs one', async (t) => {
    const error = await failure(t, 'embed', { status: 204 });

    assert.equal(error.code, 'PARSE_ERROR');
    assert.equal(error.answer.status, 204);
  });
});

describe('a bad answer', () => {
  it('is asked for again, and only its batch', async (t) => {
    let spoilt = 0;
    const upstream = await startUpstream(t, (request) =>
      request.json.input[0] === 'c' && spoilt++ === 0
        ? embeddingsAnswer(request, (items) => items.slice(1))
        : embeddingsAnswer(request),
    );

    const { data } = await connect(t, upstream.url).embed(
      ['a', 'b', 'c', 'd'],
      'm',
      { batchSize: 2, initialBackoffMs: 50 },
    );

    assert.deepEqual(
      data.map(({ embedding }) => String.fromCodePoint(embedding[1])),
      ['a', 'b', 'c', 'd'],
    );
    assert.equal(upstream.requests.length, 3);
  });

  it('cut in the middle of a vector leaves no trace in the next', async (t) => {
    let n = 0;
    const upstream = await startUpstream(t, (request) => {
      const { body } = embeddingsAnswer(request);
      const isFirst = n++ === 0;
      if (isFirst) body.data[0].embedding = [9.5, 8.5, 7.5];
      const text = JSON.stringify(body);
      const cut = isFirst ? text.indexOf('8.5') + 1 : undefined;
      return { body: text, cut };
    });

    const response = await connect(t, upstream.url).embed(['a', 'bb'], 'm', {
      initialBackoffMs: 50,
    });

    assert.deepEqual(Array.from(response.matrix().data), [1, 97, 2, 98]);
  });

  it('shows its beginning in the error, not all of it', async (t) => {
    const error = await failure(t, 'embed', { body: 'oops '.repeat(100_000) });

    assert.match(error.message, /oops oops/);
    assert.ok(error.message.length < 1000);
    assert.ok(error.answer.text.startsWith('oops oops'));
    assert.ok(error.answer.text.length <= 65_536);
  });
});

describe('a server that speaks no HTTP', () => {
  for (const [what, banner, code] of [
    ['an SSH banner', 'SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n', 'PARSE_ERROR'],
    ['mail', '220 mail.example ESMTP ready\r\n', 'PARSE_ERROR'],
    ['bytes', Buffer.from([0, 255, 1, 254, 13, 10, 0]), 'PARSE_ERROR'],
    ['nothing', '', 'CONNECTION_ERROR'],
  ])
    it(`but ${what} ends in ${code}`, async (t) => {
      const server = net.createServer((socket) => {
        socket.on('error', () => {});
        socket.end(banner);
      });
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
      t.after(() => server.close());
      const client = connect(t, `http://127.0.0.1:${server.address().port}`);

      const error = await rejection(CALLS.embed(client));

      assert.equal(error.code, code, error.message);
      assert.equal(error.response, undefined);
    });
});
