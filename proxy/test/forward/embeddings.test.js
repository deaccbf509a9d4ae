'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const zlib = require('node:zlib');

const { prefer, startProxiedModel } = require('../helpers/proxied-model');
const { BYTE_LEVEL, WORD_PIECE } = require('../helpers/tokenizer-files');

const EMBEDDINGS = '/v1/embeddings';

const numbered = (count) =>
  Array.from({ length: count }, (_, i) => `text ${i}`);

/** Flags for the tokenizers of two models, their files made for the test. */
function tokenizerFlags(t) {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'tokenizers-'));
  t.after(() => fs.rmSync(home, { recursive: true }));
  return Object.entries({ bge: WORD_PIECE, qwen: BYTE_LEVEL }).flatMap(
    ([model, file]) => {
      const name = path.join(home, `${model}.json`);
      fs.writeFileSync(name, JSON.stringify(file));
      return ['--tokenizer', model, name];
    },
  );
}

describe('an embeddings request', () => {
  it('is split, and answered as if it had not been', async (t) => {
    const { upstream, proxy } = await startProxiedModel(t);
    const input = numbered(100);

    const { status, headers, json } = await proxy.ask('POST', EMBEDDINGS, {
      body: { input, model: 'm' },
    });

    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(upstream.requests.length, 4);
    assert.deepEqual(
      json.data.map(({ index, of }) => [index, of]),
      input.map((text, i) => [i, text]),
    );
    assert.equal(json.object, 'list');
    assert.equal(json.model, 'm');
    assert.deepEqual(json.extra, [1]);
    assert.deepEqual(json.usage, {
      prompt_tokens: 100,
      total_tokens: 200,
      note: 'kept',
    });
  });

  it('keeps the text of every number', async (t) => {
    const { proxy } = await startProxiedModel(t);

    const { text } = await proxy.ask('POST', EMBEDDINGS, {
      body: { input: numbered(40), model: 'm' },
    });

    const vectors = text.match(/"embedding":\[[^\]]*\]/g);
    assert.equal(vectors.length, 40);
    for (const vector of vectors)
      assert.match(
        vector,
        /^"embedding":\[\d\.10,-1E-7, 0\.30000001192092896\]$/,
      );
  });

  it('tells how it went in proxy_metadata and headers', async (t) => {
    const { proxy } = await startProxiedModel(t);

    const { headers, json } = await proxy.ask('POST', EMBEDDINGS, {
      body: { input: numbered(33), model: 'm' },
      headers: { 'x-baseten-customer-request-id': 'req_123' },
    });

    const metadata = json.proxy_metadata;
    assert.equal(metadata.customer_request_id, 'req_123');
    assert.equal(metadata.batch_count, 2);
    assert.equal(metadata.individual_request_times.length, 2);
    assert.ok(metadata.total_time > 0);
    assert.equal(metadata.response_headers.length, 2);
    assert.equal(
      metadata.response_headers[0]['content-type'],
      'application/json',
    );
    assert.equal(headers['x-proxy-batch-count'], '2');
    assert.match(headers['x-proxy-total-time'], /^\d+\.\d{6}$/);
    assert.match(headers['x-proxy-upstream-time'], /^\d+\.\d{6}$/);
    assert.equal(headers['x-baseten-customer-request-id'], 'req_123');
  });

  it('takes its model from the body, or else from the header', async (t) => {
    const { upstream, proxy } = await startProxiedModel(t);
    const headers = { 'x-baseten-model': 'from-header' };

    await proxy.ask('POST', EMBEDDINGS, { body: { input: ['a'] }, headers });
    await proxy.ask('POST', EMBEDDINGS, {
      body: { input: ['a'], model: 'from-body' },
      headers,
    });

    assert.deepEqual(
      upstream.requests.map(({ json }) => json.model),
      ['from-header', 'from-body'],
    );
  });

  it('keeps what the proxy does not know, in every batch', async (t) => {
    const { upstream, proxy } = await startProxiedModel(t);
    const body =
      '{"seed": 12345678901234567890, "input": ["a", "b\\u0041"], "truncate":"END"}';

    await proxy.ask('POST', EMBEDDINGS, {
      body,
      headers: prefer({ batch_size: 1 }),
    });

    const texts = upstream.requests.map(({ text }) => text).sort();
    assert.deepEqual(texts, [
      '{"seed": 12345678901234567890, "input": ["a"], "truncate":"END"}',
      '{"seed": 12345678901234567890, "input": ["b\\u0041"], "truncate":"END"}',
    ]);
  });

  it('may be a single string', async (t) => {
    const { upstream, proxy } = await startProxiedModel(t);

    const { json } = await proxy.ask('POST', EMBEDDINGS, {
      body: { input: 'alone', model: 'm' },
    });

    assert.equal(upstream.requests[0].json.input, 'alone');
    assert.equal(json.data.length, 1);
    assert.equal(json.proxy_metadata.batch_count, 1);
  });

  it('may come compressed', async (t) => {
    const { upstream, proxy } = await startProxiedModel(t);
    const text = JSON.stringify({ input: ['a'], model: 'm' });

    const { status } = await proxy.ask('POST', EMBEDDINGS, {
      body: zlib.gzipSync(text),
      headers: { 'content-encoding': 'gzip' },
    });

    assert.equal(status, 200);
    assert.equal(upstream.requests[0].text, text);
    assert.equal(upstream.requests[0].headers['content-encoding'], undefined);
  });

  it('goes below the path of the target, query and all', async (t) => {
    const { upstream, proxy } = await startProxiedModel(t);

    await proxy.ask('POST', `${EMBEDDINGS}?api-version=2`, {
      body: { input: ['a'] },
      headers: { 'x-target-host': `${upstream.url}/sync/` },
    });

    assert.equal(upstream.requests[0].url, '/sync/v1/embeddings?api-version=2');
  });

  it('carries these headers and no others', async (t) => {
    const { upstream, proxy } = await startProxiedModel(t);
    const traceparent =
      '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

    await proxy.ask('POST', EMBEDDINGS, {
      body: { input: ['a'], model: 'm' },
      headers: {
        ...prefer({ extra_headers: { 'X-Tenant': 'blue' }, timeout_s: 5 }),
        'x-baseten-customer-request-id': 'req_9',
        'x-baseten-model': 'm',
        'x-request-id': 'mine',
        traceparent,
        tracestate: 'a=b',
        cookie: 'session=1',
        'x-own': 'not passed on',
      },
    });

    const { headers, text } = upstream.requests[0];
    const {
      'x-baseten-customer-request-id': id,
      'request-deadline-ms': deadline,
      'user-agent': agent,
      ...others
    } = headers;
    assert.match(id, /^req_9(-|$)/);
    assert.match(deadline, /^\d+$/);
    assert.match(agent, /^baseten-performance-proxy\//);
    assert.deepEqual(others, {
      host: `127.0.0.1:${upstream.port}`,
      authorization: 'Bearer caller-key',
      accept: 'application/json',
      'accept-encoding': 'zstd, gzip, br',
      'content-type': 'application/json',
      'content-length': String(text.length),
      'request-timeout-ms': '5000',
      'x-request-id': 'mine',
      'x-tenant': 'blue',
      traceparent,
      tracestate: 'a=b',
    });
  });

  it('brings back what the upstream tells about limits', async (t) => {
    const { proxy } = await startProxiedModel(t, {
      answer: ({ json }) => ({
        body: {
          data: json.input.map((_, index) => ({ index, embedding: [1] })),
        },
        headers: {
          'x-ratelimit-remaining': '7',
          'x-baseten-deployment': 'blue',
          'set-cookie': 'a=b',
          server: 'uvicorn',
        },
      }),
    });

    const { headers } = await proxy.ask('POST', EMBEDDINGS, {
      body: { input: ['a'], model: 'm' },
    });

    assert.equal(headers['x-ratelimit-remaining'], '7');
    assert.equal(headers['x-baseten-deployment'], 'blue');
    assert.equal(headers['set-cookie'], undefined);
    assert.equal(headers.server, undefined);
  });
});

