/// <reference lib="esnext.disposable" />

/** The version of this package. */
export const version: string;

/** 1 is HTTP/1.1; 2 is HTTP/2 (ALPN over TLS, prior knowledge on cleartext). */
export type HttpVersion = 1 | 2;

/** The methods of batchPost. */
export type HttpMethod =
  'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS';

/**
 * Headers to send. They replace the client's own of the same name, compared
 * without case. Headers that frame the message (content-length,
 * transfer-encoding, connection, upgrade, expect) are refused.
 */
export type RequestHeaders =
  Readonly<Record<string, string>> | ReadonlyMap<string, string> | Headers;

/**
 * Headers of an answer, by lower-case name. A repeated header is joined with
 * ", "; set-cookie is always a list.
 */
export interface ResponseHeaders {
  'set-cookie'?: string[];
  [name: string]: string | string[] | undefined;
}

/** How the requests of a call are sent. Null counts as left out. */
export interface PreferenceOptions {
  /**
   * Requests of one call in flight at once; an integer from 1 to 1024.
   * @default 128
   */
  maxConcurrentRequests?: number | null | undefined;
  /**
   * Inputs per request; an integer from 1 to 1024.
   * @default 128
   */
  batchSize?: number | null | undefined;
  /**
   * Characters (code points) per request; an integer from 50 to 256000.
   * @default none
   */
  maxCharsPerRequest?: number | null | undefined;
  /**
   * Seconds one attempt may take. From 0.1 to 7200.
   * @default 3600
   */
  timeoutS?: number | null | undefined;
  /**
   * Seconds until a slow request is sent a second time; less than timeoutS.
   * From 0.045 to 30.
   * @default none
   */
  hedgeDelay?: number | null | undefined;
  /**
   * Seconds the whole call may take, waits included; at least timeoutS when
   * both are given. From 0.1 to 31536000.
   * @default none
   */
  totalTimeoutS?: number | null | undefined;
  /**
   * Share of the requests that may be hedged. From 0 to 3.
   * @default 0.1
   */
  hedgeBudgetPct?: number | null | undefined;
  /**
   * Share of the requests that may be retried after what may have cost the
   * server its work (5xx but 503, timeouts, broken answers). From 0 to 3.
   * @default 0.05
   */
  retryBudgetPct?: number | null | undefined;
  /**
   * Further attempts for each request; an integer from 0 to 6. Unless it is set,
   * a host that was never reached is given up at once when its name has no
   * address, and after 5 s when it cannot be connected to.
   * @default 5
   */
  maxRetries?: number | null | undefined;
  /**
   * Milliseconds before the first retry; an integer from 50 to 45000.
   * @default 125
   */
  initialBackoffMs?: number | null | undefined;
  /**
   * Requests to the server in a minute, of all calls of the pool, the last of
   * which has the last word; an integer from 1 to 100000000.
   * @default none
   */
  requestsPerMinute?: number | null | undefined;
  /**
   * Tokens in a minute, likewise, where four bytes of a request's body count as
   * one, unless `countTokens` counts them; an integer from 100 to 1000000000000.
   * @default none
   */
  tokensPerMinute?: number | null | undefined;
  /**
   * How many tokens a text is, for `tokensPerMinute` and for servers that say how
   * many are left. Called once for each text that is sent, with the JSON text of
   * a payload in `batchPost`; what it throws ends the call.
   * @default four bytes of a request are a token
   */
  countTokens?: ((text: string) => number) | null | undefined;
  /**
   * Send fewer requests at once to a server that refuses some as too many (429,
   * 503, no connection), and none twice; wait for one that says by its headers
   * that no more are left.
   * @default true
   */
  adaptive?: boolean | null | undefined;
  /**
   * Cancels the call.
   * @default none
   */
  cancelToken?: CancellationToken | AbortSignal | null | undefined;
  /**
   * Takes the place of the client's API key.
   * @default none
   */
  primaryApiKeyOverride?: string | null | undefined;
  /**
   * Headers for every request.
   * @default none
   */
  extraHeaders?: RequestHeaders | null | undefined;
  /**
   * HTTP statuses after which nothing is tried again; at most 64 integers, 100
   * to 599.
   * @default none
   */
  nonRetryableStatusCodes?: readonly number[] | null | undefined;
  /**
   * The trace that the requests belong to, sent as it is. Default: that of the
   * span which `@opentelemetry/api` says is active where the call is made, if
   * the program has loaded it; a span, and not each attempt, is the parent of
   * what the server records. False sends none. Headers of these names replace it.
   */
  traceContext?: TraceContext | false | null | undefined;
  /**
   * Send request-timeout-ms and request-deadline-ms, which differ from request
   * to request: a cache that goes by headers wants false.
   * @default true
   */
  timeoutHeaders?: boolean | null | undefined;
  /**
   * Send x-baseten-customer-request-id; likewise.
   * @default true
   */
  requestIdHeader?: boolean | null | undefined;
  /**
   * Send the first attempts of a call all to one endpoint of the client's pool,
   * while that is well: for servers that cache what they have in common.
   * @default false
   */
  pinInitialEndpointOnce?: boolean | null | undefined;
}

/** A W3C Trace Context, checked once. */
export class TraceContext {
  /**
   * @param traceparent 00-<32 hex digits>-<16 hex digits>-<2 hex digits>
   * @param tracestate header text of at most 512 characters
   */
  constructor(traceparent: string, tracestate?: string | null);
  readonly traceparent: string;
  readonly tracestate: string | undefined;
}

/** How far a call is. */
export interface ProgressFigures {
  /** Batches answered, or failed for good. */
  completed: number;
  /** Batches of the call; grows when batches are split. */
  total: number;
  /** Inputs in the completed batches. */
  inputs: number;
  /** Further attempts so far. */
  retries: number;
  /** Second copies of slow requests so far. */
  hedges: number;
}

/** What the first batch that fails for good does to its call. */
export type ErrorMode = 'throw' | 'partial' | null | undefined;

/** Options of one call: a preference, or parts of one, and a signal. */
export interface CallOptions<
  Mode extends ErrorMode = 'throw' | null | undefined,
> extends PreferenceOptions {
  /**
   * The ground on which the other options stand, itself over the client's
   * preference, option by option.
   * @default none
   */
  preference?:
    RequestProcessingPreference | PreferenceOptions | null | undefined;
  /**
   * Cancels the call, beside any cancelToken.
   * @default none
   */
  signal?: AbortSignal | null | undefined;
  /**
   * Whether the first batch that fails for good ends the call, or the call goes
   * on without it and lists what has no answer in `errors`.
   * @default 'throw'
   */
  onError?: Mode;
  /**
   * Called while the call runs, at most 20 times a second and only with news,
   * and once at the end, before the promise settles. What it throws is an
   * uncaught exception and does not touch the call.
   * @default none
   */
  onProgress?: ((figures: ProgressFigures) => void) | null | undefined;
}

/** Options of a call that goes on without the batches that fail. */
export type Partly<Options extends CallOptions> = Omit<Options, 'onError'> & {
  onError: 'partial';
};

/** What a call resolves with: whole, or with what is missing told. */
export type Answered<Whole, Partial, Mode> = Mode extends 'partial'
  ? PartialResponse<Partial>
  : Whole;

/** Inputs in a row that have no answer, and why. */
export interface InputFailure {
  /** Place of the first of them. */
  firstInput: number;
  inputCount: number;
  error: PerformanceClientError;
}

