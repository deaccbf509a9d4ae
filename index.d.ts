/// <reference lib="esnext.disposable" />

/** The version of this package. */
export const version: string;

/** 1 is HTTP/1.1; 2 is HTTP/2 (ALPN over TLS, prior knowledge on cleartext). */
export type HttpVersion = 1 | 2;

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
  /** Requests of one call in flight at once; integer. Default 128, 1 to 1024. */
  maxConcurrentRequests?: number | null | undefined;
  /** Inputs per request; integer. Default 128, 1 to 1024. */
  batchSize?: number | null | undefined;
  /** Characters (code points) per request; integer. Default none, 50 to 256000. */
  maxCharsPerRequest?: number | null | undefined;
  /** Seconds one attempt may take. Default 3600, 0.1 to 7200. */
  timeoutS?: number | null | undefined;
  /**
   * Seconds until a slow request is sent a second time; less than timeoutS.
   * Default none, 0.045 to 30.
   */
  hedgeDelay?: number | null | undefined;
  /**
   * Seconds the whole call may take, waits included; at least timeoutS when
   * both are given. Default none, 0.1 to 31536000.
   */
  totalTimeoutS?: number | null | undefined;
  /** Share of the requests that may be hedged. Default 0.1, 0 to 3. */
  hedgeBudgetPct?: number | null | undefined;
  /**
   * Share of the requests that may be retried after what may have cost the
   * server its work (5xx but 503, timeouts, broken answers). Default 0.05, 0 to 3.
   */
  retryBudgetPct?: number | null | undefined;
  /**
   * Further attempts for each request; integer. Default 5, 0 to 6. Unless it is
   * set, a host that was never reached is given up at once when its name has no
   * address, and after 5 s when it cannot be connected to.
   */
  maxRetries?: number | null | undefined;
  /** Milliseconds before the first retry; integer. Default 125, 50 to 45000. */
  initialBackoffMs?: number | null | undefined;
  /** Cancels the call. Default none. */
  cancelToken?: CancellationToken | AbortSignal | null | undefined;
  /** Takes the place of the client's API key. Default none. */
  primaryApiKeyOverride?: string | null | undefined;
  /** Headers for every request. Default none. */
  extraHeaders?: RequestHeaders | null | undefined;
  /**
   * HTTP statuses after which nothing is tried again; at most 64 integers, 100
   * to 599. Default none.
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
   * to request: a cache that goes by headers wants false. Default true.
   */
  timeoutHeaders?: boolean | null | undefined;
  /** Send x-baseten-customer-request-id; likewise. Default true. */
  requestIdHeader?: boolean | null | undefined;
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

/** Options of one call: a preference, or parts of one, and a signal. */
export interface CallOptions extends PreferenceOptions {
  /** The ground on which the other options stand. */
  preference?: RequestProcessingPreference | null | undefined;
  /** Cancels the call, beside any cancelToken. */
  signal?: AbortSignal | null | undefined;
  /**
   * Whether the first batch that fails for good ends the call, or the call goes
   * on without it; see {@link Partly}. Default throw.
   */
  onError?: 'throw' | null | undefined;
  /**
   * Called while the call runs, at most 20 times a second and only with news,
   * and once at the end, before the promise settles. What it throws is an
   * uncaught exception and does not touch the call. Default none.
   */
  onProgress?: ((figures: ProgressFigures) => void) | null | undefined;
}

/** Options of a call that goes on without the batches that fail. */
export type Partly<Options extends CallOptions> = Omit<Options, 'onError'> & {
  onError: 'partial';
};

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
  constructor(options: PreferenceOptions);
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
  readonly cancelToken: CancellationToken | AbortSignal | undefined;
  readonly primaryApiKeyOverride: string | undefined;
  /** By lower-case name. */
  readonly extraHeaders: Readonly<Record<string, string>> | undefined;
  readonly nonRetryableStatusCodes: readonly number[];
  readonly traceContext: TraceContext | false | undefined;
  readonly timeoutHeaders: boolean;
  readonly requestIdHeader: boolean;
}

