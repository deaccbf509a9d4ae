'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { framework, start } = require('./start');
const { createFetch } = require('baseten-performance-client/openai');
const { embedText } = require('baseten-performance-client/testing');
const { OpenAI } = framework('openai');
const { rejection } = require('../helpers/client');

const isOurs = ({ headers }) => 'request-timeout-ms' in headers;

const numbersOf = (text, dimensions) => Array.from(embedText(text, dimensions));

async function open(t, options, fetchOptions = {}) {
  const { server } = await start(t, { apiKey: 'secret', ...options });
  const openai = new OpenAI({
    baseURL: `${server.url}/v1`,
    apiKey: 'secret',
    fetch: createFetch(fetchOptions),
  });
  return { server, openai };
}

describe('the openai package with a fetch of this client', () => {
  it('embeds in batches of the engine, with its own key', async (t) => {
    const preference = { batchSize: 100 };
    const { server, openai } = await open(t, {}, { preference });
    const input = Array.from({ length: 250 }, (_, i) => `text ${i}`);

    const { data, model, usage } = await openai.embeddings.create({
      model: 'm',
      input,
      dimensions: 8,
      user: 'u',
    });

    assert.deepEqual(
      data.map(({ embedding }) => embedding),
      input.map((text) => numbersOf(text, 8)),
    );
    assert.equal(data[200].index, 200);
    assert.equal(model, 'm');
    assert.equal(usage.prompt_tokens, 500);
    assert.equal(server.requestCount, 3);
    assert.ok(server.requests.every(isOurs));
    assert.equal(server.requests[0].json.user, 'u');
    assert.match(server.requests[0].headers['user-agent'], /OpenAI/);
  });

  it('embeds one text, as floats or as base64', async (t) => {
    const { openai } = await open(t);
    const ask = (encoding_format) =>
      openai.embeddings.create({ model: 'm', input: 'a', encoding_format });

    const floats = await ask('float');
    const base64 = await ask('base64');

    const bytes = Buffer.from(base64.data[0].embedding, 'base64');
    assert.deepEqual(floats.data[0].embedding, numbersOf('a'));
    assert.equal(bytes.readFloatLE(0), numbersOf('a')[0]);
  });

  it('throws the errors of the openai package, and asks only once', async (t) => {
    const { server, openai } = await open(
      t,
      { script: () => ({ status: 429, headers: { 'retry-after': '0' } }) },
      { preference: { maxRetries: 1, initialBackoffMs: 50 } },
    );

    const error = await rejection(
      openai.embeddings.create({ model: 'm', input: 'a' }),
    );

    assert.ok(error instanceof OpenAI.RateLimitError, error);
    assert.match(error.message, /a fault, as ordered/);
    assert.equal(server.requestCount, 2);
  });

  it('aborts', async (t) => {
    const { server, openai } = await open(t, { script: [{ hang: true }] });
    const controller = new AbortController();

    const call = rejection(
      openai.embeddings.create(
        { model: 'm', input: 'a' },
        { signal: controller.signal },
      ),
    );
    await server.received(1);
    controller.abort();

    assert.ok((await call) instanceof OpenAI.APIUserAbortError);
  });

  it('hands streams on as they come', async (t) => {
    const { server, openai } = await open(t);

    const stream = await openai.chat.completions.create({
      model: 'm',
      messages: [{ role: 'user', content: 'say this' }],
      stream: true,
    });
    let text = '';
    for await (const { choices } of stream)
      text += choices[0].delta.content ?? '';

    assert.equal(text, 'say this');
    assert.equal(isOurs(server.requests[0]), false);
  });

  it('hands on what the engine does not know, and what it refuses', async (t) => {
    const body = { object: 'list', data: [], model: 'm' };
    const { server, openai } = await open(t, { script: () => ({ body }) });
    const asked = [
      { model: 'm', input: [1, 2, 3] },
      { model: 'm', input: [[1], [2]] },
      { model: 'm', input: [] },
      { model: 'm', input: 'a', truncate: 'END' },
      { model: 'm', input: 'a', dimensions: 'many' },
      { model: '', input: 'a' },
    ];

    for (const one of asked)
      await openai.embeddings.create({ ...one, encoding_format: 'float' });

    assert.equal(server.requestCount, asked.length);
    assert.equal(server.requests.some(isOurs), false);
    assert.deepEqual(server.requests[0].json.input, [1, 2, 3]);
  });

  it('hands requests on to the fetch it was given', async () => {
    const calls = [];
    const own = createFetch({
      fetch: async (...args) => {
        calls.push(args);
        return new Response('{}');
      },
    });
    const request = new Request('http://a.example/v1/embeddings', {
      method: 'POST',
      body: '{}',
    });

    await own(request);
    await own('http://a.example/v1/models', { method: 'GET' });
    await own('http://a.example/v1/embeddings', { method: 'POST', body: '{' });
    await own('http://a.example/embeddings?api-version=1', {
      method: 'POST',
      body: '{"model":"m","input":"a"}',
    });

    assert.equal(calls.length, 4);
    assert.equal(calls[0][0], request);
    assert.equal(calls[2][1].body, '{');
  });

  it('passes headers of answers on, but for those of the message', async (t) => {
    const euro = Buffer.from('\u20ac').toString('latin1');
    const headers = { 'x-request-id': 'r1', 'x-price': euro };
    const { openai } = await open(t, { script: [{ headers }] });

    const { response } = await openai.embeddings
      .create({ model: 'm', input: 'a' })
      .withResponse();

    assert.equal(response.headers.get('x-request-id'), 'r1');
    assert.equal(response.headers.get('content-length'), null);
  });

  it('asks each base URL by its own name', async (t) => {
    const one = await open(t);
    const { server: other } = await start(t);
    const shared = createFetch();
    const ask = (baseURL, apiKey) =>
      new OpenAI({ baseURL, apiKey, fetch: shared }).embeddings.create({
        model: 'm',
        input: 'a',
      });

    await ask(`${one.server.url}/v1`, 'secret');
    await ask(`${other.url}/prefix/v1`, 'other');
    await ask(`${one.server.url}/v1`, 'secret');

    assert.equal(one.server.requestCount, 2);
    assert.equal(other.requests[0].url, '/prefix/v1/embeddings');
    assert.equal(other.requests[0].headers.authorization, 'Bearer other');
  });

  it('refuses options that cannot be meant', () => {
    assert.throws(() => createFetch(7), { argument: 'options' });
    assert.throws(() => createFetch({ fetch: 7 }), { argument: 'fetch' });
    assert.throws(() => createFetch({ preference: { batchSize: 0 } }), {
      argument: 'batchSize',
    });
    assert.throws(() => createFetch({ timeout: 1 }), { argument: 'timeout' });
  });
});