/**
 * A response in which answers may be missing. Every input has an answer or
 * stands in `errors`, never both.
 */
export type PartialResponse<Response> = Response & {
  /** In input order; empty when every input has its answer. */
  errors: InputFailure[];
};

/** Where a preference is expected, an options object will do. */
export type Preference = RequestProcessingPreference | CallOptions;

/** A preference checked once, frozen, and shared by any number of calls. */
export class RequestProcessingPreference {
  #private;
  /**
   * The values in order. A boolean in the fifth place tells the order of
   * `@basetenlabs/performance-client`: maxConcurrentRequests, batchSize,
   * timeoutS, maxCharsPerRequest, pinInitialEndpointOnce, hedgeDelay, …
   * @deprecated Options have names: `new RequestProcessingPreference({ batchSize })`.
   * @example new RequestProcessingPreference(32, 64, null, 30)
   */
  constructor(
    maxConcurrentRequests?: number | null,
    batchSize?: number | null,
    maxCharsPerRequest?: number | null,
    timeoutS?: number | null,
    hedgeDelay?: number | null,
    totalTimeoutS?: number | null,
    hedgeBudgetPct?: number | null,
    retryBudgetPct?: number | null,
    maxRetries?: number | null,
    initialBackoffMs?: number | null,
    cancelToken?: CancellationToken | AbortSignal | null,
    primaryApiKeyOverride?: string | null,
    extraHeaders?: RequestHeaders | null,
    nonRetryableStatusCodes?: readonly number[] | null,
    traceContext?: TraceContext | false | null,
  );
  /** @deprecated Options have names. */
  constructor(
    maxConcurrentRequests: number | null | undefined,
    batchSize: number | null | undefined,
    timeoutS: number | null | undefined,
    maxCharsPerRequest: number | null | undefined,
    pinInitialEndpointOnce: boolean,
    hedgeDelay?: number | null,
    totalTimeoutS?: number | null,
    hedgeBudgetPct?: number | null,
    retryBudgetPct?: number | null,
    maxRetries?: number | null,
    initialBackoffMs?: number | null,
    cancelToken?: CancellationToken | AbortSignal | null,
    primaryApiKeyOverride?: string | null,
    extraHeaders?: RequestHeaders | null,
    nonRetryableStatusCodes?: readonly number[] | null,
    traceparent?: string | null,
    tracestate?: string | null,
  );
  /**
   * @example
   * const preference = new RequestProcessingPreference({ batchSize: 64, timeoutS: 30 });
   */
  constructor(options?: PreferenceOptions);
  readonly maxConcurrentRequests: number;
  readonly batchSize: number;
  readonly maxCharsPerRequest: number | undefined;
  readonly timeoutS: number;
  readonly hedgeDelay: number | undefined;
  readonly totalTimeoutS: number | undefined;
  readonly hedgeBudgetPct: number;
  readonly retryBudgetPct: number;
  readonly maxRetries: number;
  readonly initialBackoffMs: number;
  readonly requestsPerMinute: number | undefined;
  readonly tokensPerMinute: number | undefined;
  readonly countTokens: ((text: string) => number) | undefined;
  readonly adaptive: boolean;
  readonly cancelToken: CancellationToken | AbortSignal | undefined;
  readonly primaryApiKeyOverride: string | undefined;
  /** By lower-case name. */
  readonly extraHeaders: Readonly<Record<string, string>> | undefined;
  readonly nonRetryableStatusCodes: readonly number[];
  readonly traceContext: TraceContext | false | undefined;
  readonly timeoutHeaders: boolean;
  readonly requestIdHeader: boolean;
  readonly pinInitialEndpointOnce: boolean;
}

/** Cancels every call it was given to; the end of a call does not touch it. */
export class CancellationToken {
  #private;
  /** Aborts the running calls that hold this token and refuses later ones. */
  cancel(): void;
  /**
   * A method, unlike the property of `@basetenlabs/performance-client`: reading
   * it without a call is warned of once in a process.
   * @example if (token.isCancelled()) return;
   */
  isCancelled(): boolean;
  /** The same as isCancelled. */
  is_cancelled(): boolean;
}

/** PEM text. */
export type Pem = string | Uint8Array;

/** How connections are made; options of clients and wrappers. */
export interface HttpClientOptions {
  /** @default 1 */
  httpVersion?: HttpVersion | null | undefined;
  /**
   * URL of a proxy (http, https, socks4, socks4a, socks5, socks5h). Default:
   * HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY of the environment.
   */
  proxy?: string | null | undefined;
  /**
   * What httpVersion 2 means without TLS: HTTP/2 by prior knowledge, or (false)
   * HTTP/1.1.
   * @default true
   */
  cleartextHttp2?: boolean | null | undefined;
  /**
   * Never connect to a private, loopback, link-local or other special address,
   * whatever a host name resolves to; such calls end with CONNECTION_ERROR and
   * are not retried. For hosts that somebody else chooses. What a `proxy`
   * connects to is the proxy's affair.
   * @default false
   */
  publicOnly?: boolean | null | undefined;
  /**
   * Requests under way at once, over all calls of the pool; a client with such
   * a limit has a pool of its own.
   * @default no limit
   */
  maxInFlight?: number | null | undefined;
  /**
   * Certificate authorities to trust instead of the system's. Default: the
   * system's, those in NODE_EXTRA_CA_CERTS and those in SSL_CERT_FILE.
   */
  ca?: Pem | readonly Pem[] | null | undefined;
  /**
   * The client's certificate; needs `key`.
   * @default none
   */
  cert?: Pem | null | undefined;
  /**
   * The private key of `cert`.
   * @default none
   */
  key?: Pem | null | undefined;
  /**
   * Seconds a connection may take to be made. From 0.1 to 7200.
   * @default 10
   */
  connectTimeoutS?: number | null | undefined;
}

