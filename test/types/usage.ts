/*
 * Real use of the declarations, compiled under strict rules and never run.
 * Every line behind an expect-error mark must fail to compile.
 */
import {
  BatchPostResponse,
  CancellationToken,
  CancelledError,
  ClassificationResponse,
  type EmbedOptions,
  type Coalescer,
  EmbeddingsResponse,
  Endpoint,
  EndpointPool,
  HttpClientWrapper,
  HttpError,
  InvalidArgumentError,
  PerformanceClient,
  PerformanceClientError,
  RequestProcessingPreference,
  type RequestMessage,
  RerankResponse,
  TimeoutError,
  TraceContext,
  channels,
  isClientError,
  type EndpointStats,
  version,
} from 'baseten-performance-client';

const texts: readonly string[] = ['a', 'b'];

export const currentVersion: string = version;

export function pools(wrapper: HttpClientWrapper): PerformanceClient[] {
  const a = new Endpoint('https://a.example', 'key', {
    deepHealthUrl: 'https://a.example/deep',
    deploymentHealthPath: false,
    healthCheckIntervalS: 5,
    timeoutIsNoVote: false,
  });
  const b = new Endpoint(
    'https://b.example',
    'k',
    wrapper,
    null,
    '/h',
    10,
    6,
    2,
  );
  const endpoints = new EndpointPool([a, b], [1, 0.5]);
  const [first]: readonly EndpointStats[] = endpoints.stats();
  const isWell: boolean | undefined = first?.lastProbe?.healthy;
  console.log(first?.baseUrl, first?.healthy, isWell);
  // @ts-expect-error: URLs are no endpoints
  new EndpointPool(['https://a.example']);
  // @ts-expect-error: an unknown option
  new Endpoint('https://a.example', 'key', { healthPath: '/x' });
  // @ts-expect-error: without endpoints there must be a base URL
  new PerformanceClient(null, { apiKey: 'key' });
  return [
    new PerformanceClient(null, { endpoints }),
    new PerformanceClient('https://a.example', 'k', 1, null, null, endpoints),
    new PerformanceClient(null, 'k', 1, wrapper, null, endpoints),
    new PerformanceClient('https://a.example', {
      endpoints,
      preference: { pinInitialEndpointOnce: true },
    }),
  ];
}

export function construct(): PerformanceClient[] {
  const wrapper = new HttpClientWrapper(1, 'http://proxy:3128', {
    ca: [Buffer.from('pem'), 'pem'],
    connectTimeoutS: 2.5,
  });
  const shared = new HttpClientWrapper({ httpVersion: 2, cert: 'c', key: 'k' });
  // @ts-expect-error: there is no HTTP/3
  new HttpClientWrapper(3);
  // @ts-expect-error: an unknown option
  new HttpClientWrapper({ timeout: 3 });
  // @ts-expect-error: a client is no pool
  new PerformanceClient('https://a.example', 'key', 1, construct()[0]);
  // @ts-expect-error: the base URL is missing
  new PerformanceClient();
  // @ts-expect-error: an unknown option
  new PerformanceClient('https://a.example', { apikey: 'key' });
  return [
    new PerformanceClient('https://a.example'),
    new PerformanceClient('https://a.example', process.env.BASETEN_API_KEY),
    new PerformanceClient('https://a.example', 'key', 2, wrapper, null),
    new PerformanceClient('https://a.example', {
      apiKey: 'key',
      clientWrapper: shared,
      preference: { batchSize: 16 },
      headers: { 'x-a': 'b' },
    }),
  ];
}

export function prefer(): RequestProcessingPreference[] {
  const cancelToken = new CancellationToken();
  const preference = new RequestProcessingPreference({
    batchSize: 16,
    timeoutS: 30.5,
    cancelToken,
    extraHeaders: new Headers({ 'x-a': 'b' }),
  });
  const seconds: number = preference.timeoutS;
  const delay: number | undefined = preference.hedgeDelay;
  // @ts-expect-error: a preference is frozen
  preference.timeoutS = seconds + (delay ?? 0);
  // @ts-expect-error: no option of this name
  new RequestProcessingPreference({ batchsize: 16 });
  // @ts-expect-error: numbers are not given as text
  new RequestProcessingPreference('32');
  // @ts-expect-error: header values are strings
  new RequestProcessingPreference({ extraHeaders: { 'x-a': 1 } });
  return [
    preference,
    new RequestProcessingPreference(32, undefined, null, 360.0, 0.5),
    new RequestProcessingPreference(32, 16, 360.0, 10000, false, 0.5),
    new RequestProcessingPreference({ cancelToken: AbortSignal.timeout(5) }),
  ];
}

