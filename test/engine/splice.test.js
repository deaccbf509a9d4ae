'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const binding = require('../../lib/native/binding');
const {
  FLAG,
  FORM,
  withFlags,
  wordList,
} = require('../../lib/native/contract');
const {
  HttpClientWrapper,
  poolFor,
} = require('../../lib/pool/http-client-wrapper');
const {
  readPreference,
  toSettings,
} = require('../../lib/preference/preference');
const { startUpstream } = require('../helpers/upstream');

/**
 * Hands a body to the engine as the proxy does; resolves with how it ended.
 * `onStart` is given the job.
 */
function splice(t, url, form, body, options = {}) {
  const { preference = {}, flags = 0, method = 'POST', onStart } = options;
  const wrapper = new HttpClientWrapper();
  t.after(() => wrapper.destroy());
  const { numbers } = toSettings(readPreference(preference));
  const words = wordList({
    URL: url,
    METHOD: method,
    HEADERS: 'authorization: Bearer key\ncontent-type: application/json',
    ID_STEM: 'stem',
    DEFAULTS: options.defaults ?? '{}',
    METADATA: options.metadata ?? '{"customer_request_id":"r1"',
  });
  return new Promise((resolve) => {
    const handler = {
      onEnd: (failure, summary) => resolve({ failure, summary }),
    };
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body);
    const { engine } = poolFor(wrapper, url);
    const { native } = binding;
    const kind = FORM[form.toUpperCase()];
    const own = withFlags(numbers, flags);
    const job = native().splice(engine, kind, own, words, bytes, handler);
    onStart?.(job);
  });
}

function textOf({ size, body, joined }) {
  if (body) return body.toString();
  const whole = Buffer.alloc(size + 1);
  assert.equal(binding.native().readBody(joined, whole), size);
  return whole.subarray(0, size).toString();
}

function read({ joined }, piece) {
  return binding.native().readBody(joined, piece);
}

/** Float texts that no parser would print again as they are. */
function embedding(text) {
  return `[0.10,${text.length}.000,-1E-2]`;
}

function answerEmbeddings({ json }) {
  const items = json.input.map(
    (text, i) =>
      `{"extra": 1, "embedding":${embedding(text)} ,"index" : ${i},"object":"embedding"}`,
  );
  const tokens = json.input.length;
  return {
    headers: { 'content-type': 'application/json', 'x-served-by': 'a' },
    body: `{"object":"list","data":[${items}],"model":"m","usage":{"prompt_tokens":${tokens},"total_tokens":${tokens}},"later":true}`,
  };
}