/** How long answered batches took, in seconds; zeros while there are none. */
export interface LatencyFigures {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** What a pool of connections has done since it was made. */
export interface ClientStats {
  /** Requests sent: every attempt, and every second copy. */
  readonly requests: number;
  /** Answers by HTTP status. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly retries: number;
  /** Second copies of slow requests. */
  readonly hedges: number;
  /** Second copies that brought the answer. */
  readonly hedgesWon: number;
  readonly connectionsOpened: number;
  /** Requests sent over a connection that was open already. */
  readonly connectionsReused: number;
  /** Of request bodies. */
  readonly bytesSent: number;
  /** Of answer bodies, as they came over the wire. */
  readonly bytesReceived: number;
  /** Requests under way now. */
  readonly inFlight: number;
  /** Batches that wait to be sent now. */
  readonly queued: number;
  /**
   * Requests at once that servers are sent which refuse some as too many (429,
   * 503); 0 while none does.
   */
  readonly limit: number;
  /** Requests that servers have refused as too many. */
  readonly throttled: number;
  /** Per batch: from its first attempt to its answer, retries included. */
  readonly latency: LatencyFigures;
}

/** A pool of connections; any number of clients may share it. */
export class HttpClientWrapper {
  #private;
  /**
   * @param proxy default: what the environment says
   * @example new HttpClientWrapper(2)
   */
  constructor(
    httpVersion?: HttpVersion | null,
    proxy?: string | null,
    options?: HttpClientOptions | null,
  );
  /** @example new HttpClientWrapper({ httpVersion: 2, maxInFlight: 256 }) */
  constructor(options: HttpClientOptions);
  /** A frozen snapshot, for all its clients together. */
  stats(): ClientStats;
  /** Refuses new calls, lets running ones finish, closes the connections. */
  close(): Promise<void>;
  /** Ends the running calls of all its clients now, with code CLOSED. */
  destroy(): Promise<void>;
  /** What `await using` calls. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** How an endpoint is asked whether it is well. */
export interface EndpointOptions {
  /**
   * A full URL, asked behind the health path, with the endpoint's key.
   * @default none
   */
  deepHealthUrl?: string | null | undefined;
  /**
   * Below the base URL; false for none. Where nobody names it, a server without
   * it (404, 405, 501) is well.
   * @default '/health'
   */
  deploymentHealthPath?: string | false | null | undefined;
  /**
   * Seconds from one probe to the next while calls use the pool; 0.1 to 86400.
   * @default 10
   */
  healthCheckIntervalS?: number | null | undefined;
  /**
   * Seconds for one try; 0.1 to 86400.
   * @default 6
   */
  healthCheckTimeoutS?: number | null | undefined;
  /**
   * Further tries of a check that fails, 200 ms apart; an integer from 0 to 10.
   * @default 2
   */
  healthCheckRetries?: number | null | undefined;
  /**
   * A bad health path decides; the deep URL is not asked then.
   * @default false
   */
  healthFailOnFirst?: boolean | null | undefined;
  /**
   * A check that only timed out says nothing.
   * @default true
   */
  timeoutIsNoVote?: boolean | null | undefined;
}

/** One deployment of an EndpointPool. */
export class Endpoint {
  #private;
  /**
   * The order of `@basetenlabs/performance-client`. The wrapper is not used:
   * probes go the way of the calls.
   * @deprecated Options have names: `new Endpoint(url, key, { deepHealthUrl })`.
   * @example new Endpoint('https://model-a.example', key, wrapper, null, '/ready')
   */
  constructor(
    baseUrl: string,
    apiKey: string | false | null | undefined,
    clientWrapper: HttpClientWrapper | null | undefined,
    deepHealthUrl?: string | null,
    deploymentHealthPath?: string | false | null,
    healthCheckIntervalS?: number | null,
    healthCheckTimeoutS?: number | null,
    healthCheckRetries?: number | null,
    healthFailOnFirst?: boolean | null,
    timeoutIsNoVote?: boolean | null,
  );
  /**
   * @param apiKey false sends none; left out, it is that of the environment
   * @example new Endpoint('https://model-a.example', process.env.KEY_A)
   */
  constructor(
    baseUrl: string,
    apiKey?: string | false | null,
    options?: EndpointOptions | null,
  );
  /** Without a slash at its end. */
  readonly baseUrl: string;
}

/** How one endpoint is doing. */
export interface EndpointStats {
  readonly baseUrl: string;
  readonly healthy: boolean;
  /** Attempts sent to it, hedges included. */
  readonly requests: number;
  /** Of those, how many brought no answer that a call could use. */
  readonly failures: number;
  /** Of `requests`: further attempts. */
  readonly retries: number;
  /** Of `requests`: second ones beside slow ones. */
  readonly hedges: number;
  /** Attempts under way now. */
  readonly inFlight: number;
  /** Undefined before the first. */
  readonly lastProbe: EndpointProbe | undefined;
}

/** The last time an endpoint was asked whether it is well. */
export interface EndpointProbe {
  /** Its end. */
  readonly at: Date;
  readonly seconds: number;
  /** Undefined when it only timed out. */
  readonly healthy: boolean | undefined;
}

/** Deployments of one model: requests go to those that are well, by weight. */
export class EndpointPool {
  #private;
  /**
   * @param endpoints 1 to 64, with different base URLs
   * @param weights finite numbers from 0 on, not all 0; default: 1 each
   * @example
   * const endpoints = new EndpointPool([new Endpoint(a), new Endpoint(b)], [3, 1]);
   * const client = new PerformanceClient(null, { endpoints });
   */
  constructor(
    endpoints: readonly Endpoint[],
    weights?: readonly number[] | null,
  );
  readonly endpoints: readonly Endpoint[];
  readonly weights: readonly number[];
  /** A frozen snapshot, in the order of the endpoints, over all clients. */
  stats(): readonly EndpointStats[];
}

/** What a client brings to all its calls. */
export interface PerformanceClientOptions extends HttpClientOptions {
  /**
   * Default: BASETEN_API_KEY, else OPENAI_API_KEY of the environment, whatever
   * host the base URL names. False sends none. Without any, calls are refused
   * that bring none of their own.
   */
  apiKey?: string | false | null | undefined;
  /**
   * A pool to share. Its httpVersion and proxy count, not those beside it; the
   * other options of a pool are refused beside it. Default: the pool of the
   * clients with equal settings, or its own where it has a `maxInFlight`.
   */
  clientWrapper?: HttpClientWrapper | null | undefined;
  /**
   * Where the calls go, instead of to the client's base URL with its key.
   * @default none
   */
  endpoints?: EndpointPool | null | undefined;
  /**
   * What every call of the client stands on; options of a call and of its own
   * preference go over it, one by one.
   * @default none
   */
  preference?:
    RequestProcessingPreference | PreferenceOptions | null | undefined;
  /**
   * Headers for every request, below those of preference and call.
   * @default none
   */
  headers?: RequestHeaders | null | undefined;
}

/** An embedding in one of its forms. */
export type EmbeddingValue = number[] | Float32Array | string;

/** Options of the calls that send texts in batches. */
interface TextOptions<
  Mode extends ErrorMode = 'throw' | null | undefined,
> extends CallOptions<Mode> {
  /**
   * Send a batch that the server refuses as too large (413, or 400 and 422 that
   * say so) in halves, and no larger ones for the rest of the call, unless a
   * single input is to blame.
   * @default true
   */
  splitOnLimit?: boolean | null | undefined;
}

/** How embeddings are asked for. */
export type EncodingFormat = 'float' | 'base64' | null | undefined;

/** How embeddings are handed out. */
export type EmbeddingOutput = 'array' | 'float32' | null | undefined;

/** What each `embedding` is, by `output` and else by `encodingFormat`. */
export type EmbeddingOf<Output, Encoding> = Output extends 'float32'
  ? Float32Array
  : Output extends 'array'
    ? number[]
    : Encoding extends 'base64'
      ? string
      : number[];

/** Options of embed. */
export interface EmbedOptions<
  Output extends EmbeddingOutput = EmbeddingOutput,
  Encoding extends EncodingFormat = EncodingFormat,
  Mode extends ErrorMode = 'throw' | null | undefined,
> extends TextOptions<Mode> {
  /**
   * What the server is asked for; base64 hands back strings unless `output`
   * says otherwise. Default: the server's choice.
   */
  encodingFormat?: Encoding;
  /**
   * 'auto' asks for base64 on the wire, which is faster, and hands back the same
   * numbers. A server that refuses it is asked without, and remembered.
   * 'msgpack' asks for MessagePack, by `accept`; a server that does not know it
   * answers JSON.
   * @default what `encodingFormat` says, as JSON
   */
  wireFormat?: 'auto' | 'msgpack' | null | undefined;
  /** Dimensions of the vectors; integer of at least 1. Default: the model's. */
  dimensions?: number | null | undefined;
  /**
   * Passed on to the server.
   * @default none
   */
  user?: string | null | undefined;
  /**
   * What each `embedding` is: an array of numbers, or a Float32Array that looks
   * into the matrix.
   * @default 'array'
   */
  output?: Output;
}

interface ScoringOptions<
  Mode extends ErrorMode = 'throw' | null | undefined,
> extends TextOptions<Mode> {
  /**
   * 'msgpack' asks for MessagePack, by `accept`; a server that does not know it
   * answers JSON.
   * @default JSON
   */
  wireFormat?: 'msgpack' | null | undefined;
  /** @default none */
  model?: string | null | undefined;
  /**
   * Scores as the model gives them, not normalised.
   * @default false
   */
  rawScores?: boolean | null | undefined;
  /**
   * Cut texts that are too long, rather than fail.
   * @default false
   */
  truncate?: boolean | null | undefined;
  /**
   * Which end is cut.
   * @default 'Right'
   */
  truncationDirection?: TruncationDirection | null | undefined;
}

/** The end of a text that is cut. */
export type TruncationDirection = 'Left' | 'Right';

/** Options of rerank. */
export interface RerankOptions<
  Mode extends ErrorMode = 'throw' | null | undefined,
> extends ScoringOptions<Mode> {
  /**
   * Have each text beside its score.
   * @default false
   */
  returnText?: boolean | null | undefined;
  /**
   * How the server is spoken to. `tei` sends `texts`; `cohere` sends `documents`
   * and reads `relevance_score`, as Cohere, Jina, vLLM, Infinity and LiteLLM
   * have it, without rawScores, truncate and truncationDirection.
   * @default 'tei'
   */
  dialect?: 'tei' | 'cohere' | null | undefined;
  /**
   * Keep so many, the best of all texts, best first; integer of at least 1.
   * @default all, in the server's order
   */
  topN?: number | null | undefined;
}

/** Options of classify. */
export interface ClassifyOptions<
  Mode extends ErrorMode = 'throw' | null | undefined,
> extends ScoringOptions<Mode> {}

/** Options of batchPost. */
export interface BatchPostOptions<
  Mode extends ErrorMode = 'throw' | null | undefined,
> extends CallOptions<Mode> {
  /**
   * GET, DELETE, HEAD and OPTIONS send no body.
   * @default POST
   */
  method?: HttpMethod | null | undefined;
  /** Headers of this call; they replace those of the preference. */
  headers?: RequestHeaders | null | undefined;
  /**
   * 'msgpack' asks for MessagePack, by `accept`. Of such an answer, asked for or
   * not, bytes are a Uint8Array, timestamps a Date, other extensions
   * `{ type, data }`, and integers that are no safe numbers a bigint.
   * @default JSON
   */
  wireFormat?: 'msgpack' | null | undefined;
}

/** What the answers of all methods have in common. */
interface CallResponse {
  /** Seconds each request took, retries included, by batch. */
  individual_request_times: number[];
  /** The same as individual_request_times. */
  readonly individual_batch_request_times: number[];
  /** The headers of each answer, by batch. */
  response_headers: ResponseHeaders[];
  /** Seconds the whole call took. */
  total_time: number;
}

/** One embedding. */
export interface EmbeddingItem<Value extends EmbeddingValue | null = number[]> {
  /** Made at the first look, then kept; null where there is no answer. */
  embedding: Value;
  /** Place of the input it belongs to. */
  index: number;
  object: 'embedding';
}

/** All embeddings of a call, row by row. */
export interface EmbeddingMatrix {
  /** Row i starts at i * dimensions. Shared with the response: not a copy. */
  data: Float32Array;
  rows: number;
  dimensions: number;
}

/** What the server counted. */
export interface Usage {
  /** 0 when the server does not say. */
  prompt_tokens: number;
  /** 0 when the server does not say. */
  total_tokens: number;
}

/** One embedding per input, in input order. */
export class EmbeddingsResponse<
  Value extends EmbeddingValue | null = number[],
> implements CallResponse {
  private constructor();
  data: EmbeddingItem<Value>[];
  individual_request_times: number[];
  readonly individual_batch_request_times: number[];
  /** As the server names it, else as it was asked for. */
  model: string;
  object: 'list';
  response_headers: ResponseHeaders[];
  total_time: number;
  /** Summed over all requests. */
  usage: Usage;
  /**
   * All embeddings as one block of float32 values, without a copy; NaN where
   * there is no answer. Throws a RangeError when they differ in length.
   */
  matrix(): EmbeddingMatrix;
  /** The rows of the matrix one by one, each a view of it: not a copy. */
  rows(): IterableIterator<Float32Array>;
}

/** The score of one text. */
export interface RerankResult {
  /** Place of the text in the call. */
  index: number;
  score: number;
  /** Null unless `returnText` was asked for. */
  text: string | null;
}

/** One score per text: batch by batch, each in the server's order, or the best. */
export class RerankResponse implements CallResponse {
  private constructor();
  data: RerankResult[];
  individual_request_times: number[];
  readonly individual_batch_request_times: number[];
  object: 'list';
  response_headers: ResponseHeaders[];
  total_time: number;
  /** A copy of `data`, best first; equal scores keep their order. */
  sorted(): RerankResult[];
}

/** One label of a text. */
export interface ClassificationResult {
  label: string;
  score: number;
}

/** One list of labels per input, in input order. */
export class ClassificationResponse<
  Labels extends ClassificationResult[] | null = ClassificationResult[],
> implements CallResponse {
  private constructor();
  /** Null where there is no answer. */
  data: Labels[];
  individual_request_times: number[];
  readonly individual_batch_request_times: number[];
  object: 'list';
  response_headers: ResponseHeaders[];
  total_time: number;
}

/** One answer per payload, in payload order. */
export class BatchPostResponse<Answer = unknown> implements CallResponse {
  private constructor();
  /** Null where the answer had no body, or where there is no answer. */
  data: Answer[];
  individual_request_times: number[];
  readonly individual_batch_request_times: number[];
  response_headers: ResponseHeaders[];
  /** HTTP statuses, by payload; null where there is no answer. */
  statuses: (number | null)[];
  total_time: number;
}

/**
 * Results as they arrive, made by the first `next()`. Leaving a `for await`
 * early, or `return()`, cancels what is in flight and closes the source.
 */
export interface ResultStream<Result> extends AsyncIterableIterator<Result> {
  /** Cancels what is in flight and closes the source. */
  return(value?: undefined): Promise<IteratorResult<Result, undefined>>;
  /** The same, and rejects with `error`. */
  throw(error?: unknown): Promise<IteratorResult<Result, undefined>>;
  /** The stream itself. */
  [Symbol.asyncIterator](): ResultStream<Result>;
  /** What `await using` calls. */
  [Symbol.asyncDispose](): Promise<void>;
}

interface StreamOptions {
  /**
   * Results in input order, or as they are completed.
   * @default true
   */
  ordered?: boolean | null | undefined;
}

/** What of an item is sent. */
interface TextStreamOptions<Item> extends StreamOptions {
  /**
   * Called once for each item, with its text for an answer. Items that are
   * strings are their own.
   */
  text?: ((item: Item) => string) | null | undefined;
}

/**
 * For the stream as a whole count maxConcurrentRequests and totalTimeoutS; each
 * batch has the rest for itself, hedge and retry budgets included.
 */
export interface EmbedStreamOptions<
  Item = string,
  Mode extends ErrorMode = 'throw' | null | undefined,
>
  extends
    Omit<EmbedOptions<null, EncodingFormat, Mode>, 'output' | 'onProgress'>,
    TextStreamOptions<Item> {}

/** Options of rerankStream, which are those of rerank. */
export interface RerankStreamOptions<
  Item = string,
  Mode extends ErrorMode = 'throw' | null | undefined,
>
  extends
    Omit<RerankOptions<Mode>, 'topN' | 'onProgress'>,
    TextStreamOptions<Item> {}

/** Options of classifyStream, which are those of classify. */
export interface ClassifyStreamOptions<
  Item = string,
  Mode extends ErrorMode = 'throw' | null | undefined,
>
  extends Omit<ClassifyOptions<Mode>, 'onProgress'>, TextStreamOptions<Item> {}

/** Options of batchPostStream, which are those of batchPost. */
export interface BatchPostStreamOptions<
  Item = unknown,
  Mode extends ErrorMode = 'throw' | null | undefined,
>
  extends Omit<BatchPostOptions<Mode>, 'onProgress'>, StreamOptions {
  /**
   * Called once for each item, with its payload for an answer.
   * @default the item itself
   */
  payload?: ((item: Item) => unknown) | null | undefined;
}

/** Items in a row. */
interface StreamedBatch<Item> {
  /** Place of the first of them in the stream. */
  start: number;
  count: number;
  /** What the source gave. */
  items: Item[];
  error?: undefined;
}

/** The embeddings of some items in a row. */
export interface EmbeddedBatch<Item = string> extends StreamedBatch<Item> {
  dimensions: number;
  /** Row i, from 0, starts at i * dimensions. */
  data: Float32Array;
  /** Of this batch; told once if it was sent in parts. */
  usage: Usage;
  /** Each row as a view of `data`: not a copy. */
  rows(): IterableIterator<Float32Array>;
}

/** The scores of some items in a row. */
export interface RerankedBatch<Item = string> extends StreamedBatch<Item> {
  /** In the server's order; each `index` is a place in the stream. */
  data: RerankResult[];
}

/** The labels of some items in a row. */
export interface ClassifiedBatch<Item = string> extends StreamedBatch<Item> {
  /** One list of labels per item. */
  data: ClassificationResult[][];
}

/** Items in a row that have no answer, and why. */
export interface FailedBatch<Item = string> {
  start: number;
  count: number;
  items: Item[];
  error: PerformanceClientError;
}

/** The answer to one item. */
export interface PostedPayload<Answer = unknown, Item = unknown> {
  /** Place of the item in the stream. */
  index: number;
  /** What the source gave. */
  item: Item;
  /** Null where the answer had no body. */
  data: Answer;
  /** The HTTP status of the answer. */
  status: number;
  headers: ResponseHeaders;
  /** Seconds the request took, retries included. */
  seconds: number;
  error?: undefined;
}

/** An item that has no answer, and why. */
export interface FailedPayload<Item = unknown> {
  index: number;
  item: Item;
  error: PerformanceClientError;
}

/** What a stream yields: only answers, or failures in their place as well. */
export type Streamed<Result, Failed, Mode> = Mode extends 'partial'
  ? Result | Failed
  : Result;

/** What a stream reads: anything but a text, which is one of characters. */
export type StreamSource<Item> = (Iterable<Item> | AsyncIterable<Item>) &
  object;

/**
 * Sends many requests at once to one deployment; safe to share and reuse. Its
 * methods always reject, never throw; a refused argument is a TypeError or
 * RangeError with code INVALID_ARGUMENT, see {@link InvalidArgumentError}.
 */
export class PerformanceClient {
  #private;
  /**
   * @deprecated Options have names: `new PerformanceClient(url, { apiKey })`.
   * @param baseUrl http or https URL, perhaps with a path in front of all paths
   * @param apiKey default: BASETEN_API_KEY, else OPENAI_API_KEY; false: none
   * @param httpVersion default 1
   * @param clientWrapper a pool to share; it decides on httpVersion and proxy
   * @param proxy default: what the environment says
   * @param endpoints where the calls go instead
   * @example new PerformanceClient(url, 'a-key', 1, wrapper)
   */
  constructor(
    baseUrl: string | null | undefined,
    apiKey: string | false | null | undefined,
    httpVersion: HttpVersion | null | undefined,
    clientWrapper: HttpClientWrapper | null | undefined,
    proxy: string | null | undefined,
    endpoints: EndpointPool,
  );
  /**
   * @deprecated Options have names: `new PerformanceClient(url, { apiKey })`.
   * @param baseUrl http or https URL, perhaps with a path in front of all paths
   * @param apiKey default: BASETEN_API_KEY, else OPENAI_API_KEY; false: none
   * @param httpVersion default 1
   * @param clientWrapper a pool to share; it decides on httpVersion and proxy
   * @param proxy default: what the environment says
   * @example new PerformanceClient(url, 'a-key', 1, wrapper)
   */
  constructor(
    baseUrl: string,
    apiKey: string | false | null | undefined,
    httpVersion: HttpVersion | null | undefined,
    clientWrapper?: HttpClientWrapper | null,
    proxy?: string | null,
    endpoints?: EndpointPool | null,
  );
  /**
   * @param baseUrl http or https URL, perhaps with a path in front of all paths
   * @param apiKey default: BASETEN_API_KEY, else OPENAI_API_KEY; false: none
   * @example new PerformanceClient(url, process.env.BASETEN_API_KEY)
   */
  constructor(baseUrl: string, apiKey?: string | false | null);
  /**
   * @param baseUrl of no use beside `endpoints`
   * @example new PerformanceClient(null, { endpoints })
   */
  constructor(
    baseUrl: string | null | undefined,
    options: PerformanceClientOptions & { endpoints: EndpointPool },
  );
  /**
   * @param baseUrl http or https URL, perhaps with a path in front of all paths
   * @example
   * const client = new PerformanceClient('http://127.0.0.1:8080', {
   *   apiKey: false,
   *   preference: { timeoutS: 30 },
   * });
   */
  constructor(baseUrl: string, options: PerformanceClientOptions);