export async function embed(client: PerformanceClient): Promise<number> {
  const [preference] = prefer();
  const plain: EmbeddingsResponse = await client.embed(texts, 'model');
  const numbers: number[] | undefined = plain.data[0]?.embedding;
  const printed = await client.embed(texts, 'm', null, null, null, preference);
  const sum: number = printed.data[0]!.embedding.reduce((a, b) => a + b);

  const encoded = await client.embed(texts, 'm', 'base64');
  const text: string = encoded.data[0]!.embedding;
  const fast = await client.embed(texts, 'm', { wireFormat: 'auto' });
  const fastVector: number[] | undefined = fast.data[0]?.embedding;
  void fastVector;
  const named = await client.embed(texts, 'm', { encodingFormat: 'base64' });
  const namedText: string = named.data[0]!.embedding;
  const views = await client.embed(texts, 'm', {
    output: 'float32',
    encodingFormat: 'base64',
    preference,
    signal: AbortSignal.timeout(1000),
  });
  const view: Float32Array = views.data[0]!.embedding;
  const mixed = await client.embed(texts, 'm', {
    output: 'array',
    encodingFormat: 'base64',
  });
  const arrays: number[] = mixed.data[0]!.embedding;
  // @ts-expect-error: base64 hands back strings
  const wrong: number[] = encoded.data[0]!.embedding;
  const one: EmbeddingsResponse = await client.embed('one text', 'model');
  // @ts-expect-error: texts only
  await client.embed(7, 'model');
  // @ts-expect-error: the model is missing
  await client.embed(texts);
  // @ts-expect-error: no option of this name
  await client.embed(texts, 'model', { batch_size: 4 });
  // @ts-expect-error: a response is not made by its user
  new EmbeddingsResponse();

  const options: EmbedOptions = { batchSize: 3 };
  const anything = await client.embed(texts, 'm', options);
  const value: number[] | Float32Array | string = anything.data[0]!.embedding;
  // @ts-expect-error: it may be any of three
  const narrow: number[] | Float32Array = anything.data[0]!.embedding;
  for (const row of views.rows()) void row.subarray(1);
  void [one, value, narrow];

  const { data, rows, dimensions } = plain.matrix();
  const first: number | undefined = data[rows * dimensions - 1];
  const header: string | string[] | undefined =
    plain.response_headers[0]?.['content-type'];
  const cookies: string[] | undefined =
    plain.response_headers[0]?.['set-cookie'];
  void [numbers, text, namedText, view, arrays, wrong, first, header, cookies];
  return sum + plain.usage.total_tokens + plain.total_time;
}

export async function score(client: PerformanceClient): Promise<string> {
  const [preference] = prefer();
  const ranked: RerankResponse = await client.rerank(
    'query',
    texts,
    'model',
    true,
    preference,
  );
  await client.rerank('q', texts, false, 'm', true, true, 'Left', preference);
  await client.rerank('q', texts, { returnText: true, rawScores: true });
  await client.rerank('q', texts, { dialect: 'cohere', topN: 3 });
  // @ts-expect-error: an unknown dialect
  await client.rerank('q', texts, { dialect: 'jina' });
  // @ts-expect-error: neither end of a text
  await client.rerank('q', texts, { truncationDirection: 'Middle' });
  // @ts-expect-error: the texts are missing
  await client.rerank('q');

  const labels: ClassificationResponse = await client.classify(
    texts,
    'model',
    preference,
  );
  await client.classify(texts, 'model', false, true, 'Right', preference);
  await client.classify(texts, { truncate: true, batchSize: 8 });
  // @ts-expect-error: classify has no text to return
  await client.classify(texts, { returnText: true });
  return `${ranked.sorted()[0]?.text} ${labels.data[0]?.[0]?.label}`;
}

interface Completion {
  choices: { text: string }[];
}

