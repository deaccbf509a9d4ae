/* The adapters' declarations stand without any framework. */
import { createPerformanceProvider } from 'baseten-performance-client/ai-sdk';
import {
  PerformanceEmbeddings,
  PerformanceReranker,
} from 'baseten-performance-client/langchain';
import { PerformanceScorer } from 'baseten-performance-client/mastra';
import { createFetch } from 'baseten-performance-client/openai';

const source = { baseURL: 'https://a.example', apiKey: 'key' };

export const all: readonly object[] = [
  createPerformanceProvider(source).embeddingModel('m'),
  new PerformanceEmbeddings({ ...source, model: 'm' }),
  new PerformanceReranker(source),
  new PerformanceScorer(source),
  createFetch(),
];