  /** The pool this client sends through. */
  readonly clientWrapper: HttpClientWrapper;
  /** The same as clientWrapper. */
  getClientWrapper(): HttpClientWrapper;

  /**
   * A frozen snapshot of what its pool has done, for all clients that share it:
   * those with its wrapper or, where none was given, those made with equal
   * settings. Once closed, as it was then.
   */
  stats(): ClientStats;

  /**
   * Embeds every text: POST /v1/embeddings in batches.
   * @deprecated Options have names: `embed(input, model, { encodingFormat })`.
   * @example await client.embed(texts, 'my_model', 'float', null, null, preference)
   */
  embed(
    input: string | readonly string[],
    model: string,
    encodingFormat: 'float' | null | undefined,
    dimensions?: number | null,
    user?: string | null,
    preference?: Preference | null,
  ): Promise<EmbeddingsResponse>;
  /**
   * Embeds every text, into strings: POST /v1/embeddings in batches.
   * @deprecated Options have names: `embed(input, model, { encodingFormat })`.
   * @example await client.embed(texts, 'my_model', 'base64')
   */
  embed(
    input: string | readonly string[],
    model: string,
    encodingFormat: 'base64',
    dimensions?: number | null,
    user?: string | null,
    preference?: Preference | null,
  ): Promise<EmbeddingsResponse<string>>;
  /**
   * Embeds every text: POST /v1/embeddings in batches.
   * @example await client.embed(texts, 'my_model', preference)
   */
  embed(
    input: string | readonly string[],
    model: string,
    preference?: RequestProcessingPreference | null,
  ): Promise<EmbeddingsResponse>;
  /**
   * Embeds every text: POST /v1/embeddings in batches. A text is a list of one;
   * an empty list is answered without a request, where options are given.
   * @param input the texts, of which `data[i]` answers the i-th
   * @example
   * const { data } = await client.embed(['Hello world'], 'my_model', {
   *   batchSize: 64,
   * });
   */
  embed<
    Output extends EmbeddingOutput = undefined,
    Encoding extends EncodingFormat = undefined,
    Mode extends ErrorMode = undefined,
  >(
    input: string | readonly string[],
    model: string,
    options?: EmbedOptions<Output, Encoding, Mode> | null,
  ): Promise<
    Answered<
      EmbeddingsResponse<EmbeddingOf<Output, Encoding>>,
      EmbeddingsResponse<EmbeddingOf<Output, Encoding> | null>,
      Mode
    >
  >;