describe('token ids', () => {
  it('arrive upstream as text, on both paths', async (t) => {
    const flags = tokenizerFlags(t);
    const { upstream, proxy } = await startProxiedModel(t, { flags });

    const many = await proxy.ask('POST', '/v1/tokenized-embeddings', {
      body: { input: [[3, 4], [3]], model: 'bge', user: 'u' },
    });
    const one = await proxy.ask('POST', EMBEDDINGS, {
      body: { input: [0, 1] },
      headers: { 'x-baseten-model': 'qwen' },
    });

    assert.equal(many.json.data.length, 2);
    assert.equal(one.json.data.length, 1);
    assert.deepEqual(
      upstream.requests.map(({ url, json }) => [url, json]),
      [
        [
          EMBEDDINGS,
          { input: ['hello world', 'hello'], model: 'bge', user: 'u' },
        ],
        [EMBEDDINGS, { input: 'Hello world', model: 'qwen' }],
      ],
    );
  });

  it('are counted as the text that they become', async (t) => {
    const flags = [
      ...tokenizerFlags(t),
      '--max-buffered-bytes',
      `${1024 * 1024}`,
    ];
    const { upstream, proxy } = await startProxiedModel(t, { flags });
    const ask = (count) =>
      proxy.ask('POST', EMBEDDINGS, {
        body: { input: [Array(count).fill(4)], model: 'bge' },
      });

    const few = await ask(1);
    const many = await ask(150_000);

    assert.equal(few.status, 200);
    assert.equal(`${many.status} ${many.json.code}`, '503 OVERLOADED');
    assert.equal(upstream.requests.length, 1);
  });

  it('are refused in a sentence', async (t) => {
    const flags = tokenizerFlags(t);
    const { upstream, proxy } = await startProxiedModel(t, { flags });
    const ask = async (body) => {
      const { status, json } = await proxy.ask('POST', EMBEDDINGS, { body });
      return `${status} ${json.code} ${json.error}`;
    };

    assert.equal(
      await ask({ input: [[1, 99]], model: 'bge' }),
      '400 INVALID_BODY input[0][1] must be a token id of the model, got 99',
    );
    assert.match(
      await ask({ input: [1], model: 'ada' }),
      /^400 UNKNOWN_MODEL .*"ada".* bge, qwen$/,
    );
    assert.equal(upstream.requests.length, 0);
  });

  it('are unavailable without a tokenizer', async (t) => {
    const { proxy } = await startProxiedModel(t);

    const { status, json } = await proxy.ask('POST', EMBEDDINGS, {
      body: { input: [1, 2], model: 'm' },
    });

    assert.equal(status, 503);
    assert.equal(json.code, 'TOKENIZER_UNAVAILABLE');
  });
});