export async function post(client: PerformanceClient): Promise<unknown> {
  const [preference] = prefer();
  const payloads = [{ prompt: 'a' }, { prompt: 'b' }];
  const path = '/v1/completions';
  const headers = { 'x-a': 'b' };
  const answers = await client.batchPost<Completion>(
    path,
    payloads,
    preference,
  );
  const text: string | undefined = answers.data[0]?.choices[0]?.text;
  const untyped: BatchPostResponse = await client.batchPost(path, payloads);
  // @ts-expect-error: an answer of unknown shape must be looked at first
  const guessed: string = untyped.data[0].text;

  await client.batchPost(path, payloads, preference, 'POST');
  await client.batchPost(path, payloads, preference, headers, 'PUT');
  await client.batchPost(path, payloads, headers, preference);
  await client.batchPost(path, payloads, new Map([['x-a', 'b']]), preference);
  await client.batchPost(
    ...([path, payloads] as const),
    ...([undefined, undefined, undefined, undefined, undefined] as const),
    headers,
    preference,
  );
  await client.batchPost(path, payloads, {
    method: 'PATCH',
    headers,
    preference,
    timeoutS: 5,
  });
  // @ts-expect-error: methods are upper case
  await client.batchPost(path, payloads, preference, 'post');
  // @ts-expect-error: payloads are a list
  await client.batchPost(path, { prompt: 'a' });
  return [text, guessed];
}

export async function mend(client: PerformanceClient): Promise<number> {
  const partly = { onError: 'partial', splitOnLimit: false } as const;
  const embedded = await client.embed(texts, 'm', {
    ...partly,
    nonRetryableStatusCodes: [503],
    onProgress: ({ completed, total }) => void (completed / total),
  });
  const numbers: number[] | null | undefined = embedded.data[0]?.embedding;
  const views = await client.embed(texts, 'm', {
    ...partly,
    output: 'float32',
  });
  const view: Float32Array | null = views.data[0]!.embedding;
  const ranked = await client.rerank('q', texts, partly);
  const score: number = ranked.data[0]!.score;
  const labels = await client.classify(texts, partly);
  // @ts-expect-error: an input may have no answer
  const label: string = labels.data.map((group) => group[0]!.label).join();
  const posted = await client.batchPost<Completion>('/x', [1], {
    onError: 'partial',
  });
  const text: string | undefined = posted.data[0]?.choices[0]?.text;
  // @ts-expect-error: a payload may have no answer
  const sure: Completion[] = posted.data;
  // @ts-expect-error: payloads are never split
  await client.batchPost('/x', [1], { splitOnLimit: true });
  // @ts-expect-error: there are two ways only
  await client.embed(texts, 'm', { onError: 'ignore' });
  const whole = await client.classify(texts);
  // @ts-expect-error: a call that throws lists no errors
  void whole.errors;
  void [numbers, view, score, label, text, sure];
  return embedded.errors.reduce((sum, one) => sum + one.inputCount, 0);
}

export async function stream(client: PerformanceClient): Promise<number> {
  async function* lines() {
    yield 'a';
  }
  let floats = 0;
  for await (const { start, data, usage } of client.embedStream(lines(), 'm'))
    floats += start + data.length + usage.total_tokens;
  const unordered = { ordered: false, onError: 'partial' } as const;
  for await (const result of client.embedStream(texts, 'm', unordered)) {
    // @ts-expect-error: a batch may have failed
    void result.data.length;
    if (result.error) floats += result.error.attempts ?? 0;
    else floats += result.dimensions * result.count;
  }
  const posts = client.batchPostStream<Completion>('/x', new Set([{ a: 1 }]), {
    method: 'PUT',
    batchSize: 1,
  });
  const { value, done } = await posts.next();
  if (!done) floats += value.data.choices.length + value.seconds;
  await posts.return();
  for await (const one of client.batchPostStream('/x', [1], unordered))
    floats += one.error ? one.index : 0;
  const rows = [{ id: 7, title: 'a' }];
  const text = (row: { title: string }) => row.title;
  for await (const batch of client.embedStream(rows, 'm', { text })) {
    const id: number = batch.items[0]!.id;
    for (const row of batch.rows()) floats += row.length + id;
  }
  for await (const batch of client.classifyStream(rows, { text, batchSize: 2 }))
    floats += batch.data[0]![0]!.score + batch.items[0]!.id;
  for await (const batch of client.rerankStream('q', rows, {
    text,
    onError: 'partial',
  }))
    floats += batch.error ? batch.items[0]!.id : batch.data[0]!.score;
  for await (const one of client.batchPostStream('/x', rows, {
    payload: ({ id }) => ({ id }),
  }))
    floats += one.item.id + one.status;
  // @ts-expect-error: what of a row is sent must be said
  client.embedStream(rows, 'm');
  // @ts-expect-error: a stream does not know the best of all
  client.rerankStream('q', texts, { topN: 3 });
  // @ts-expect-error: a text is no source of texts
  client.embedStream('text', 'm');
  // @ts-expect-error: texts only
  client.embedStream([1, 2], 'm');
  // @ts-expect-error: a stream has one form of results
  client.embedStream(texts, 'm', { output: 'array' });
  return floats;
}

