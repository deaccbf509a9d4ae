'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const {
  ConnectionError,
  HttpError,
  ParseError,
  TimeoutError,
} = require('../..');
const { connect, rejection } = require('../helpers/client');
const {
  embedText,
  startInferenceServer,
} = require('baseten-performance-client/testing');

async function start(t, options) {
  const server = await startInferenceServer(options);
  t.after(() => server.close());
  return { server, client: connect(t, server.url) };
}

describe('a script of the inference server', () => {
  it('answers the first requests, and the model the others', async (t) => {
    const { server, client } = await start(t, {
      script: [
        { status: 503, headers: { 'retry-after': '0' } },
        { body: { data: [{ index: 0, embedding: [1, 2] }] } },
      ],
    });

    const first = await client.embed(['a'], 'm');
    const second = await client.embed(['a'], 'm', { output: 'float32' });

    assert.deepEqual(first.data[0].embedding, [1, 2]);
    assert.deepEqual(second.data[0].embedding, embedText('a'));
    assert.equal(server.requestCount, 3);
  });

  it('may be a function of the request and its number', async (t) => {
    const { client } = await start(t, {
      async script({ json }, n) {
        if (n === 0) return undefined;
        return { status: 400, body: { refused: json.input } };
      },
    });

    await client.embed(['a'], 'm');
    const error = await rejection(client.embed(['b'], 'm'));

    assert.ok(error instanceof HttpError);
    assert.deepEqual(error.response.json(), { refused: ['b'] });
  });

  it('leaves to the model what it does not say', async (t) => {
    const { client } = await start(t, {
      script: [{ delayMs: 1, headers: { 'x-shard': '7' } }, { status: 404 }],
    });

    const response = await client.embed(['a'], 'm', { output: 'float32' });
    const error = await rejection(client.embed(['a'], 'm'));

    assert.deepEqual(response.data[0].embedding, embedText('a'));
    assert.equal(response.response_headers[0]['x-shard'], '7');
    assert.equal(error.response.json().error.message, 'a fault, as ordered');
  });

  it('resets, cuts and hangs', async (t) => {
    const { client } = await start(t, {
      script: [{ reset: true }, { cut: 10 }, { hang: true }],
    });
    const options = { maxRetries: 0, timeoutS: 0.2 };

    const reset = await rejection(client.embed(['a'], 'm', options));
    const cut = await rejection(client.embed(['a'], 'm', options));
    const hung = await rejection(client.embed(['a'], 'm', options));

    assert.ok(reset instanceof ConnectionError, reset);
    assert.ok(cut instanceof ParseError, cut);
    assert.ok(hung instanceof TimeoutError, hung);
  });

  it('sends events, and cuts them', async (t) => {
    const events = ['plain', { n: 1 }, 'two\nlines'];
    const { server } = await start(t, {
      script: [{ events }, { events, cut: 8 }],
    });

    const whole = await fetch(server.url);
    const torn = await fetch(server.url);

    assert.equal(whole.headers.get('content-type'), 'text/event-stream');
    assert.equal(
      await whole.text(),
      'data: plain\n\ndata: {"n":1}\n\ndata: two\ndata: lines\n\n',
    );
    await assert.rejects(torn.text());
  });

  it('sends text and bytes as they are', async (t) => {
    const { server } = await start(t, {
      script: [{ body: 'text' }, { body: new Uint8Array([1, 2]) }],
    });

    const text = await fetch(server.url);
    const bytes = await fetch(server.url);

    assert.equal(await text.text(), 'text');
    assert.deepEqual([...new Uint8Array(await bytes.arrayBuffer())], [1, 2]);
  });

  it('is refused when it cannot be meant', async () => {
    const wrong = [
      [{ script: 7 }, 'script'],
      [{ script: ['x'] }, 'script[0]'],
      [{ script: [{ statsu: 503 }] }, 'statsu'],
      [{ script: [{}, { status: 99 }] }, 'script[1].status'],
      [{ script: [{ delayMs: -1 }] }, 'script[0].delayMs'],
      [{ script: [{ events: 'x' }] }, 'script[0].events'],
      [{ scirpt: [] }, 'scirpt'],
      [{ port: 65536 }, 'port'],
      [{ keepRequests: -1 }, 'keepRequests'],
    ];

    for (const [options, argument] of wrong)
      await assert.rejects(startInferenceServer(options), { argument });
  });

  it('tells its own failure as a 500', async (t) => {
    t.mock.method(console, 'error', () => {});
    const { server } = await start(t, { script: () => ({ stauts: 1 }) });

    const response = await fetch(server.url);

    assert.equal(response.status, 500);
    assert.match((await response.json()).error.message, /"stauts"/);
    assert.equal(console.error.mock.callCount(), 1);
  });
});

describe('the memory of the inference server', () => {
  it('holds what was sent', async (t) => {
    const { server, client } = await start(t);

    await client.embed(['a'], 'm', { extraHeaders: { 'x-tenant': 'b' } });

    const [request] = server.requests;
    assert.equal(request.method, 'POST');
    assert.equal(request.url, '/v1/embeddings');
    assert.equal(request.headers['x-tenant'], 'b');
    assert.deepEqual(request.json, { input: ['a'], model: 'm' });
    assert.deepEqual(JSON.parse(request.text), request.json);
  });

  it('holds the latest only', async (t) => {
    const { server, client } = await start(t, { keepRequests: 2 });

    for (const text of ['a', 'b', 'c']) await client.embed([text], 'm');

    const kept = server.requests.map(({ json }) => json.input[0]);
    assert.deepEqual(kept, ['b', 'c']);
    assert.equal(server.requestCount, 3);
  });

  it('tells when so many requests have come', async (t) => {
    const { server, client } = await start(t, { script: [{ hang: true }] });
    const controller = new AbortController();

    const call = rejection(
      client.embed(['a'], 'm', { signal: controller.signal }),
    );
    await server.received(1);
    await server.received(1);
    controller.abort();

    assert.equal((await call).name, 'AbortError');
  });
});