/** Cancels every call it was given to; the end of a call does not touch it. */
export class CancellationToken {
  #private;
  /** Aborts the running calls that hold this token and refuses later ones. */
  cancel(): void;
  isCancelled(): boolean;
  /** The same as isCancelled. */
  is_cancelled(): boolean;
}

/** PEM text. */
export type Pem = string | Uint8Array;

export interface HttpClientOptions {
  /** Default 1. */
  httpVersion?: HttpVersion | null | undefined;
  /**
   * URL of a proxy (http, https, socks4, socks4a, socks5, socks5h). Default:
   * HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY of the environment.
   */
  proxy?: string | null | undefined;
  /**
   * What httpVersion 2 means without TLS: HTTP/2 by prior knowledge, or (false)
   * HTTP/1.1. Default true.
   */
  cleartextHttp2?: boolean | null | undefined;
  /**
   * Never connect to a private, loopback, link-local or other special address,
   * whatever a host name resolves to; such calls end with CONNECTION_ERROR and
   * are not retried. For hosts that somebody else chooses. What a `proxy`
   * connects to is the proxy's affair. Default false.
   */
  publicOnly?: boolean | null | undefined;
  /**
   * Requests under way at once, over all calls of the pool; a client with such
   * a limit has a pool of its own. Default no limit.
   */
  maxInFlight?: number | null | undefined;
  /**
   * Certificate authorities to trust instead of the system's. Default: the
   * system's, those in NODE_EXTRA_CA_CERTS and those in SSL_CERT_FILE.
   */
  ca?: Pem | readonly Pem[] | null | undefined;
  /** The client's certificate; needs `key`. Default none. */
  cert?: Pem | null | undefined;
  /** The private key of `cert`. Default none. */
  key?: Pem | null | undefined;
  /** Seconds a connection may take to be made. Default 10, 0.1 to 7200. */
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
  /** Per batch: from its first attempt to its answer, retries included. */
  readonly latency: LatencyFigures;
}

