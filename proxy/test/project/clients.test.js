'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const OpenAI = require('openai');

const { startInferenceServer } = require('../../../lib/testing/server');
const { connect } = require('../../../test/helpers/client');
const { startForwardingProxy } = require('../helpers/forwarding-proxy');
const { startUpstream } = require('../../../test/helpers/upstream');

const TEXTS = Array.from({ length: 70 }, (_, i) => `sentence number ${i}`);

/** The same model, by itself and behind a proxy. */
async function start(t) {
  const server = await startInferenceServer({ apiKey: 'test-key' });
  t.after(() => server.close());
  const proxy = await startForwardingProxy(t, ['--target-url', server.url]);
  return { direct: server.url, proxied: proxy.url, proxy };
}

describe('the openai package', () => {
  const client = (url) =>
    new OpenAI({ baseURL: `${url}/v1`, apiKey: 'test-key', maxRetries: 0 });

  it('embeds through the proxy what it embeds without', async (t) => {
    const { direct, proxied } = await start(t);

    for (const encoding_format of [undefined, 'float', 'base64']) {
      const request = { model: 'm', input: TEXTS, encoding_format };
      const [expected, got] = await Promise.all(
        [direct, proxied].map((url) => client(url).embeddings.create(request)),
      );
      assert.deepEqual(got.data, expected.data);
      assert.deepEqual(got.usage, expected.usage);
      assert.equal(got.proxy_metadata.batch_count, 3);
    }
  });

  it('reads errors as it reads those of the upstream', async (t) => {
    const { proxied } = await start(t);
    const stranger = new OpenAI({
      baseURL: `${proxied}/v1`,
      apiKey: 'wrong-key',
      maxRetries: 0,
    });

    await assert.rejects(
      stranger.embeddings.create({ model: 'm', input: ['a'] }),
      (error) => error instanceof OpenAI.AuthenticationError,
    );
    await assert.rejects(
      client(proxied).embeddings.create({ model: 'm', input: [] }),
      (error) => error instanceof OpenAI.BadRequestError,
    );
  });

  it('shows the sentence of an error in the format of its own', async (t) => {
    const { proxied } = await start(t);
    const asking = new OpenAI({
      baseURL: `${proxied}/v1`,
      apiKey: 'test-key',
      maxRetries: 0,
      defaultHeaders: {
        'x-baseten-error-format': 'openai',
        'x-baseten-request-preferences': '{"batch_size":0}',
      },
    });

    await assert.rejects(
      asking.embeddings.create({ model: 'm', input: ['a'] }),
      {
        message: '400 batch_size must be an integer between 1 and 1024, got 0',
        code: 'INVALID_PREFERENCES',
        type: 'invalid_request_error',
      },
    );
  });

  it('streams completions through the proxy', async (t) => {
    const events = ['once', ' upon', ' a time'].map(
      (content) =>
        `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`,
    );
    const upstream = await startUpstream(t, [
      {
        body: `${events.join('')}data: [DONE]\n\n`,
        headers: { 'content-type': 'text/event-stream' },
      },
    ]);
    const target = ['--target-url', upstream.url];
    const { url } = await startForwardingProxy(t, target);

    const stream = await client(url).chat.completions.create({
      model: 'm',
      messages: [{ role: 'user', content: 'tell me a story' }],
      stream: true,
    });
    let story = '';
    for await (const { choices } of stream) story += choices[0].delta.content;

    assert.equal(story, 'once upon a time');
    assert.equal(upstream.requests[0].json.stream, true);
  });
});

for (const httpVersion of [1, 2])
  describe(`our own client over HTTP/${httpVersion}`, () => {
    const clients = async (t) => {
      const { direct, proxied } = await start(t);
      return [connect(t, direct), connect(t, proxied, { httpVersion })];
    };

    it('embeds', async (t) => {
      const [direct, proxied] = await clients(t);

      const expected = await direct.embed(TEXTS, 'm');
      const got = await proxied.embed(TEXTS, 'm', { batchSize: 40 });

      assert.deepEqual(got.matrix(), expected.matrix());
      assert.deepEqual(got.usage, expected.usage);
    });

    it('reranks', async (t) => {
      const [direct, proxied] = await clients(t);

      const expected = await direct.rerank('number 7', TEXTS);
      const got = await proxied.rerank('number 7', TEXTS);

      const byIndex = ({ data }) =>
        [...data].sort((one, other) => one.index - other.index);
      assert.deepEqual(byIndex(got), byIndex(expected));
    });

    it('classifies', async (t) => {
      const [direct, proxied] = await clients(t);

      const expected = await direct.classify(['good', 'bad', 'neither']);
      const got = await proxied.classify(['good', 'bad', 'neither']);

      assert.deepEqual([...got.data], [...expected.data]);
    });

    it('posts to any path', async (t) => {
      const [direct, proxied] = await clients(t);
      const bodies = TEXTS.map((prompt) => ({ model: 'm', prompt }));

      const expected = await direct.batchPost('/v1/completions', bodies);
      const got = await proxied.batchPost('/v1/completions', bodies);

      const text = ({ choices }) => choices[0].text;
      assert.deepEqual(got.data.map(text), expected.data.map(text));
    });
  });
