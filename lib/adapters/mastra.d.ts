import type { CoalesceOptions, RerankOptions } from '../../index';
import type { ClientSource } from './source';

export type PerformanceScorerOptions = ClientSource & {
  /** Default none. */
  model?: string;
  /** For every call. Default none. */
  options?: Omit<
    RerankOptions,
    'onError' | 'onProgress' | 'model' | 'returnText' | 'topN'
  >;
  /** How the texts of one query come together. */
  coalesce?: CoalesceOptions;
};

/** Mastra's `RelevanceScoreProvider`, for `rerankWithScorer`. */
export class PerformanceScorer {
  #private;
  constructor(options: PerformanceScorerOptions);
  getRelevanceScore(query: string, text: string): Promise<number>;
}
