'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const {
  PerformanceClient,
  RequestProcessingPreference,
  version,
} = require('../..');
const { connect, setEnvironment } = require('../helpers/client');
const { startUpstream } = require('../helpers/upstream');

const ANSWERS = {
  '/v1/embeddings': { data: [{ index: 0, embedding: [1] }] },
  '/rerank': [{ index: 0, score: 1 }],
  '/predict': [[{ label: 'a', score: 1 }]],
};

function answer({ url }) {
  return { body: ANSWERS[url] ?? {} };
}

async function startPair(t, options) {
  const upstream = await startUpstream(t, answer);
  return { upstream, client: connect(t, upstream.url, options) };
}

/** The headers of one batchPost with these options. */
async function headersOf(t, options) {
  const { upstream, client } = await startPair(t);
  await client.batchPost('/x', [{}], options);
  return upstream.requests[0];
}

describe('every request', () => {
  it('carries these headers and no others', async (t) => {
    const { upstream, client } = await startPair(t);

    await client.embed(['a'], 'm');
    await client.rerank('q', ['a']);
    await client.classify(['a']);
    await client.batchPost('/x', [{}]);

    for (const { headers, text } of upstream.requests) {
      const { 'x-baseten-customer-request-id': id, ...others } = headers;
      const deadline = Number(others['request-deadline-ms']);
      delete others['request-deadline-ms'];
      assert.match(id, /^perfclient-[0-9a-f]{10}-0-0$/);
      assert.ok(Math.abs(deadline - 3_600_000 - Date.now()) < 10_000);
      assert.deepEqual(others, {
        host: `127.0.0.1:${upstream.port}`,
        authorization: 'Bearer test-key',
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(text)),
        'user-agent': `baseten-performance-client/${version}`,
        accept: 'application/json',
        'accept-encoding': 'zstd, gzip, br',
        'request-timeout-ms': '3600000',
      });
    }
    assert.equal(upstream.requests.length, 4);
  });

  it('names each header once, in lower case', async (t) => {
    const { rawHeaders } = await headersOf(t, {});

    const names = rawHeaders.filter((_text, i) => i % 2 === 0);
    const ours = names.filter((name) => !/^(host|content-length)$/i.test(name));
    assert.equal(
      new Set(names.map((one) => one.toLowerCase())).size,
      names.length,
    );
    assert.deepEqual(
      ours,
      ours.map((name) => name.toLowerCase()),
    );
  });

  it('sends a large body at once, without asking before', async (t) => {
    const { upstream, client } = await startPair(t);

    await client.batchPost('/x', ['a'.repeat(3_000_000)]);

    const [{ headers, text }] = upstream.requests;
    assert.equal(headers.expect, undefined);
    assert.equal(text.length, 3_000_002);
  });
});

describe('the request id', () => {
  it('counts the batches of a call and is new for each call', async (t) => {
    const { upstream, client } = await startPair(t);

    await client.batchPost('/x', [1, 2, 3], { maxConcurrentRequests: 1 });
    await client.batchPost('/x', [4]);

    const ids = upstream.requests.map(
      ({ headers }) => headers['x-baseten-customer-request-id'],
    );
    const stems = ids.map((id) => id.split('-')[1]);
    const ends = ids.map((id) => id.split('-').slice(2).join('-'));
    assert.deepEqual(ends, ['0-0', '1-0', '2-0', '0-0']);
    assert.equal(new Set(stems.slice(0, 3)).size, 1);
    assert.notEqual(stems[3], stems[0]);
  });

  it('begins as PERFORMANCE_CLIENT_REQUEST_ID_PREFIX says', async (t) => {
    setEnvironment(t, { PERFORMANCE_CLIENT_REQUEST_ID_PREFIX: 'Nightly' });

    const { headers } = await headersOf(t, {});

    assert.match(
      headers['x-baseten-customer-request-id'],
      /^Nightly-[0-9a-f]{10}-0-0$/,
    );
  });
});

describe('the times', () => {
  it('are those of the attempt', async (t) => {
    const { headers } = await headersOf(t, { timeoutS: 1.5 });

    const deadline = Number(headers['request-deadline-ms']);
    assert.equal(headers['request-timeout-ms'], '1500');
    assert.ok(deadline <= Date.now() + 1500);
    assert.ok(deadline > Date.now() - 8500);
  });

  it('do not reach beyond the total', async (t) => {
    const { headers } = await headersOf(t, { totalTimeoutS: 20 });

    const deadline = Number(headers['request-deadline-ms']);
    assert.ok(deadline <= Date.now() + 20_000);
  });

  it('are told anew for each attempt', async (t) => {
    const upstream = await startUpstream(t, [{ status: 503 }, { body: 1 }]);
    const client = connect(t, upstream.url);

    await client.batchPost('/x', [{}], { initialBackoffMs: 50 });

    const [first, second] = upstream.requests.map(({ headers }) =>
      Number(headers['request-deadline-ms']),
    );
    assert.ok(second - first >= 25, `${second - first} ms later`);
  });
});