describe('a spliced call', () => {
  it('sends each batch with everything the caller wrote', async (t) => {
    const upstream = await startUpstream(t, answerEmbeddings);
    const body =
      '{ "unknown":[1.0, 2], "input": ["a", "b\\u00e9","c"] , "user":"x"}';

    const { failure } = await splice(t, upstream.url, 'embeddings', body, {
      preference: { batchSize: 2 },
      defaults: '{"model":"filled","user":"never"}',
    });

    assert.equal(failure, undefined);
    const texts = upstream.requests.map(({ text }) => text).sort();
    assert.deepEqual(texts, [
      '{"model":"filled", "unknown":[1.0, 2], "input": ["a","b\\u00e9"] , "user":"x"}',
      '{"model":"filled", "unknown":[1.0, 2], "input": ["c"] , "user":"x"}',
    ]);
    assert.equal(upstream.requests[0].headers.authorization, 'Bearer key');
  });

  it('joins the answers without touching a float', async (t) => {
    const upstream = await startUpstream(t, answerEmbeddings);
    const input = ['a', 'bb', 'ccc', 'dddd', 'eeeee'];

    const { summary } = await splice(
      t,
      upstream.url,
      'embeddings',
      JSON.stringify({ input, model: 'm' }),
      { preference: { batchSize: 2 } },
    );

    const text = textOf(summary);
    const answer = JSON.parse(text);
    for (const one of input) assert.ok(text.includes(embedding(one)), one);
    assert.deepEqual(
      answer.data.map(({ index, extra }) => [index, extra]),
      input.map((_, i) => [i, 1]),
    );
    assert.deepEqual(answer.usage, { prompt_tokens: 5, total_tokens: 5 });
    assert.equal(answer.later, true);
    const metadata = answer.proxy_metadata;
    assert.equal(metadata.customer_request_id, 'r1');
    assert.equal(metadata.batch_count, 3);
    assert.equal(metadata.individual_request_times.length, 3);
    assert.equal(metadata.response_headers[0]['x-served-by'], 'a');
    assert.ok(metadata.total_time >= summary.upstreamSeconds);
    assert.equal(summary.batches, 3);
    assert.equal(summary.inputs, 5);
    assert.match(summary.head, /^HTTP\/1\.1 200/);
  });

  it('hands a large body over piece by piece', async (t) => {
    const wide = `[${Array(40_000).fill('0.125')}]`;
    const upstream = await startUpstream(t, ({ json }) => ({
      body: `{"data":[${json.input.map((_, index) => `{"index":${index},"embedding":${wide}}`)}]}`,
    }));
    const input = ['a', 'b', 'c'];

    const { summary } = await splice(
      t,
      upstream.url,
      'embeddings',
      JSON.stringify({ input }),
      { preference: { batchSize: 1 } },
    );

    const piece = Buffer.alloc(10_007);
    let text = '';
    for (let size; (size = read(summary, piece)) > 0;)
      text += piece.toString('latin1', 0, size);
    assert.equal(text.length, summary.size);
    assert.equal(summary.body, undefined);
    const { data } = JSON.parse(text);
    assert.deepEqual(
      data.map(({ index, embedding: floats }) => [index, floats.length]),
      [0, 1, 2].map((index) => [index, 40_000]),
    );
  });

  it('answers rerank and classify as the caller wants them', async (t) => {
    const upstream = await startUpstream(t, ({ json, url }) => ({
      body:
        url === '/rerank'
          ? json.texts.map((_, index) => ({ index, score: 0.5 }))
          : json.inputs.map(([text]) => [{ label: text, score: 1 }]),
    }));
    const options = { preference: { batchSize: 1 } };
    const bare = { ...options, flags: FLAG.BARE };
    const rerank = '{"query":"q","texts":["a","b"]}';
    const classify = '{"inputs":[["a"],["b"]]}';

    const [ranked, rankedBare, classified, classifiedBare] = await Promise.all([
      splice(t, `${upstream.url}/rerank`, 'rerank', rerank, options),
      splice(t, `${upstream.url}/rerank`, 'rerank', rerank, bare),
      splice(t, `${upstream.url}/predict`, 'classify', classify, options),
      splice(t, `${upstream.url}/predict`, 'classify', classify, bare),
    ]);

    const scores = [
      { index: 0, score: 0.5 },
      { index: 1, score: 0.5 },
    ];
    const labels = [[{ label: 'a', score: 1 }], [{ label: 'b', score: 1 }]];
    assert.deepEqual(JSON.parse(textOf(ranked.summary)).data, scores);
    assert.deepEqual(JSON.parse(textOf(rankedBare.summary)), scores);
    assert.deepEqual(JSON.parse(textOf(classified.summary)).data, labels);
    assert.deepEqual(JSON.parse(textOf(classifiedBare.summary)), labels);
    assert.equal(
      JSON.parse(textOf(ranked.summary)).proxy_metadata.batch_count,
      2,
    );
  });

  it('sends the payloads of a generic batch to the path it names', async (t) => {
    const upstream = await startUpstream(t, ({ text, method }) => ({
      body: text === '' ? '' : `{"echo":${text},"method":"${method}"}`,
    }));
    const body = '{"url_path":"/v2/x?y=1","payloads":[{"a" : 1.50},"b",null]}';

    const posted = await splice(t, `${upstream.url}/base`, 'generic', body);
    const got = await splice(t, `${upstream.url}/base`, 'generic', body, {
      method: 'GET',
    });

    const { responses, proxy_metadata } = JSON.parse(textOf(posted.summary));
    assert.deepEqual(
      responses.map(({ index, response }) => [index, response.echo]),
      [
        [0, { a: 1.5 }],
        [1, 'b'],
        [2, null],
      ],
    );
    assert.ok(textOf(posted.summary).includes('{"a" : 1.50}'));
    assert.equal(proxy_metadata.response_count, 3);
    assert.deepEqual(
      JSON.parse(textOf(got.summary)).responses.map(({ response }) => response),
      [null, null, null],
    );
    assert.deepEqual(
      [...new Set(upstream.requests.map(({ url }) => url))],
      ['/base/v2/x?y=1'],
    );
  });
});

describe('a large body', () => {
  const large = () => ({
    body: `{"data":[{"index":0,"embedding":[${Array(300_000).fill('0.5')}]}]}`,
  });

  it('is gone once it was closed', async (t) => {
    const upstream = await startUpstream(t, large);
    const piece = Buffer.alloc(1000);

    const { summary } = await splice(
      t,
      upstream.url,
      'embeddings',
      '{"input":"a"}',
    );
    assert.equal(read(summary, piece), piece.length);
    binding.native().closeBody(summary.joined);
    binding.native().closeBody(summary.joined);

    assert.equal(read(summary, piece), 0);
  });

  it('is nothing that another object could be taken for', () => {
    const { readBody, closeBody } = binding.native();
    const wrapper = new HttpClientWrapper();
    const { engine } = poolFor(wrapper, 'http://127.0.0.1');

    for (const other of [undefined, {}, Buffer.alloc(1), engine]) {
      assert.throws(() => readBody(other, Buffer.alloc(1)), /body/);
      assert.throws(() => closeBody(other), /body/);
    }
    return wrapper.destroy();
  });
});

