'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { framework, start } = require('./start');
const {
  createPerformanceProvider,
} = require('baseten-performance-client/ai-sdk');
const { embedText } = require('baseten-performance-client/testing');
const { HttpError } = require('../..');
const { rejection } = require('../helpers/client');

const SDKS = [
  ['ai-5', 'v2'],
  ['ai-6', 'v2'],
  ['ai-6', 'v3'],
  ['ai', 'v2'],
  ['ai', 'v3'],
  ['ai', 'v4'],
];

const numbersOf = (text, dimensions) => Array.from(embedText(text, dimensions));

for (const [sdk, specificationVersion] of SDKS) {
  const { version } = framework(`${sdk}/package.json`);
  const { embed, embedMany, rerank } = framework(sdk);

  describe(`AI SDK ${version} with models of ${specificationVersion}`, () => {
    async function provide(t, options, more) {
      const { server, client } = await start(t, options);
      const settings = { client, specificationVersion, ...more };
      const provider = createPerformanceProvider(settings);
      const model =
        sdk === 'ai-5'
          ? provider.textEmbeddingModel('m')
          : provider.embeddingModel('m');
      return { server, provider, model };
    }

    it('embeds one value, with usage and headers', async (t) => {
      const { server, model } = await provide(
        t,
        {},
        { headers: { 'x-a': '1' } },
      );

      const { embedding, usage, response } = await embed({
        model,
        value: 'Hello world',
        headers: { 'x-b': '2' },
        providerOptions: {
          baseten: { dimensions: 8, extraHeaders: { 'x-c': '3' } },
        },
      });

      const [{ headers, json }] = server.requests;
      assert.deepEqual(embedding, numbersOf('Hello world', 8));
      assert.equal(usage.tokens, 4);
      assert.equal(response.headers['content-type'], 'application/json');
      assert.deepEqual(
        [headers['x-a'], headers['x-b'], headers['x-c']],
        ['1', '2', '3'],
      );
      assert.equal(json.model, 'm');
    });

    it('embeds many values in batches of the client', async (t) => {
      const { server, model } = await provide(t);
      const values = Array.from({ length: 300 }, (_, i) => `text ${i}`);

      const { embeddings, usage } = await embedMany({
        model,
        values,
        providerOptions: { baseten: { dimensions: 4 } },
      });

      assert.deepEqual(
        embeddings,
        values.map((value) => numbersOf(value, 4)),
      );
      assert.equal(usage.tokens, 600);
      assert.equal(server.requestCount, 3);
    });

    it('aborts, and tells that it did', async (t) => {
      const { server, model } = await provide(t, { script: [{ hang: true }] });
      const controller = new AbortController();

      const call = rejection(
        embed({ model, value: 'a', abortSignal: controller.signal }),
      );
      await server.received(1);
      controller.abort();

      assert.equal((await call).name, 'AbortError');
    });

    it('does not try again what the client has tried', async (t) => {
      const script = [{ status: 500 }, { status: 500 }];
      const { server, model } = await provide(t, { script });

      const error = await rejection(
        embed({
          model,
          value: 'a',
          providerOptions: { baseten: { maxRetries: 1, initialBackoffMs: 50 } },
        }),
      );

      assert.ok(error instanceof HttpError, error);
      assert.equal(server.requestCount, 2);
    });

    if (specificationVersion !== 'v2')
      it('reranks texts and objects, best first', async (t) => {
        const { server, provider } = await provide(t);
        const model = provider.rerankingModel('m');
        const query = 'cancel a request';
        const texts = ['bananas', 'a request is cancelled', 'cancel it'];
        const objects = texts.map((text) => ({ text }));

        const one = await rerank({ model, documents: texts, query, topN: 2 });
        const other = await rerank({ model, documents: objects, query });

        assert.equal(one.ranking.length, 2);
        assert.ok(one.ranking[0].score > one.ranking[1].score);
        assert.equal(other.ranking.length, 3);
        assert.equal(other.ranking[2].originalIndex, 0);
        assert.equal(server.requests[0].json.model, 'm');
        assert.equal(server.requests[1].json.texts[0], '{"text":"bananas"}');
      });
  });
}

describe('a provider for the AI SDK', () => {
  it('lets single values travel together when asked to', async (t) => {
    const { server, client } = await start(t);
    const provider = createPerformanceProvider({ client, coalesce: {} });
    const model = provider.embeddingModel('m');
    const { embed } = framework('ai');

    const answers = await Promise.all(
      ['a', 'b', 'c'].map((value) => embed({ model, value })),
    );

    assert.deepEqual(
      answers.map(({ embedding }) => embedding),
      ['a', 'b', 'c'].map((value) => numbersOf(value)),
    );
    assert.equal(server.requestCount, 1);
  });

  it('answers empty lists without a request', async (t) => {
    const { server, client } = await start(t);
    const provider = createPerformanceProvider({ client });
    const documents = { type: 'text', values: [] };

    const embedded = await provider.embeddingModel('m').doEmbed({ values: [] });
    const ranked = await provider
      .rerankingModel('m')
      .doRerank({ query: 'q', documents });

    assert.deepEqual(embedded.embeddings, []);
    assert.deepEqual(ranked.ranking, []);
    assert.equal(server.requestCount, 0);
  });

  it('makes a client of its own, in a registry', async (t) => {
    const { server } = await start(t, { apiKey: 'secret' });
    const { createProviderRegistry, embed } = framework('ai');
    const registry = createProviderRegistry({
      here: createPerformanceProvider({
        baseURL: server.url,
        apiKey: 'secret',
      }),
    });

    const model = registry.embeddingModel('here:m');
    const { embedding } = await embed({ model, value: 'a' });

    assert.deepEqual(embedding, numbersOf('a'));
  });

  it('says in the words of the AI SDK what it has not', async (t) => {
    const { client } = await start(t);
    const { NoSuchModelError } = framework('@ai-sdk/provider');
    const provider = createPerformanceProvider({ client });

    for (const kind of ['languageModel', 'imageModel'])
      assert.throws(
        () => provider[kind]('m'),
        (error) => NoSuchModelError.isInstance(error) && error.modelId === 'm',
      );
  });

  it('refuses options that cannot be meant', async (t) => {
    const { client } = await start(t);
    const wrong = [
      [undefined, 'options'],
      [{}, 'baseURL'],
      [{ client: {} }, 'client'],
      [{ client, baseURL: 'http://x' }, 'baseURL'],
      [{ client, specificationVersion: 'v5' }, 'specificationVersion'],
      [{ client, coalesce: { maxDelay: 5 } }, 'maxDelay'],
    ];

    for (const [options, argument] of wrong)
      assert.throws(() => createPerformanceProvider(options), { argument });
  });
});

describe('@ai-sdk/baseten with this client injected', () => {
  it('embeds through it', async (t) => {
    const { server } = await start(t, { apiKey: 'secret' });
    const { createBaseten } = framework('@ai-sdk/baseten');
    const { embedMany } = framework('ai');
    const { PerformanceClient } = require('../..');
    const baseten = createBaseten({
      modelURL: `${server.url}/environments/production/sync/v1`,
      apiKey: 'secret',
      performanceClient: PerformanceClient,
    });

    const { embeddings } = await embedMany({
      model: baseten.embeddingModel('m'),
      values: ['a', 'b'],
    });

    const [{ headers, url }] = server.requests;
    assert.deepEqual(
      embeddings,
      ['a', 'b'].map((value) => numbersOf(value)),
    );
    assert.equal(url, '/environments/production/sync/v1/embeddings');
    assert.match(headers['x-baseten-customer-request-id'], /^perfclient/);
  });
});
