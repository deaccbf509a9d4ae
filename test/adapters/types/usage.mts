/*
 * The adapters as their frameworks want them, compiled under strict rules
 * against the real packages, never run.
 */
import { PerformanceClient } from 'baseten-performance-client';
import { createPerformanceProvider } from 'baseten-performance-client/ai-sdk';
import {
  PerformanceEmbeddings,
  PerformanceReranker,
} from 'baseten-performance-client/langchain';
import { PerformanceScorer } from 'baseten-performance-client/mastra';
import { createFetch } from 'baseten-performance-client/openai';

import { createBaseten } from '@ai-sdk/baseten';
import type {
  EmbeddingModelV4,
  ProviderV4,
  RerankingModelV4,
} from '@ai-sdk/provider';
import type { EmbeddingsInterface } from '@langchain/core/embeddings';
import type { BaseDocumentCompressor } from '@langchain/core/retrievers/document_compressors';
import { Document } from '@langchain/core/documents';
import { rerankWithScorer } from '@mastra/rag';
import { createProviderRegistry, embed, embedMany, rerank } from 'ai';
import { embed as embed5 } from 'ai-5';
import {
  embed as embed6,
  embedMany as embedMany6,
  rerank as rerank6,
} from 'ai-6';
import { OpenAI } from 'openai';

declare const client: PerformanceClient;

export async function aiSdk7(): Promise<number[]> {
  const provider = createPerformanceProvider({
    client,
    specificationVersion: 'v4',
    coalesce: { maxDelayMs: 2 },
  });
  const whole: ProviderV4 = provider;
  const model: EmbeddingModelV4 = provider.embeddingModel('m');
  const reranker: RerankingModelV4 = provider.rerankingModel('m');
  const registry = createProviderRegistry({ here: provider });
  await embedMany({ model, values: ['a'] });
  await embed({ model: registry.embeddingModel('here:m'), value: 'a' });
  await rerank({ model: reranker, documents: ['a'], query: 'q', topN: 1 });
  const usual = createPerformanceProvider({
    baseURL: 'https://a.example',
    apiKey: 'key',
  });
  const { embedding } = await embed({
    model: usual.embeddingModel('m'),
    value: 'a',
    providerOptions: { baseten: { dimensions: 8 } },
  });
  return [...embedding, whole.specificationVersion.length];
}

export async function aiSdk6(): Promise<number> {
  const provider = createPerformanceProvider({ client });
  const model = provider.embeddingModel('m');
  const { embeddings } = await embedMany6({ model, values: ['a'] });
  await embed6({ model, value: 'a' });
  const reranker = provider.rerankingModel('m');
  await rerank6({ model: reranker, documents: [{ a: 1 }], query: 'q' });
  return embeddings.length;
}

export async function aiSdk5(): Promise<number> {
  const provider = createPerformanceProvider({
    client,
    specificationVersion: 'v2',
  });
  const model = provider.textEmbeddingModel('m');
  return (await embed5({ model, value: 'a' })).usage.tokens;
}

export function injected(): unknown {
  return createBaseten({
    modelURL: 'https://a.example/environments/production/sync/v1',
    performanceClient: PerformanceClient,
  }).embeddingModel('m');
}

export async function langchain(): Promise<Document[]> {
  const embeddings: EmbeddingsInterface = new PerformanceEmbeddings({
    client,
    model: 'm',
    options: { dimensions: 8, hedgeDelay: 0.3 },
  });
  const reranker = new PerformanceReranker({ client, topN: 3 });
  const compressor: BaseDocumentCompressor = reranker;
  const documents = [new Document({ pageContent: 'a', metadata: {} })];
  await embeddings.embedQuery('a');
  await compressor.compressDocuments(documents, 'q');
  return reranker.compressDocuments(documents, 'q');
}

export async function mastra(): Promise<number> {
  const scorer = new PerformanceScorer({ client, model: 'm' });
  const results = [{ id: 'a', score: 1, metadata: { text: 'a' } }];
  const ranked = await rerankWithScorer({
    results,
    query: 'q',
    scorer,
    options: { topK: 3 },
  });
  return ranked.length;
}

export function openai(): OpenAI {
  return new OpenAI({
    apiKey: 'key',
    fetch: createFetch({ preference: { batchSize: 64 } }),
  });
}

// @ts-expect-error: a client or a base URL
createPerformanceProvider({});
// @ts-expect-error: no such version
createPerformanceProvider({ client, specificationVersion: 'v9' });
// @ts-expect-error: a model is needed
new PerformanceEmbeddings({ client });