describe('a spliced call that fails', () => {
  const refusals = [
    ['embeddings', '{"input":', 'INVALID_BODY'],
    ['embeddings', '', 'INVALID_BODY'],
    ['embeddings', '{"model":"m"}', 'INVALID_BODY'],
    ['embeddings', '{"input":[]}', 'INVALID_BODY'],
    ['embeddings', '{"input":[1,2]}', 'TOKEN_INPUTS'],
    ['embeddings', '{"input":[[1],[2]]}', 'TOKEN_INPUTS'],
    ['rerank', '{"texts":["a"]}', 'INVALID_BODY'],
    ['classify', '{"inputs":[["a"],3]}', 'INVALID_BODY'],
    ['generic', '{"messages":[]}', 'NOT_A_BATCH'],
    ['generic', '{"url_path":"//evil","payloads":[1]}', 'INVALID_BODY'],
  ];
  for (const [form, body, code] of refusals)
    it(`sends nothing for ${form} ${body || 'without a body'}`, async (t) => {
      const upstream = await startUpstream(t);

      const { failure } = await splice(t, upstream.url, form, body);

      assert.equal(failure.code, code);
      assert.equal(failure.attempts, 0);
      if (code === 'INVALID_BODY') assert.notEqual(failure.detail, '');
      assert.equal(upstream.requests.length, 0);
    });

  it('tries again when an answer lacks items, then says so', async (t) => {
    const upstream = await startUpstream(t, () => ({ body: { data: [] } }));

    const { failure } = await splice(
      t,
      upstream.url,
      'embeddings',
      '{"input":"a"}',
      { preference: { maxRetries: 1, initialBackoffMs: 50 } },
    );

    assert.equal(failure.code, 'PARSE_ERROR');
    assert.equal(failure.attempts, 2);
    assert.notEqual(failure.detail, '');
  });

  it('carries what the server said', async (t) => {
    const upstream = await startUpstream(t, () => ({
      status: 403,
      headers: { 'x-why': 'because' },
      body: { error: 'no' },
    }));

    const { failure } = await splice(
      t,
      upstream.url,
      'rerank',
      '{"query":"q","texts":["a"]}',
    );

    assert.equal(failure.status, 403);
    assert.equal(failure.body, '{"error":"no"}');
    assert.match(failure.head, /x-why: because/i);
  });

  it('ends at once when it is cancelled', async (t) => {
    const upstream = await startUpstream(t, () => ({ hang: true }));
    let job;

    const ended = splice(t, upstream.url, 'embeddings', '{"input":"a"}', {
      onStart: (started) => (job = started),
    });
    await upstream.until((now) => now.requests.length === 1);
    binding.native().cancel(job);

    const { failure } = await ended;
    assert.equal(failure.code, 'CANCELLED');
    await upstream.until((now) => now.requests[0].aborted);
  });
});

describe('what the answers of a spliced call may hold', () => {
  const body = '{"input":["a","b"]}';

  it('is told while it runs, and above it the engine ends it', async (t) => {
    let answer;
    const upstream = await startUpstream(
      t,
      () => new Promise((resolve) => (answer = resolve)),
    );
    let job;

    const ended = splice(t, upstream.url, 'embeddings', body, {
      onStart: (started) => (job = started),
    });
    await upstream.until(({ requests }) => requests.length === 1);
    const before = binding.native().allow(job, 10);
    answer({ body: '{"data":[]}' });
    const { failure } = await ended;

    assert.equal(before, 0);
    assert.equal(failure.code, 'OVERLOADED');
    assert.equal(upstream.requests.length, 1);
    assert.equal(binding.native().allow(job, 10), 0);
  });

  it('is a number of bytes', () => {
    for (const bytes of [-1, NaN, Infinity])
      assert.throws(() => binding.native().allow(0, bytes), {
        code: 'INVALID_ARGUMENT',
      });
  });
});

describe('a batch refused as too large', () => {
  it('is split, and its answers are joined all the same', async (t) => {
    const upstream = await startUpstream(t, (request) =>
      request.json.input.length > 2
        ? { status: 413, body: 'too large' }
        : answerEmbeddings(request),
    );
    const input = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

    const { failure, summary } = await splice(
      t,
      upstream.url,
      'embeddings',
      JSON.stringify({ input }),
      { flags: FLAG.SPLIT },
    );

    assert.equal(failure, undefined);
    const { data, usage } = JSON.parse(textOf(summary));
    assert.deepEqual(
      data.map(({ index }) => index),
      input.map((_, i) => i),
    );
    assert.equal(usage.total_tokens, 7);
  });
});