  /**
   * Scores every text against the query: POST /rerank in batches.
   * @deprecated Options have names: `rerank(query, texts, { model })`.
   * @example await client.rerank('query', texts, 'my_model', true)
   */
  rerank(
    query: string,
    texts: readonly string[],
    model: string | null | undefined,
    returnText?: boolean | null,
    preference?: RequestProcessingPreference | RerankOptions | null,
  ): Promise<RerankResponse>;
  /**
   * Scores every text against the query: POST /rerank in batches.
   * @deprecated Options have names: `rerank(query, texts, { rawScores })`.
   * @example await client.rerank('query', texts, false, 'my_model', true)
   */
  rerank(
    query: string,
    texts: readonly string[],
    rawScores: boolean | null | undefined,
    model?: string | null,
    returnText?: boolean | null,
    truncate?: boolean | null,
    truncationDirection?: TruncationDirection | null,
    preference?: Preference | null,
  ): Promise<RerankResponse>;
  /**
   * Scores every text against the query: POST /rerank in batches.
   * @example await client.rerank('query', texts, preference)
   */
  rerank(
    query: string,
    texts: readonly string[],
    preference: RequestProcessingPreference,
  ): Promise<RerankResponse>;
  /**
   * Scores every text against the query: POST /rerank in batches. With
   * `onError: 'partial'` texts without an answer are absent.
   * @example
   * const best = await client.rerank('query', texts, { topN: 3 });
   */
  rerank<Mode extends ErrorMode = undefined>(
    query: string,
    texts: readonly string[],
    options?: RerankOptions<Mode> | null,
  ): Promise<Answered<RerankResponse, RerankResponse, Mode>>;