describe('headers of the caller', () => {
  it('replace ours, whatever their case', async (t) => {
    const replaced = {
      Authorization: 'Api-Key abc',
      'USER-AGENT': 'mine/1',
      'Content-Type': 'application/vnd.mine+json',
      accept: '*/*',
      'Accept-Encoding': 'identity',
      'X-Baseten-Customer-Request-Id': 'mine',
      'Request-Timeout-Ms': '5',
      'request-deadline-ms': '6',
    };

    const { headers, rawHeaders } = await headersOf(t, {
      extraHeaders: replaced,
    });

    for (const [name, value] of Object.entries(replaced)) {
      const lower = name.toLowerCase();
      const count = rawHeaders.filter((one) => one.toLowerCase() === lower);
      assert.equal(headers[lower], value);
      assert.equal(count.length, 1, name);
    }
  });

  it('of one call replace those of its preference', async (t) => {
    const { upstream, client } = await startPair(t);
    const preference = new RequestProcessingPreference({
      extraHeaders: { 'x-a': 'preference', 'x-b': 'preference' },
    });

    await client.batchPost('/x', [{}], preference, { 'X-A': 'call' });
    await client.batchPost('/x', [{}], preference);

    const [first, second] = upstream.requests.map(({ headers }) => headers);
    assert.deepEqual([first['x-a'], first['x-b']], ['call', 'preference']);
    assert.deepEqual(
      [second['x-a'], second['x-b']],
      ['preference', 'preference'],
    );
  });

  it('may be empty and may hold latin-1', async (t) => {
    const { headers } = await headersOf(t, {
      extraHeaders: { 'x-empty': '', 'x-word': 'Grüße', 'x-last': 'z' },
    });

    assert.equal(headers['x-empty'], '');
    assert.equal(headers['x-word'], 'Grüße');
    assert.equal(headers['x-last'], 'z');
  });

  it('may name the host', async (t) => {
    const { headers } = await headersOf(t, {
      extraHeaders: { Host: 'model.example' },
    });

    assert.equal(headers.host, 'model.example');
  });

  it('are sent with every batch of every method', async (t) => {
    const { upstream, client } = await startPair(t);
    const extraHeaders = { 'x-a': '1' };

    await client.embed(['a'], 'm', { extraHeaders });
    await client.rerank('q', ['a'], { extraHeaders });
    await client.classify(['a'], { extraHeaders });
    await client.batchPost('/x', [1, 2], { extraHeaders, method: 'GET' });

    const values = upstream.requests.map(({ headers }) => headers['x-a']);
    assert.deepEqual(values, ['1', '1', '1', '1', '1']);
  });
});

describe('the key', () => {
  it('of the preference replaces that of the client', async (t) => {
    const { headers } = await headersOf(t, { primaryApiKeyOverride: 'other' });

    assert.equal(headers.authorization, 'Bearer other');
  });

  for (const [environment, expected] of [
    [{ BASETEN_API_KEY: 'key-b', OPENAI_API_KEY: 'key-o' }, 'key-b'],
    [{ BASETEN_API_KEY: '', OPENAI_API_KEY: 'key-o' }, 'key-o'],
  ])
    it(`comes from the environment when not given (${expected})`, async (t) => {
      setEnvironment(t, environment);
      const { upstream, client } = await startPair(t, { apiKey: undefined });

      await client.batchPost('/x', [{}]);

      const [{ headers }] = upstream.requests;
      assert.equal(headers.authorization, `Bearer ${expected}`);
    });

  it('is not sent at all when it is false, but where a call has one', async (t) => {
    setEnvironment(t, { OPENAI_API_KEY: 'key-o' });
    const { upstream, client } = await startPair(t, { apiKey: false });

    await client.batchPost('/x', [{}]);
    await client.embed(['a'], 'm', { primaryApiKeyOverride: 'other' });

    const sent = upstream.requests.map(({ headers }) => headers.authorization);
    assert.deepEqual(sent, [undefined, 'Bearer other']);
  });

  it('may be false in the positional form, and true nowhere', () => {
    const url = 'http://a.example';

    assert.ok(new PerformanceClient(url, false, 1));
    for (const wrong of [true, '', 0])
      assert.throws(() => new PerformanceClient(url, wrong), {
        argument: 'apiKey',
      });
  });
});