/** A pool of connections; any number of clients may share it. */
export class HttpClientWrapper {
  #private;
  constructor(options: HttpClientOptions);
  constructor(
    httpVersion?: HttpVersion | null,
    proxy?: string | null,
    options?: HttpClientOptions | null,
  );
  /** A frozen snapshot, for all its clients together. */
  stats(): ClientStats;
  /** Refuses new calls, lets running ones finish, closes the connections. */
  close(): Promise<void>;
  /** Ends the running calls of all its clients now, with code CLOSED. */
  destroy(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface PerformanceClientOptions extends HttpClientOptions {
  /**
   * Default: BASETEN_API_KEY, else OPENAI_API_KEY of the environment, whatever
   * host the base URL names. False sends none.
   */
  apiKey?: string | false | null | undefined;
  /**
   * A pool to share. Its httpVersion and proxy count, not those beside it; the
   * other options of a pool are refused beside it. Default: the pool of the
   * clients with equal settings, or its own where it has a `maxInFlight`.
   */
  clientWrapper?: HttpClientWrapper | null | undefined;
}

/** An embedding in one of its forms. */
export type EmbeddingValue = number[] | Float32Array | string;

/** Options of the calls that send texts in batches. */
interface TextOptions extends CallOptions {
  /**
   * Send a batch that the server refuses as too large (413, or 400 and 422 that
   * say so) in halves, and no larger ones for the rest of the call, unless a
   * single input is to blame. Default true.
   */
  splitOnLimit?: boolean | null | undefined;
}

/** What the positional forms of embed can say, under names. */
export interface EmbedOptions extends TextOptions {
  /**
   * What the server is asked for; base64 hands back strings unless `output`
   * says otherwise. Default: the server's choice.
   */
  encodingFormat?: 'float' | 'base64' | null | undefined;
  /** Dimensions of the vectors; integer of at least 1. Default: the model's. */
  dimensions?: number | null | undefined;
  /** Passed on to the server. Default none. */
  user?: string | null | undefined;
  /**
   * What each `embedding` is: an array of numbers, or a Float32Array that looks
   * into the matrix. Default array.
   */
  output?: 'array' | 'float32' | null | undefined;
}

interface ScoringOptions extends TextOptions {
  /** Default none. */
  model?: string | null | undefined;
  /** Scores as the model gives them, not normalised. Default false. */
  rawScores?: boolean | null | undefined;
  /** Cut texts that are too long, rather than fail. Default false. */
  truncate?: boolean | null | undefined;
  /** Which end is cut. Default Right. */
  truncationDirection?: TruncationDirection | null | undefined;
}

export type TruncationDirection = 'Left' | 'Right';

export interface RerankOptions extends ScoringOptions {
  /** Send each text back with its score. Default false. */
  returnText?: boolean | null | undefined;
}

export interface ClassifyOptions extends ScoringOptions {}

export interface BatchPostOptions extends CallOptions {
  /** Default POST. GET, DELETE, HEAD and OPTIONS send no body. */
  method?: HttpMethod | null | undefined;
  /** Headers of this call; they replace those of the preference. */
  headers?: RequestHeaders | null | undefined;
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
}

export interface RerankResult {
  /** Place of the text in the call. */
  index: number;
  score: number;
  /** Null unless `returnText` was asked for. */
  text: string | null;
}

/** One score per text: batch by batch, each in the server's order. */
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
  total_time: number;
}

/**
 * Results as they arrive, made by the first `next()`. Leaving a `for await`
 * early, or `return()`, cancels what is in flight and closes the source.
 */
export interface ResultStream<Result> extends AsyncIterableIterator<Result> {
  return(value?: undefined): Promise<IteratorResult<Result, undefined>>;
  throw(error?: unknown): Promise<IteratorResult<Result, undefined>>;
  [Symbol.asyncIterator](): ResultStream<Result>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface StreamOptions {
  /** Results in input order, or as they are completed. Default true. */
  ordered?: boolean | null | undefined;
}

/**
 * For the stream as a whole count maxConcurrentRequests and totalTimeoutS; each
 * batch has the rest for itself, hedge and retry budgets included.
 */
export interface EmbedStreamOptions
  extends Omit<EmbedOptions, 'output' | 'onProgress'>, StreamOptions {}

export interface BatchPostStreamOptions
  extends Omit<BatchPostOptions, 'onProgress'>, StreamOptions {}

/** The embeddings of some inputs in a row. */
export interface EmbeddedBatch {
  /** Place of the first of them in the stream. */
  start: number;
  count: number;
  dimensions: number;
  /** Row i, from 0, starts at i * dimensions. */
  data: Float32Array;
  /** Of this batch; told once if it was sent in parts. */
  usage: Usage;
  error?: undefined;
}

/** Inputs in a row that have no answer, and why. */
export interface FailedBatch {
  start: number;
  count: number;
  error: PerformanceClientError;
}

export interface PostedPayload<Answer = unknown> {
  /** Place of the payload in the stream. */
  index: number;
  /** Null where the answer had no body. */
  data: Answer;
  headers: ResponseHeaders;
  /** Seconds the request took, retries included. */
  seconds: number;
  error?: undefined;
}

export interface FailedPayload {
  index: number;
  error: PerformanceClientError;
}

/**
 * Sends many requests at once to one deployment; safe to share and reuse. Its
 * methods always reject, never throw; a refused argument is a TypeError or
 * RangeError with code INVALID_ARGUMENT, see {@link InvalidArgumentError}.
 */
export class PerformanceClient {
  #private;
  /**
   * @param baseUrl http or https URL, perhaps with a path in front of all paths
   */
  constructor(baseUrl: string, options: PerformanceClientOptions);
  /**
   * @param baseUrl http or https URL, perhaps with a path in front of all paths
   * @param apiKey default: BASETEN_API_KEY, else OPENAI_API_KEY; false: none
   * @param httpVersion default 1
   * @param clientWrapper a pool to share; it decides on httpVersion and proxy
   * @param proxy default: what the environment says
   */
  constructor(
    baseUrl: string,
    apiKey?: string | false | null,
    httpVersion?: HttpVersion | null,
    clientWrapper?: HttpClientWrapper | null,
    proxy?: string | null,
  );