  /**
   * Classifies every text: POST /predict in batches.
   * @deprecated Options have names: `classify(inputs, { model })`.
   * @example await client.classify(texts, 'my_model', preference)
   */
  classify(
    inputs: readonly string[],
    model: string | null | undefined,
    preference?: RequestProcessingPreference | ClassifyOptions | null,
  ): Promise<ClassificationResponse>;
  /**
   * Classifies every text: POST /predict in batches.
   * @deprecated Options have names: `classify(inputs, { rawScores })`.
   * @example await client.classify(texts, 'my_model', true)
   */
  classify(
    inputs: readonly string[],
    model: string | null | undefined,
    rawScores: boolean | null | undefined,
    truncate?: boolean | null,
    truncationDirection?: TruncationDirection | null,
    preference?: Preference | null,
  ): Promise<ClassificationResponse>;
  /**
   * Classifies every text: POST /predict in batches.
   * @example await client.classify(texts, preference)
   */
  classify(
    inputs: readonly string[],
    preference: RequestProcessingPreference,
  ): Promise<ClassificationResponse>;
  /**
   * Classifies every text: POST /predict in batches.
   * @example
   * const { data } = await client.classify(texts, { truncate: true });
   * console.log(data[0]?.[0]?.label);
   */
  classify<Mode extends ErrorMode = undefined>(
    inputs: readonly string[],
    options?: ClassifyOptions<Mode> | null,
  ): Promise<
    Answered<
      ClassificationResponse,
      ClassificationResponse<ClassificationResult[] | null>,
      Mode
    >
  >;

  /**
   * Sends one request per payload, whose body is its JSON text. `Answer` is
   * what the caller expects of the endpoint; it is not checked.
   *
   * JSON text is made once per payload: of the first ones, some 256 KiB of it,
   * before the method returns, of the others in order, shortly before they are
   * sent. So the list is the caller's again at once, what is in it when the call
   * has ended. A payload that has no JSON text (a circular one, a BigInt, a
   * `toJSON` that throws) rejects with a `TypeError` whose `argument` tells its
   * place, as `payloads[7]`; when others were sent by then, its `partial` is
   * what they have brought.
   * @deprecated Options have names: `batchPost(urlPath, payloads, { method })`.
   * @example await client.batchPost('/v1/completions', payloads, preference, 'POST')
   */
  batchPost<Answer = unknown>(
    urlPath: string,
    payloads: readonly unknown[],
    preference: Preference | null | undefined,
    method: HttpMethod | null | undefined,
  ): Promise<BatchPostResponse<Answer>>;
  /**
   * Sends one request per payload.
   * @deprecated Options have names: `batchPost(urlPath, payloads, { headers })`.
   * @example await client.batchPost('/v1/completions', payloads, preference, headers)
   */
  batchPost<Answer = unknown>(
    urlPath: string,
    payloads: readonly unknown[],
    preference: Preference | null | undefined,
    headers: RequestHeaders | null | undefined,
    method?: HttpMethod | null,
  ): Promise<BatchPostResponse<Answer>>;
  /**
   * Sends one request per payload.
   * @deprecated Options have names: `batchPost(urlPath, payloads, { headers })`.
   * @example await client.batchPost('/v1/completions', payloads, headers, preference)
   */
  batchPost<Answer = unknown>(
    urlPath: string,
    payloads: readonly unknown[],
    headers: RequestHeaders | null | undefined,
    preference: Preference | null | undefined,
  ): Promise<BatchPostResponse<Answer>>;
  /**
   * Sends one request per payload, as an edition before the first wrote it.
   * @deprecated Options have names: `batchPost(urlPath, payloads, { headers })`.
   */
  batchPost<Answer = unknown>(
    urlPath: string,
    payloads: readonly unknown[],
    unused1: null | undefined,
    unused2: null | undefined,
    unused3: null | undefined,
    unused4: null | undefined,
    unused5: null | undefined,
    headers: RequestHeaders | null | undefined,
    preference?: Preference | null,
  ): Promise<BatchPostResponse<Answer>>;
  /**
   * Sends one request per payload, and goes on without those that fail.
   * @example
   * const { data, errors } = await client.batchPost('/v1/completions', payloads, {
   *   onError: 'partial',
   * });
   */
  batchPost<Answer = unknown>(
    urlPath: string,
    payloads: readonly unknown[],
    options: BatchPostOptions<'partial'> & { onError: 'partial' },
  ): Promise<PartialResponse<BatchPostResponse<Answer | null>>>;
  /**
   * Sends one request per payload.
   * @example await client.batchPost('/v1/completions', payloads, preference)
   */
  batchPost<Answer = unknown>(
    urlPath: string,
    payloads: readonly unknown[],
    preference: RequestProcessingPreference,
  ): Promise<BatchPostResponse<Answer>>;
  /**
   * Sends one request per payload, whose body is its JSON text. `Answer` is
   * what the caller expects of the endpoint; it is not checked.
   * @example
   * const { data } = await client.batchPost<Completion>('/v1/completions', payloads, {
   *   maxConcurrentRequests: 96,
   * });
   */
  batchPost<Answer = unknown>(
    urlPath: string,
    payloads: readonly unknown[],
    options?: BatchPostOptions | null,
  ): Promise<BatchPostResponse<Answer>>;

