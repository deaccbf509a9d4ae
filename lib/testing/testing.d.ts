import type { IncomingHttpHeaders } from 'node:http';

/** How badly the server behaves; each for all requests, or by one of them. */
export interface Knobs {
  /** Milliseconds before each answer. Default 0. */
  latencyMs?: number;
  /** Up to so many milliseconds more, evenly spread. Default 0. */
  jitterMs?: number;
  /** Share of the requests that fail. Default 0. */
  faultRate?: number;
  /** How they fail: 400 to 599. Default 503. */
  faultStatus?: number;
  /** Share of the requests that take `slowMs` longer. Default 0. */
  slowShare?: number;
  /** Default 1000. */
  slowMs?: number;
  /** Milliseconds between two events of a stream. Default 0. */
  eventMs?: number;
}

/** What a client sent. */
export interface RecordedRequest {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingHttpHeaders;
  /** The body. */
  text: string;
  /** The body as a value; undefined when it is not JSON. */
  json: any;
}

/**
 * One answer of a script. What it leaves out is the model's: `{ delayMs: 50 }`
 * is a late answer, `{ status: 503, headers: { 'retry-after': '1' } }` a
 * refusal with the usual body.
 */
export interface ScriptedAnswer {
  /** 200 to 599. Default 200. */
  status?: number;
  headers?: Record<string, string | string[]>;
  /** Text and bytes are sent as they are, everything else as JSON. */
  body?: unknown;
  /**
   * Sent as server-sent events, in place of a body; texts as they are,
   * everything else as JSON.
   */
  events?: readonly unknown[];
  /** Waits so many milliseconds before it answers. */
  delayMs?: number;
  /** Never answers. */
  hang?: boolean;
  /** Closes the connection instead of answering. */
  reset?: boolean;
  /** Announces the whole body, sends so many bytes of it, and closes. */
  cut?: number;
}

/**
 * Answers for the first requests in order, after which the model answers; or a
 * function that is asked about each, and gives undefined for the model's
 * answer. `n` counts requests from 0.
 */
export type Script =
  | readonly (ScriptedAnswer | null | undefined)[]
  | ((
      request: RecordedRequest,
      n: number,
    ) =>
      | ScriptedAnswer
      | null
      | undefined
      | Promise<ScriptedAnswer | null | undefined>);

export interface InferenceServerOptions {
  /** Default 0: any free one. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** What a Bearer token must be. Default: none is asked for. */
  apiKey?: string | null | undefined;
  knobs?: Knobs;
  script?: Script | null | undefined;
  /** Where faults and jitter come from: 0 up to but not 1. Default Math.random. */
  random?: (() => number) | null | undefined;
  /** How many of the latest requests are kept. Default 1000. */
  keepRequests?: number | null | undefined;
}

/** A server that is listening. */
export interface InferenceServer {
  readonly url: string;
  /** The latest requests, oldest first. */
  readonly requests: RecordedRequest[];
  /** How many requests there were. */
  readonly requestCount: number;
  /** Settles as soon as there were so many requests; nothing is polled. */
  received(count: number): Promise<void>;
  /** Ends every connection; what hangs is let go. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts an inference server that needs no model, in this process: embeddings
 * are hashed words, rerank scores their cosine, `/predict` counts the words of a
 * small lexicon, completions say the prompt back.
 */
export function startInferenceServer(
  options?: InferenceServerOptions,
): Promise<InferenceServer>;

/**
 * The vector that the server answers for a text; its length is 1.
 * @param dimensions default 256
 */
export function embedText(text: string, dimensions?: number): Float32Array;

/** The knobs with their ranges and defaults. */
export const KNOBS: Record<
  keyof Knobs,
  { min: number; max: number; otherwise: number; isInteger?: boolean }
>;
