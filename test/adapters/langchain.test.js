'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { framework, start } = require('./start');
const {
  PerformanceEmbeddings,
  PerformanceReranker,
} = require('baseten-performance-client/langchain');
const { BaseDocumentCompressor } = framework(
  '@langchain/core/retrievers/document_compressors',
);
const { Document } = framework('@langchain/core/documents');
const { FakeVectorStore } = framework('@langchain/core/utils/testing');
const { embedText } = require('baseten-performance-client/testing');

describe('embeddings for LangChain', () => {
  it('serve a vector store: documents in batches, then a query', async (t) => {
    const { server, client } = await start(t);
    const embeddings = new PerformanceEmbeddings({ client, model: 'm' });
    const texts = Array.from({ length: 200 }, (_, i) => `apples number ${i}`);

    const store = await FakeVectorStore.fromTexts(
      [...texts, 'how requests are cancelled'],
      {},
      embeddings,
    );
    const [found] = await store.similaritySearch('cancelled requests', 1);

    assert.equal(found.pageContent, 'how requests are cancelled');
    assert.equal(server.requestCount, 3);
  });

  it('are arrays of numbers, with the options of every call', async (t) => {
    const { server } = await start(t);
    const embeddings = new PerformanceEmbeddings({
      baseURL: server.url,
      apiKey: false,
      model: 'm',
      options: { dimensions: 8, batchSize: 1 },
    });

    const [a] = await embeddings.embedDocuments(['a', 'b']);

    assert.deepEqual(a, Array.from(embedText('a', 8)));
    assert.deepEqual(await embeddings.embedQuery('a'), a);
    assert.deepEqual(await embeddings.embedDocuments([]), []);
    assert.equal(server.requestCount, 3);
  });

  it('let queries travel together when asked to', async (t) => {
    const { server, client } = await start(t);
    const model = 'm';
    const embeddings = new PerformanceEmbeddings({
      client,
      model,
      coalesce: {},
    });

    const [a, b] = await Promise.all(
      ['a', 'b'].map((text) => embeddings.embedQuery(text)),
    );

    assert.deepEqual(a, Array.from(embedText('a')));
    assert.deepEqual(b, Array.from(embedText('b')));
    assert.equal(server.requestCount, 1);
  });

  it('refuse to be made of nothing', async (t) => {
    const { client } = await start(t);

    assert.throws(() => new PerformanceEmbeddings({ client }), {
      argument: 'model',
    });
    assert.throws(() => new PerformanceEmbeddings({ client, models: 'm' }), {
      argument: 'models',
    });
  });
});

describe('a document compressor for LangChain', () => {
  const documents = [
    new Document({ pageContent: 'bananas', metadata: { page: 1 }, id: 'a' }),
    new Document({ pageContent: 'cancel it', metadata: { page: 2 }, id: 'b' }),
  ];

  it('keeps the best documents, as they were but for a score', async (t) => {
    const { server, client } = await start(t);
    const compressor = new PerformanceReranker({ client, model: 'm', topN: 1 });

    const [best, ...others] = await compressor.compressDocuments(
      documents,
      'cancel a request',
    );

    assert.ok(BaseDocumentCompressor.isBaseDocumentCompressor(compressor));
    assert.equal(others.length, 0);
    assert.ok(best instanceof Document);
    assert.equal(best.id, 'b');
    assert.equal(best.metadata.page, 2);
    assert.ok(best.metadata.relevanceScore > 0);
    assert.equal(documents[1].metadata.relevanceScore, undefined);
    assert.equal(server.requests[0].json.model, 'm');
  });

  it('ranks texts and documents, and nothing', async (t) => {
    const { client } = await start(t);
    const compressor = new PerformanceReranker({ client });

    const ranking = await compressor.rerank(
      ['bananas', documents[1]],
      'cancel',
    );

    assert.deepEqual(
      ranking.map(({ index }) => index),
      [1, 0],
    );
    assert.deepEqual(await compressor.compressDocuments([], 'q'), []);
  });
});