  /**
   * Embeds the texts of a source that need not fit into memory. It is read as
   * far as requests may be sent: never more than maxConcurrentRequests batches
   * are in flight or wait to be taken. Refused arguments reject the first read;
   * with `onError: 'partial'` a batch that fails for good is yielded with its
   * error.
   * @example
   * for await (const { items, data } of client.embedStream(lines, 'my_model'))
   *   write(items, data);
   */
  embedStream<Mode extends ErrorMode = undefined>(
    source: StreamSource<string>,
    model: string,
    options?:
      RequestProcessingPreference | EmbedStreamOptions<string, Mode> | null,
  ): ResultStream<Streamed<EmbeddedBatch, FailedBatch, Mode>>;
  /**
   * Embeds a text of each item of a source, which is read as above.
   * @example
   * const text = (row: Row) => row.title;
   * for await (const batch of client.embedStream(rows, 'my_model', { text }))
   *   write(batch.items, batch.rows());
   */
  embedStream<Item, Mode extends ErrorMode = undefined>(
    source: StreamSource<Item>,
    model: string,
    options: EmbedStreamOptions<Item, Mode> & { text: (item: Item) => string },
  ): ResultStream<Streamed<EmbeddedBatch<Item>, FailedBatch<Item>, Mode>>;

  /**
   * Scores the texts of a source, as embedStream reads it, against the query.
   * @example
   * for await (const { data } of client.rerankStream('query', lines)) keep(data);
   */
  rerankStream<Mode extends ErrorMode = undefined>(
    query: string,
    source: StreamSource<string>,
    options?:
      RequestProcessingPreference | RerankStreamOptions<string, Mode> | null,
  ): ResultStream<Streamed<RerankedBatch, FailedBatch, Mode>>;
  /**
   * Scores a text of each item of a source.
   * @example client.rerankStream('query', rows, { text: (row) => row.title })
   */
  rerankStream<Item, Mode extends ErrorMode = undefined>(
    query: string,
    source: StreamSource<Item>,
    options: RerankStreamOptions<Item, Mode> & { text: (item: Item) => string },
  ): ResultStream<Streamed<RerankedBatch<Item>, FailedBatch<Item>, Mode>>;

  /**
   * Classifies the texts of a source, as embedStream reads it.
   * @example
   * for await (const { items, data } of client.classifyStream(lines))
   *   items.forEach((line, i) => console.log(line, data[i]?.[0]?.label));
   */
  classifyStream<Mode extends ErrorMode = undefined>(
    source: StreamSource<string>,
    options?:
      RequestProcessingPreference | ClassifyStreamOptions<string, Mode> | null,
  ): ResultStream<Streamed<ClassifiedBatch, FailedBatch, Mode>>;
  /**
   * Classifies a text of each item of a source.
   * @example client.classifyStream(rows, { text: (row) => row.title })
   */
  classifyStream<Item, Mode extends ErrorMode = undefined>(
    source: StreamSource<Item>,
    options: ClassifyStreamOptions<Item, Mode> & {
      text: (item: Item) => string;
    },
  ): ResultStream<Streamed<ClassifiedBatch<Item>, FailedBatch<Item>, Mode>>;

  /**
   * Sends one request per item of a source, as embedStream reads it, and yields
   * a failure in its place.
   * @example
   * client.batchPostStream('/v1/completions', jobs, { onError: 'partial' })
   */
  batchPostStream<Answer = unknown, Item = unknown>(
    urlPath: string,
    source: StreamSource<Item>,
    options: BatchPostStreamOptions<Item, 'partial'> & { onError: 'partial' },
  ): ResultStream<PostedPayload<Answer, Item> | FailedPayload<Item>>;
  /**
   * Sends one request per item of a source, as embedStream reads it.
   * @example
   * const payload = ({ prompt }: Job) => ({ model: 'my_model', prompt });
   * for await (const { item, status, data } of client.batchPostStream(
   *   '/v1/completions', jobs, { payload },
   * ))
   *   write(item.id, status, data);
   */
  batchPostStream<Answer = unknown, Item = unknown>(
    urlPath: string,
    source: StreamSource<Item>,
    options?: RequestProcessingPreference | BatchPostStreamOptions<Item> | null,
  ): ResultStream<PostedPayload<Answer, Item>>;

  /**
   * Lets calls of single texts that are made within a few milliseconds travel
   * as one batch; for services that answer one text at a time.
   */
  coalesce(options?: CoalesceOptions | null): Coalescer;

