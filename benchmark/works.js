'use strict';

/**
 * The works, in the order they run. `requests` are those of one measured run;
 * SCALE changes them all. `repeat` runs a short call so many times in a row.
 * `warmUp` is not scaled: JavaScript peers need thousands of small requests
 * until they are compiled (undici is five times slower after 256 tiny posts
 * than after 5,000), and a client that is kept is always warm.
 */

const WARM_SMALL = 8000;

const WARM_LARGE = 32;

const EVERYBODY = ['ours', 'undici', 'fetch', 'baseten'];

const EMBEDDERS = ['ours', 'undici', 'fetch', 'openai', 'baseten'];

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
    contenders: [...EVERYBODY, 'floor'],
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
    contenders: ['ours', 'undici', 'fetch', openai, 'baseten'],
  };
}

function growth(inputs, { repeat = 1, kind = 'embed' } = {}) {
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
    warmUp: WARM_LARGE,
    repeat,
    isFixed: true,
    contenders: kind === 'stream' ? ['ours'] : ['ours', 'undici', 'openai'],
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
  {
    name: 'L',
    title: 'tiny posts, 50-70 ms each, 512 in flight',
    kind: 'post',
    body: 'tiny',
    server: ['--delay', '50', '--jitter', '20'],
    inFlight: 512,
    requests: 40000,
    warmUp: WARM_SMALL,
    contenders: ['ours', 'undici', 'fetch', 'floor'],
  },
  largeAnswers('E', 'floats', 'JSON text', 'openai'),
  largeAnswers('B', 'base64', 'base64', 'openai-base64'),
  {
    name: 'S',
    title: '1 text x 384, 128 in flight',
    kind: 'embed',
    body: 'single',
    inFlight: 128,
    batchSize: 1,
    requests: 8000,
    warmUp: WARM_SMALL,
    contenders: EMBEDDERS,
  },
  scores('rerank'),
  scores('classify'),
  {
    name: 'H2',
    title: 'tiny posts over HTTP/2 with TLS, 128 in flight',
    kind: 'post',
    body: 'tiny',
    protocol: 'h2',
    inFlight: 128,
    requests: 20000,
    warmUp: WARM_SMALL,
    contenders: ['ours', 'undici', 'http2', 'baseten'],
  },
  growth(128, { repeat: 64 }),
  growth(512, { repeat: 16 }),
  growth(8192, { repeat: 2 }),
  growth(131072),
  growth(2097152, { kind: 'stream' }),
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
  const known = new Set(WORKS.flatMap(({ name, group }) => [name, group]));
  for (const name of wanted)
    if (!known.has(name)) throw new RangeError(`WORK has no "${name}"`);
  return WORKS.filter(isWanted);
}

/** What one trial does: the plain figures of a work. */
function jobOf(work, scale) {
  const least = work.inFlight;
  const scaled = Math.max(least, Math.round(work.requests * scale));
  return {
    kind: work.kind,
    inFlight: work.inFlight,
    batchSize: work.batchSize ?? 1,
    requests: work.isFixed ? work.requests : scaled,
    warmUp: work.warmUp,
    repeat: work.repeat ?? 1,
    isTimed: work.isTimed ?? false,
  };
}

module.exports = { jobOf, selectWorks };
