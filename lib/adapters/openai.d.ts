import type {
  HttpClientWrapper,
  PreferenceOptions,
  RequestProcessingPreference,
} from '../../index';

export interface FetchOptions {
  /** What everything else is handed on to. Default: the platform's fetch. */
  fetch?: typeof fetch | null | undefined;
  /** How embeddings are sent. */
  preference?:
    RequestProcessingPreference | PreferenceOptions | null | undefined;
  /** A pool of connections to share. Default: that of equal settings. */
  clientWrapper?: HttpClientWrapper | null | undefined;
}

/**
 * A `fetch` for the `openai` package: what it posts to …/v1/embeddings travels
 * through the engine, in batches; the rest is handed on as it came. The key and
 * the base URL are those of the `openai` package.
 */
export function createFetch(options?: FetchOptions | null): typeof fetch;