  /** The pool this client sends through. */
  readonly clientWrapper: HttpClientWrapper;
  getClientWrapper(): HttpClientWrapper;

  /**
   * A frozen snapshot of what its pool has done, for all clients that share it:
   * those with its wrapper or, where none was given, those made with equal
   * settings. Once closed, as it was then.
   */
  stats(): ClientStats;

  /** Embeds every text: POST /v1/embeddings in batches. */
  embed(
    input: readonly string[],
    model: string,
    options: EmbedOptions & { output: 'float32' },
  ): Promise<EmbeddingsResponse<Float32Array>>;
  embed(
    input: readonly string[],
    model: string,
    options: EmbedOptions & {
      encodingFormat: 'base64';
      output?: null | undefined;
    },
  ): Promise<EmbeddingsResponse<string>>;
  embed(
    input: readonly string[],
    model: string,
    options?:
      | RequestProcessingPreference
      | (EmbedOptions & {
          encodingFormat?: 'float' | null | undefined;
          output?: 'array' | null | undefined;
        })
      | (EmbedOptions & { output: 'array' })
      | null,
  ): Promise<EmbeddingsResponse>;
  embed(
    input: readonly string[],
    model: string,
    options: EmbedOptions,
  ): Promise<EmbeddingsResponse<EmbeddingValue>>;
  embed(
    input: readonly string[],
    model: string,
    options: Partly<EmbedOptions> & { output: 'float32' },
  ): Promise<PartialResponse<EmbeddingsResponse<Float32Array | null>>>;
  embed(
    input: readonly string[],
    model: string,
    options: Partly<EmbedOptions> & {
      encodingFormat: 'base64';
      output?: null | undefined;
    },
  ): Promise<PartialResponse<EmbeddingsResponse<string | null>>>;
  embed(
    input: readonly string[],
    model: string,
    options:
      | (Partly<EmbedOptions> & {
          encodingFormat?: 'float' | null | undefined;
          output?: 'array' | null | undefined;
        })
      | (Partly<EmbedOptions> & { output: 'array' }),
  ): Promise<PartialResponse<EmbeddingsResponse<number[] | null>>>;
  embed(
    input: readonly string[],
    model: string,
    options: Partly<EmbedOptions>,
  ): Promise<PartialResponse<EmbeddingsResponse<EmbeddingValue | null>>>;
  embed(
    input: readonly string[],
    model: string,
    encodingFormat?: 'float' | null,
    dimensions?: number | null,
    user?: string | null,
    preference?: Preference | null,
  ): Promise<EmbeddingsResponse>;
  embed(
    input: readonly string[],
    model: string,
    encodingFormat: 'base64',
    dimensions?: number | null,
    user?: string | null,
    preference?: Preference | null,
  ): Promise<EmbeddingsResponse<string>>;

  /** Scores every text against the query: POST /rerank in batches. */
  rerank(
    query: string,
    texts: readonly string[],
    options?: RequestProcessingPreference | RerankOptions | null,
  ): Promise<RerankResponse>;
  /** Without an answer, texts are absent. */
  rerank(
    query: string,
    texts: readonly string[],
    options: Partly<RerankOptions>,
  ): Promise<PartialResponse<RerankResponse>>;
  rerank(
    query: string,
    texts: readonly string[],
    model?: string | null,
    returnText?: boolean | null,
    preference?: RequestProcessingPreference | RerankOptions | null,
  ): Promise<RerankResponse>;
  rerank(
    query: string,
    texts: readonly string[],
    rawScores?: boolean | null,
    model?: string | null,
    returnText?: boolean | null,
    truncate?: boolean | null,
    truncationDirection?: TruncationDirection | null,
    preference?: Preference | null,
  ): Promise<RerankResponse>;

