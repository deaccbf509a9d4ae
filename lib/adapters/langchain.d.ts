import type { CoalesceOptions, EmbedOptions, RerankOptions } from '../../index';
import type { ClientSource } from './source';

export type PerformanceEmbeddingsOptions = ClientSource & {
  model: string;
  /** For every call, for example `dimensions` or `batchSize`. Default none. */
  options?: Omit<EmbedOptions, 'onError' | 'output' | 'encodingFormat'>;
  /**
   * Lets queries that are made within a few milliseconds travel as one batch,
   * see `client.coalesce`. Default: they do not.
   */
  coalesce?: CoalesceOptions;
};

/** LangChain's `EmbeddingsInterface`. */
export class PerformanceEmbeddings {
  #private;
  constructor(options: PerformanceEmbeddingsOptions);
  embedDocuments(documents: string[]): Promise<number[][]>;
  embedQuery(document: string): Promise<number[]>;
}

export type PerformanceRerankerOptions = ClientSource & {
  /** Default none. */
  model?: string;
  /** For every call. Default none. */
  options?: Omit<RerankOptions, 'onError' | 'model' | 'returnText' | 'topN'>;
  /** How many documents are kept. Default all. */
  topN?: number;
};

/** LangChain's `BaseDocumentCompressor`. */
export class PerformanceReranker {
  #private;
  constructor(options: PerformanceRerankerOptions);
  /** Best first, with `metadata.relevanceScore`. */
  compressDocuments<
    Document extends { pageContent: string; metadata: Record<string, any> },
  >(documents: Document[], query: string): Promise<Document[]>;
  /** Best first. */
  rerank(
    documents: readonly (string | { pageContent: string })[],
    query: string,
  ): Promise<{ index: number; relevanceScore: number }[]>;
}
