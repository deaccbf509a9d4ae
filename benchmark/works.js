'use strict';

/**
 * The works, in the order they run. `requests` are those of one measured run;
 * SCALE changes them all. `repeat` runs a short call so many times in a row.
 * `warmUp` is not scaled: JavaScript peers need thousands of small requests
 * until they are compiled (undici is five times slower after 256 tiny posts
 * than after 5,000), and a client that is kept is always warm. Where answers
 * are large, it needs as much memory as the measured run: a virtual machine
 * takes up to ten times as long for memory that nobody has used lately.
 */

const { PATHS } = require('./bodies');

const WARM_SMALL = 8000;

const WARM_LARGE = 96;

const EVERYBODY = ['ours', 'undici', 'fetch', 'baseten'];

const EMBEDDERS = ['ours', 'undici', 'fetch', 'openai', 'baseten'];

const FLOORS = ['floor', 'connections'];

const PYTHON = ['openai-py', 'baseten-py'];

const GROWTH_BATCH = 128;

function tinyPosts(inFlight) {
  return {
    name: `T${inFlight}`,
    group: 'T',
    title: `tiny posts, ${inFlight} in flight`,
    kind: 'post',
    body: 'tiny',
    inFlight,
    requests: 20000,
    warmUp: WARM_SMALL,
    contenders: [...EVERYBODY, ...FLOORS],
  };
}

/** The same over TLS or by HTTP/2. */
function tinyPostsBy(name, protocol, how, inFlight, contenders) {
  return {
    ...tinyPosts(inFlight),
    name,
    group: undefined,
    title: `tiny posts over ${how}, ${inFlight} in flight`,
    protocol,
    contenders,
  };
}

const OVER_TLS = ['ours', 'undici', 'fetch', ...FLOORS];

/** One text x 384, 128 at a time, from `kind` of calls. */
function singleTexts(name, kind, title, contenders) {
  return {
    name,
    title,
    kind,
    body: 'single',
    inFlight: 128,
    batchSize: 1,
    requests: 8000,
    warmUp: WARM_SMALL,
    contenders,
  };
}

/** Large answers, 16 in flight. */
function largeAnswers(name, body, title, openai) {
  return {
    name,
    title: `128 x 1,024 as ${title}, 16 in flight`,
    kind: 'embed',
    body,
    inFlight: 16,
    batchSize: 128,
    requests: 96,
    warmUp: WARM_LARGE,
    isLarge: true,
    contenders: ['ours', 'undici', 'fetch', openai, 'baseten', ...PYTHON],
  };
}

function growth(inputs, { repeat = 1, kind = 'embed', contenders } = {}) {
  const manner = kind === 'stream' ? 'streamed, ' : '';
  return {
    name: `G${inputs}`,
    group: 'G',
    title: `${inputs.toLocaleString('en')} inputs x 384, ${manner}batches of 128`,
    kind,
    body: 'growth',
    inFlight: 128,
    batchSize: GROWTH_BATCH,
    requests: inputs / GROWTH_BATCH,
    warmUp: Math.max(WARM_LARGE, inputs / GROWTH_BATCH),
    repeat,
    isFixed: true,
    isLarge: true,
    contenders: contenders ?? ['ours', 'undici', 'openai'],
  };
}

function scores(kind) {
  return {
    name: `R-${kind}`,
    group: 'R',
    title: `${kind} 32 texts, 128 in flight`,
    kind,
    body: kind,
    inFlight: 128,
    batchSize: 32,
    requests: 8000,
    warmUp: WARM_SMALL,
    contenders: EVERYBODY,
  };
}

const WORKS = [
  ...[32, 128, 512].map(tinyPosts),
  tinyPostsBy('TS', 'tls', 'HTTP/1.1 with TLS', 128, OVER_TLS),
  tinyPostsBy('T600', 'tls', 'HTTP/1.1 with TLS', 600, OVER_TLS),
  {
    name: 'L',
    title: 'tiny posts, 50-70 ms each, 512 in flight',
    kind: 'post',
    body: 'tiny',
    server: ['--delay', '50', '--jitter', '20'],
    inFlight: 512,
    requests: 20000,
    warmUp: WARM_SMALL,
    contenders: ['ours', 'undici', 'fetch', ...FLOORS],
  },
  largeAnswers('E', 'floats', 'JSON text', 'openai'),
  largeAnswers('B', 'base64', 'base64', 'openai-base64'),
  {
    name: 'D',
    title: '128 x 1,024 as JSON text, read from memory',
    kind: 'decode',
    body: 'floats',
    inFlight: 1,
    batchSize: 128,
    requests: 1,
    isFixed: true,
    warmUp: 1,
    contenders: ['decoder'],
  },
  singleTexts('S', 'embed', '1 text x 384, 128 in flight', EMBEDDERS),
  singleTexts('C', 'call', '1 text x 384 a call, 128 callers', [
    ...EMBEDDERS.filter((id) => id !== 'baseten'),
    ...PYTHON,
  ]),
  scores('rerank'),
  scores('classify'),
  tinyPostsBy('H2', 'h2', 'HTTP/2 with TLS', 128, ['ours', 'undici', 'http2']),
  tinyPostsBy('H2C', 'h2c', 'HTTP/2 in clear', 128, [
    ...['ours', 'undici', 'http2', 'baseten', 'baseten-py'],
  ]),
  growth(128, { repeat: 64 }),
  growth(512, { repeat: 16 }),
  growth(8192, { repeat: 2 }),
  growth(131072, { contenders: ['ours', 'undici', 'openai', ...PYTHON] }),
  growth(2097152, { kind: 'stream', contenders: ['ours'] }),
  {
    name: 'HEDGE',
    title: '2 % of answers take 1 s, the rest 20 ms, 128 in flight',
    kind: 'post',
    body: 'tiny',
    server: ['--delay', '20', '--slow', '0.02:1000'],
    inFlight: 128,
    requests: 5000,
    warmUp: 2000,
    isTimed: true,
    contenders: ['ours-hedged', 'ours', 'undici'],
  },
];

/** Those named in a list such as "T,E" or "T128"; all when there is none. */
function selectWorks(list) {
  if (!list) return WORKS;
  const wanted = new Set(list.split(','));
  const isWanted = ({ name, group }) => wanted.has(name) || wanted.has(group);
  const known = new Set(
    WORKS.flatMap(({ name, group = name }) => [name, group]),
  );
  for (const name of wanted)
    if (!known.has(name)) throw new RangeError(`WORKS has no "${name}"`);
  return WORKS.filter(isWanted);
}

/** What one trial does: the plain figures of a work. */
function jobOf(work, contender, scale) {
  const least = work.inFlight;
  const scaled = Math.max(least, Math.round(work.requests * scale));
  return {
    kind: work.kind,
    inFlight: work.inFlight,
    batchSize: work.batchSize ?? 1,
    requests: work.isFixed ? work.requests : scaled,
    warmUp: contender.warmUp ?? work.warmUp,
    repeat: work.repeat ?? 1,
    isCollected: work.isLarge ?? false,
    isBase64: work.body === 'base64',
    path: PATHS[work.kind],
    isTimed: work.isTimed ?? false,
  };
}

module.exports = { WORKS, jobOf, selectWorks };