  /** Classifies every text: POST /predict in batches. */
  classify(
    inputs: readonly string[],
    options?: RequestProcessingPreference | ClassifyOptions | null,
  ): Promise<ClassificationResponse>;
  classify(
    inputs: readonly string[],
    options: Partly<ClassifyOptions>,
  ): Promise<
    PartialResponse<ClassificationResponse<ClassificationResult[] | null>>
  >;
  classify(
    inputs: readonly string[],
    model?: string | null,
    preference?: RequestProcessingPreference | ClassifyOptions | null,
  ): Promise<ClassificationResponse>;
  classify(
    inputs: readonly string[],
    model?: string | null,
    rawScores?: boolean | null,
    truncate?: boolean | null,
    truncationDirection?: TruncationDirection | null,
    preference?: Preference | null,
  ): Promise<ClassificationResponse>;

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
   */
  batchPost<Answer = unknown>(
    urlPath: string,
    payloads: readonly unknown[],
    options?: RequestProcessingPreference | BatchPostOptions | null,
  ): Promise<BatchPostResponse<Answer>>;
  batchPost<Answer = unknown>(
    urlPath: string,
    payloads: readonly unknown[],
    options: Partly<BatchPostOptions>,
  ): Promise<PartialResponse<BatchPostResponse<Answer | null>>>;
  batchPost<Answer = unknown>(
    urlPath: string,
    payloads: readonly unknown[],
    preference: Preference | null | undefined,
    method: HttpMethod | null | undefined,
  ): Promise<BatchPostResponse<Answer>>;
  batchPost<Answer = unknown>(
    urlPath: string,
    payloads: readonly unknown[],
    preference: Preference | null | undefined,
    headers: RequestHeaders | null | undefined,
    method?: HttpMethod | null,
  ): Promise<BatchPostResponse<Answer>>;
  batchPost<Answer = unknown>(
    urlPath: string,
    payloads: readonly unknown[],
    headers: RequestHeaders | null | undefined,
    preference?: Preference | null,
  ): Promise<BatchPostResponse<Answer>>;
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
   * Embeds the texts of a source that need not fit into memory. It is read as
   * far as requests may be sent: never more than maxConcurrentRequests batches
   * are in flight or wait to be taken. Refused arguments reject the first read.
   */
  embedStream(
    source: (Iterable<string> | AsyncIterable<string>) & object,
    model: string,
    options?: RequestProcessingPreference | EmbedStreamOptions | null,
  ): ResultStream<EmbeddedBatch>;
  /** A batch that fails for good is yielded with its error. */
  embedStream(
    source: (Iterable<string> | AsyncIterable<string>) & object,
    model: string,
    options: Partly<EmbedStreamOptions>,
  ): ResultStream<EmbeddedBatch | FailedBatch>;

  /** Sends one request per payload of a source, as embedStream reads it. */
  batchPostStream<Answer = unknown>(
    urlPath: string,
    source: (Iterable<unknown> | AsyncIterable<unknown>) & object,
    options?: RequestProcessingPreference | BatchPostStreamOptions | null,
  ): ResultStream<PostedPayload<Answer>>;
  /** A payload that fails for good is yielded with its error. */
  batchPostStream<Answer = unknown>(
    urlPath: string,
    source: (Iterable<unknown> | AsyncIterable<unknown>) & object,
    options: Partly<BatchPostStreamOptions>,
  ): ResultStream<PostedPayload<Answer> | FailedPayload>;

  /**
   * Lets calls of single texts that are made within a few milliseconds travel
   * as one batch; for services that answer one text at a time.
   */
  coalesce(options?: CoalesceOptions | null): Coalescer;