export function watch(client: PerformanceClient): string {
  const { latency, statuses, requests } = client.stats();
  const failed: number = statuses['503'] ?? 0;
  // @ts-expect-error: a snapshot is frozen
  client.clientWrapper.stats().requests = requests;
  return `${failed} of ${requests}, p99 ${latency.p99.toFixed(3)} s`;
}

export function answered(error: PerformanceClientError): number {
  const { partial } = error;
  if (partial instanceof EmbeddingsResponse) return partial.matrix().rows;
  return partial ? partial.data.length - partial.errors.length : 0;
}

export function explain(error: unknown): string {
  if (error instanceof HttpError)
    return `${error.status} ${error.response.text} ${error.response.json()}`;
  if (error instanceof TimeoutError) {
    const code: 'TIMEOUT' = error.code;
    return `${code} after ${error.attempts ?? 0} attempts`;
  }
  if (error instanceof CancelledError) return String(error.cause);
  if (error instanceof PerformanceClientError) {
    // @ts-expect-error: only some errors have an answer
    const status: number = error.response.status;
    return `${error.code} ${error.requestId} ${error.customerRequestId} ${status}`;
  }
  return error instanceof InvalidArgumentError ? error.argument : 'unknown';
}

export function narrow(error: unknown): string | number {
  if (!isClientError(error)) throw error;
  switch (error.code) {
    case 'HTTP_ERROR':
      return error.response.status;
    case 'INVALID_ARGUMENT':
      return error.argument;
    case 'CANCELLED':
      return String(error.cause);
    default: {
      // @ts-expect-error: neither is left
      const code: 'HTTP_ERROR' | 'INVALID_ARGUMENT' = error.code;
      return `${code} ${error.attempts ?? 0}`;
    }
  }
}

export function pretend(): Error[] {
  const error = new HttpError('HTTP 429', { response: { status: 429 } });
  // @ts-expect-error: an HTTP error has a response
  new HttpError('HTTP 429');
  return [error, new TimeoutError('late', { attempts: 3 })];
}

export function listen(message: unknown): string {
  const name: string = channels.request;
  const { call, code, status } = message as RequestMessage;
  return `${name} ${call.operation} ${code ?? status}`;
}

export function trace(client: PerformanceClient): Promise<unknown> {
  const traceContext = new TraceContext('00-…', null);
  const preference = new RequestProcessingPreference({
    traceContext,
    timeoutHeaders: false,
  });
  // @ts-expect-error: a string is no trace context
  void client.embed(texts, 'm', { traceContext: '00-…' });
  return client.embed(texts, 'm', { preference, traceContext: false });
}

export async function end(client: PerformanceClient): Promise<void> {
  const wrapper: HttpClientWrapper = client.getClientWrapper();
  await using scoped = new PerformanceClient('https://a.example', 'key');
  await scoped.close();
  await client.destroy();
  await wrapper.close();
  await client.clientWrapper.destroy();
  const token = new CancellationToken();
  token.cancel();
  const both: boolean = token.isCancelled() && token.is_cancelled();
  // @ts-expect-error: a method, not a flag
  const flag: boolean = token.isCancelled;
  void [both, flag];
}

export async function online(client: PerformanceClient): Promise<number> {
  const one: Coalescer = client.coalesce({ maxDelayMs: 2, maxBatchSize: 32 });
  const { signal } = new AbortController();
  const plain = await one.embed('text', 'm');
  const numbers: number[] = plain.embedding;
  const view = await one.embed('text', 'm', { output: 'float32', signal });
  const floats: Float32Array = view.embedding;
  const packed = await one.embed('text', 'm', { encodingFormat: 'base64' });
  const text: string = packed.embedding;
  const { score } = await one.rerank('q', 'text', { model: 'm' });
  const { labels } = await one.classify('text', { timeoutS: 1 });
  await one.embed('text', 'm', new RequestProcessingPreference());
  // @ts-expect-error: one text
  await one.embed(['text'], 'm');
  // @ts-expect-error: a single text is answered or it is not
  await one.embed('text', 'm', { onError: 'partial' });
  // @ts-expect-error: nothing to tell on the way
  await one.classify('text', { onProgress() {} });
  const all = [...numbers, ...floats, text.length, score, plain.seconds];
  return all.length + plain.usage.total_tokens + (labels[0]?.score ?? 0);
}