  /** Refuses new calls, lets running ones finish, closes a pool of its own. */
  close(): Promise<void>;
  /** Ends its running calls now, with code CLOSED. */
  destroy(): Promise<void>;
  /** What `await using` calls. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** What ended a call; each has a class, or shares the base class. */
export type ErrorCode =
  | 'HTTP_ERROR'
  | 'TIMEOUT'
  | 'CANCELLED'
  | 'CLOSED'
  | 'CONNECTION_ERROR'
  | 'PARSE_ERROR'
  | 'RESPONSE_TOO_LARGE'
  | 'NO_MEMORY'
  | 'SYSTEM_ERROR'
  | 'NATIVE_NOT_LOADED';

/**
 * An argument refused before anything was sent, but for the later payloads of a
 * long batchPost. What the client throws is a TypeError or a RangeError, and an
 * instance of this class all the same.
 */
export class InvalidArgumentError extends TypeError {
  /** For tests of yours. */
  constructor(message: string, argument: string);
  code: 'INVALID_ARGUMENT';
  /** Which argument, for example `input[3]`. */
  argument: string;
  /** Of a payload refused after others were sent: what they have brought. */
  readonly partial?: CallResponse;
}

/** An answer as a test of yours may make it. */
export interface AnswerFacts {
  status: number;
  headers?: ResponseHeaders;
  text?: string;
}

/** What an error that is made may know. */
export interface ErrorFacts {
  response?: AnswerFacts;
  answer?: AnswerFacts;
  requestId?: string;
  attempts?: number;
  batch?: number;
  firstInput?: number;
  inputCount?: number;
  cause?: unknown;
}

/** The HTTP answer behind an error. API keys in it are blanked out. */
export interface ErrorAnswer {
  status: number;
  headers: ResponseHeaders;
  /** The body, cut at 64 KiB. */
  text: string;
  /** The body as a value; throws a SyntaxError when it is not JSON. */
  json(): unknown;
}

/** Whatever ends a call after its arguments were accepted. */
export class PerformanceClientError extends Error {
  /** @param facts without a code: that of the class, else SYSTEM_ERROR */
  constructor(message: string, facts?: ErrorFacts & { code?: ErrorCode });
  code: ErrorCode;
  /** The answer, for HTTP_ERROR alone. */
  response?: ErrorAnswer;
  /** The answer that could not be used, of PARSE_ERROR and RESPONSE_TOO_LARGE. */
  answer?: ErrorAnswer;
  /** HTTP status of the last answer, if there was one. */
  status?: number;
  /** Id of the failed request, as the server saw it. */
  requestId?: string;
  /** The same as requestId. */
  readonly customerRequestId: string | undefined;
  /** How often the failed request was sent. */
  attempts?: number;
  /** Which batch failed; missing when the call failed as a whole. */
  batch?: number;
  /** Place of the first input of that batch. */
  firstInput?: number;
  /** How many inputs that batch holds. */
  inputCount?: number;
  /** What caused it, for example the reason of an AbortSignal. */
  cause?: unknown;
  /**
   * What the call had brought home when it failed, a response of its method's
   * class; its `errors` name every input without an answer. Made at the first
   * look; undefined when the call never began, and for the errors in `errors`.
   */
  readonly partial:
    | PartialResponse<
        | EmbeddingsResponse<EmbeddingValue | null>
        | RerankResponse
        | ClassificationResponse<ClassificationResult[] | null>
        | BatchPostResponse
      >
    | undefined;
}

/** The server answered with a status that no retry could mend. */
export class HttpError extends PerformanceClientError {
  /**
   * For tests of yours.
   * @example new HttpError('too many', { response: { status: 429 } })
   */
  constructor(message: string, facts: ErrorFacts & { response: AnswerFacts });
  code: 'HTTP_ERROR';
  response: ErrorAnswer;
  status: number;
}

/** Connecting, one request, or the whole call took too long. */
export class TimeoutError extends PerformanceClientError {
  /** For tests of yours. */
  constructor(message: string, facts?: ErrorFacts);
  code: 'TIMEOUT';
}

/** A CancellationToken ended the call; or, as AbortError, an AbortSignal. */
export class CancelledError extends PerformanceClientError {
  /** For tests of yours. */
  constructor(message: string, facts?: ErrorFacts);
  code: 'CANCELLED';
}

/** An AbortSignal ended the call; `cause` is its reason. */
export class AbortError extends CancelledError {
  /** For tests of yours. */
  constructor(message: string, facts?: ErrorFacts);
  name: 'AbortError';
}

/** The client was closed or destroyed. */
export class ClosedError extends PerformanceClientError {
  /** For tests of yours. */
  constructor(message: string, facts?: ErrorFacts);
  code: 'CLOSED';
}

/** No connection, a broken one, or a peer that could not be trusted. */
export class ConnectionError extends PerformanceClientError {
  /** For tests of yours. */
  constructor(message: string, facts?: ErrorFacts);
  code: 'CONNECTION_ERROR';
}

/** The answer was cut off, malformed, or not what was asked for. */
export class ParseError extends PerformanceClientError {
  /** For tests of yours. */
  constructor(message: string, facts?: ErrorFacts);
  code: 'PARSE_ERROR';
}

/** An error without a class of its own. */
export interface OtherClientError extends PerformanceClientError {
  code:
    'RESPONSE_TOO_LARGE' | 'NO_MEMORY' | 'SYSTEM_ERROR' | 'NATIVE_NOT_LOADED';
}

/** Every error of this package; its `code` tells which, in a `switch` as well. */
export type ClientError =
  | HttpError
  | TimeoutError
  | CancelledError
  | ClosedError
  | ConnectionError
  | ParseError
  | OtherClientError
  | InvalidArgumentError;

/**
 * Is it an error of this package?
 * @example
 * if (isClientError(error))
 *   switch (error.code) {
 *     case 'HTTP_ERROR':
 *       return error.response.status;
 *     case 'INVALID_ARGUMENT':
 *       return error.argument;
 *   }
 */
export function isClientError(error: unknown): error is ClientError;

/** Names of channels of `node:diagnostics_channel`. */
export const channels: {
  /** A tracing channel, around each call: {@link CallMessage}. */
  readonly call: 'baseten-performance-client:call';
  /** For each batch: {@link RequestMessage}. */
  readonly request: 'baseten-performance-client:request';
};

/** What the tracing channel tells of a call: never a key, never an input. */
export interface CallMessage {
  operation: 'embed' | 'rerank' | 'classify' | 'batchPost';
  method: string;
  url: string;
  /** How many. */
  inputs: number;
  /** What it resolved with, at asyncEnd. */
  result?: unknown;
  /** What it rejected with, at error. */
  error?: unknown;
}

/** A batch that was answered, or failed for good. */
export interface RequestMessage {
  /** The object that the messages of its call are. */
  call: CallMessage;
  batch: number;
  firstInput: number;
  inputCount: number;
  /** Retries included; when it was answered. */
  seconds?: number;
  /** 0 when no answer came. */
  status: number;
  /** When it failed. */
  code?: ErrorCode;
}

/** When a batch of single texts leaves. */
export interface CoalesceOptions {
  /**
   * Milliseconds that the first text of a batch waits for others. From 0 to
   * 1000.
   * @default 5
   */
  maxDelayMs?: number | null | undefined;
  /**
   * Texts at which a batch is sent without waiting any longer; an integer from
   * 1 to 1024. It takes the place of `batchSize`.
   * @default 64
   */
  maxBatchSize?: number | null | undefined;
}

/** A single text is answered or it is not. */
type SingleOptions<Options extends CallOptions> = Omit<
  Options,
  'onError' | 'onProgress' | 'topN'
>;

/** Options of a single text. */
export interface SingleEmbedOptions<
  Output extends EmbeddingOutput = EmbeddingOutput,
  Encoding extends EncodingFormat = EncodingFormat,
> extends Omit<EmbedOptions<Output, Encoding>, 'onError' | 'onProgress'> {}

/** Of the request that a text travelled in. */
interface CoalescedAnswer {
  headers: ResponseHeaders;
  /** Seconds that request took, retries included. */
  seconds: number;
}

/** The embedding of one text. */
export interface CoalescedEmbedding<
  Value extends EmbeddingValue = number[],
> extends CoalescedAnswer {
  /** Of this text alone; a Float32Array does not look into a matrix. */
  embedding: Value;
  /** As the server names it, else as it was asked for. */
  model: string;
  /**
   * The text's share, by length, of what the server told for its batch. Shares
   * are whole numbers that add up to it.
   */
  usage: Usage;
}

/** The score of one text. */
export interface CoalescedScore extends CoalescedAnswer {
  score: number;
  /** Null unless `returnText` was asked for. */
  text: string | null;
}

/** The labels of one text. */
export interface CoalescedClassification extends CoalescedAnswer {
  labels: ClassificationResult[];
}

/**
 * Calls of single texts that travel together. Those share a batch whose method,
 * model (or query) and options are equal, but for `signal` and `cancelToken`.
 * A caller that aborts leaves its batch as it is; a batch that fails rejects
 * each caller with an error of its own. When the server refuses a batch with
 * 400, 413 or 422, its texts are asked for once more, each by itself.
 */
export interface Coalescer {
  /**
   * Embeds one text.
   * @example const { embedding } = await one.embed('a text', 'my_model', preference);
   */
  embed(
    text: string,
    model: string,
    preference: RequestProcessingPreference,
  ): Promise<CoalescedEmbedding>;
  /**
   * Embeds one text.
   * @example const { embedding, usage } = await one.embed('a text', 'my_model');
   */
  embed<
    Output extends EmbeddingOutput = undefined,
    Encoding extends EncodingFormat = undefined,
  >(
    text: string,
    model: string,
    options?: SingleEmbedOptions<Output, Encoding> | null,
  ): Promise<CoalescedEmbedding<EmbeddingOf<Output, Encoding>>>;

  /** Scores one text; those with the same query share a batch. */
  rerank(
    query: string,
    text: string,
    options?: RequestProcessingPreference | SingleOptions<RerankOptions> | null,
  ): Promise<CoalescedScore>;

  /** Classifies one text. */
  classify(
    text: string,
    options?:
      RequestProcessingPreference | SingleOptions<ClassifyOptions> | null,
  ): Promise<CoalescedClassification>;
}