  /** Refuses new calls, lets running ones finish, closes a pool of its own. */
  close(): Promise<void>;
  /** Ends its running calls now, with code CLOSED. */
  destroy(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

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
 * A TypeError or RangeError: an argument refused before anything was sent, but
 * for the later payloads of a long batchPost.
 */
export interface InvalidArgumentError extends Error {
  code: 'INVALID_ARGUMENT';
  /** Which argument, for example `input[3]`. */
  argument: string;
  /** Of a payload refused after others were sent: what they have brought. */
  readonly partial?: CallResponse;
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
  protected constructor();
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
  protected constructor();
  code: 'HTTP_ERROR';
  response: ErrorAnswer;
  status: number;
}

/** Connecting, one request, or the whole call took too long. */
export class TimeoutError extends PerformanceClientError {
  protected constructor();
  code: 'TIMEOUT';
}

/** A CancellationToken ended the call; or, as AbortError, an AbortSignal. */
export class CancelledError extends PerformanceClientError {
  protected constructor();
  code: 'CANCELLED';
}

/** An AbortSignal ended the call; `cause` is its reason. */
export class AbortError extends CancelledError {
  protected constructor();
  name: 'AbortError';
}

/** The client was closed or destroyed. */
export class ClosedError extends PerformanceClientError {
  protected constructor();
  code: 'CLOSED';
}

/** No connection, a broken one, or a peer that could not be trusted. */
export class ConnectionError extends PerformanceClientError {
  protected constructor();
  code: 'CONNECTION_ERROR';
}

/** The answer was cut off, malformed, or not what was asked for. */
export class ParseError extends PerformanceClientError {
  protected constructor();
  code: 'PARSE_ERROR';
}

export interface CoalesceOptions {
  /**
   * Milliseconds that the first text of a batch waits for others. Default 5, 0
   * to 1000.
   */
  maxDelayMs?: number | null | undefined;
  /**
   * Texts at which a batch is sent without waiting any longer; integer. It
   * takes the place of `batchSize`. Default 64, 1 to 1024.
   */
  maxBatchSize?: number | null | undefined;
}

/** A single text is answered or it is not. */
type SingleOptions<Options extends CallOptions> = Omit<
  Options,
  'onError' | 'onProgress'
>;

/** Of the request that a text travelled in. */
interface CoalescedAnswer {
  headers: ResponseHeaders;
  /** Seconds that request took, retries included. */
  seconds: number;
}

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

export interface CoalescedScore extends CoalescedAnswer {
  score: number;
  /** Null unless `returnText` was asked for. */
  text: string | null;
}

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
  embed(
    text: string,
    model: string,
    options: SingleOptions<EmbedOptions> & { output: 'float32' },
  ): Promise<CoalescedEmbedding<Float32Array>>;
  embed(
    text: string,
    model: string,
    options: SingleOptions<EmbedOptions> & {
      encodingFormat: 'base64';
      output?: null | undefined;
    },
  ): Promise<CoalescedEmbedding<string>>;
  embed(
    text: string,
    model: string,
    options?:
      | RequestProcessingPreference
      | (SingleOptions<EmbedOptions> & {
          encodingFormat?: 'float' | null | undefined;
          output?: 'array' | null | undefined;
        })
      | (SingleOptions<EmbedOptions> & { output: 'array' })
      | null,
  ): Promise<CoalescedEmbedding>;
  embed(
    text: string,
    model: string,
    options: SingleOptions<EmbedOptions>,
  ): Promise<CoalescedEmbedding<EmbeddingValue>>;

  /** Scores one text; those with the same query share a batch. */
  rerank(
    query: string,
    text: string,
    options?: RequestProcessingPreference | SingleOptions<RerankOptions> | null,
  ): Promise<CoalescedScore>;

  classify(
    text: string,
    options?:
      RequestProcessingPreference | SingleOptions<ClassifyOptions> | null,
  ): Promise<CoalescedClassification>;
}
