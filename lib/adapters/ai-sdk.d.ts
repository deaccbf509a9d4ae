import type { CoalesceOptions } from '../../index';
import type { ClientSource } from './source';

/** AI SDK 5 takes v2, 6 takes v2 and v3, 7 takes all three. */
export type SpecificationVersion = 'v2' | 'v3' | 'v4';

interface CallOptions {
  abortSignal?: AbortSignal;
  headers?: Record<string, string | undefined>;
  /**
   * Under the provider's name: options of `embed` or `rerank` of the client,
   * for example `{ baseten: { dimensions: 256, hedgeDelay: 0.3 } }`.
   */
  providerOptions?: Record<string, Record<string, unknown>>;
}

interface Warning {
  type: 'compatibility';
  feature: string;
  details: string;
}

/** All values of a call in one: the client makes the batches. */
export interface EmbeddingModel<Version extends SpecificationVersion> {
  readonly specificationVersion: Version;
  readonly provider: string;
  readonly modelId: string;
  readonly maxEmbeddingsPerCall: number;
  readonly supportsParallelCalls: boolean;
  doEmbed(options: CallOptions & { values: string[] }): Promise<{
    embeddings: number[][];
    usage?: { tokens: number };
    response?: { headers: Record<string, string> };
    warnings: never[];
  }>;
}

export interface RerankingModel<Version extends SpecificationVersion> {
  /** There are no reranking models of v2. */
  readonly specificationVersion: Version extends 'v2' ? 'v3' : Version;
  readonly provider: string;
  readonly modelId: string;
  doRerank(
    options: CallOptions & {
      documents:
        | { type: 'text'; values: string[] }
        | { type: 'object'; values: object[] };
      query: string;
      topN?: number;
    },
  ): Promise<{
    /** Best first. */
    ranking: { index: number; relevanceScore: number }[];
    response?: { modelId: string; headers: Record<string, string> };
    warnings: Warning[];
  }>;
}

export interface PerformanceProvider<Version extends SpecificationVersion> {
  readonly specificationVersion: Version;
  embeddingModel(modelId: string): EmbeddingModel<Version>;
  /** The same, as AI SDK 5 calls it. */
  textEmbeddingModel(modelId: string): EmbeddingModel<Version>;
  rerankingModel(modelId: string): RerankingModel<Version>;
  /** Throws NoSuchModelError. */
  languageModel(modelId: string): never;
  /** Throws NoSuchModelError. */
  imageModel(modelId: string): never;
}

export type PerformanceProviderOptions<
  Version extends SpecificationVersion = 'v3',
> = ClientSource & {
  /** Default v3. */
  specificationVersion?: Version;
  /** Where `providerOptions` has ours, and what logs show. Default baseten. */
  name?: string;
  /** For every request. Default none. */
  headers?: Record<string, string | undefined>;
  /**
   * Lets calls of single values that are made within a few milliseconds travel
   * as one batch, see `client.coalesce`. Default: they do not.
   */
  coalesce?: CoalesceOptions;
};

/** A provider for the AI SDK whose models share one client. */
export function createPerformanceProvider<
  Version extends SpecificationVersion = 'v3',
>(options: PerformanceProviderOptions<Version>): PerformanceProvider<Version>;
