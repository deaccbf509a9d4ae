'use strict';

/** What the client must show, and whether it did. */

const { median } = require('./figures');

/** A figure of ours. */
const own = (name) => (round) => round.ours[name];

/** A figure of ours in units of a peer's, if that one is there. */
const over = (peer, name) => (round) => round.ours[name] / round[peer]?.[name];

/** Requests per second in units of the best of some peers. */
const overBest =
  (...ids) =>
  ({ ours, ...peers }) => {
    const rates = ids.map((id) => peers[id]?.requestsPerS ?? 0);
    return ours.requestsPerS / Math.max(...rates);
  };

/** Peak memory beyond the vectors that a call gives. */
const beyond = (dimensions) => (round) =>
  round.ours.peakMb - (round.ours.inputs * dimensions * 4) / 2 ** 20;

/** What an input costs in units of what it costs in a smaller call. */
const growth = (smaller) => (round, roundOf) =>
  round.ours.usPerInput / roundOf(smaller)?.ours.usPerInput;

const decoder = (name) => (round) => round.decoder[name];

const hedged = (name) => (round) => round['ours-hedged'][name];

const AT_LEAST = 'at least';
const AT_MOST = 'at most';

const RATE = 'requests/s / undici';

/** The bars of tiny posts beside undici. */
function tinyBars(work, rate, cpu) {
  return [
    [work, RATE, over('undici', 'requestsPerS'), AT_LEAST, rate],
    [work, 'CPU / undici', over('undici', 'cpuUs'), AT_MOST, cpu],
  ];
}

/** Those of calls whose answers the JavaScript thread need not read. */
function callBars(work, rate, busy) {
  return [
    [work, RATE, over('undici', 'requestsPerS'), AT_LEAST, rate],
    [work, 'loop busy / undici', over('undici', 'busyUs'), AT_MOST, busy],
  ];
}

const FLOOR = "CPU / libcurl's connections in C";

/** Work, what is told, how a round is read, the limit. */
const BARS = [
  ...['T32', 'T128'].flatMap((work) => [
    ...tinyBars(work, 1.7, 0.65),
    [work, FLOOR, over('connections', 'cpuUs'), AT_MOST, 2],
  ]),
  ...tinyBars('TS', 1.6, 0.6),
  ['L', 'share of the ideal rate', own('idealShare'), AT_LEAST, 0.97],
  ['L', 'CPU / undici', over('undici', 'cpuUs'), AT_MOST, 0.6],
  ['E', 'answers/s / undici', over('undici', 'requestsPerS'), AT_LEAST, 11],
  [
    'D',
    'GB of text per second of one core',
    decoder('bodyGbPerS'),
    AT_LEAST,
    3,
  ],
  ['E', 'loop delay p99, ms', own('delayP99Ms'), AT_MOST, 3],
  ['E', 'peak MB beyond the result', beyond(1024), AT_MOST, 100],
  [
    'B',
    'answers/s / openai, base64',
    over('openai-base64', 'requestsPerS'),
    AT_LEAST,
    12,
  ],
  ['B', 'answers/s / undici', over('undici', 'requestsPerS'), AT_LEAST, 4],
  ...callBars('S', 3, 0.06),
  ...callBars('C', 1.7, 0.25),
  ...callBars('R-rerank', 1.7, 0.25),
  ...callBars('R-classify', 2.2, 0.2),
  ['H2', 'requests/s / best peer', overBest('undici', 'http2'), AT_LEAST, 1.3],
  [
    'H2C',
    'requests/s / the Rust client',
    overBest('baseten', 'baseten-py'),
    AT_LEAST,
    1,
  ],
  ['G131072', 'time per input / at 8,192', growth('G8192'), AT_MOST, 1.1],
  ['G131072', 'inputs/s / undici', over('undici', 'requestsPerS'), AT_LEAST, 9],
  [
    'G131072',
    'inputs/s / AsyncOpenAI',
    over('openai-py', 'requestsPerS'),
    AT_LEAST,
    30,
  ],
  ['G131072', 'peak MB beyond the matrix', beyond(384), AT_MOST, 90],
  ['G2097152', 'peak MB', own('peakMb'), AT_MOST, 250],
  ['HEDGE', 'p99 of batch times, ms', hedged('batchP99Ms'), AT_MOST, 300],
  ['HEDGE', 'share of extra requests', hedged('extraShare'), AT_MOST, 0.1],
];

/**
 * The figures of all contenders in round i of a work; of one that ran fewer
 * rounds, its last.
 */
function roundAt({ contenders }, i) {
  return Object.fromEntries(
    contenders.map(({ id, rounds }) => [id, rounds[i] ?? rounds.at(-1)]),
  );
}

/** The bars of the works that ran; each ratio is taken round by round. */
function judgeBars(works) {
  const byName = new Map(works.map((work) => [work.name, work]));
  return BARS.flatMap(([name, what, read, relation, limit]) => {
    const work = byName.get(name);
    if (!work) return [];
    const values = work.contenders[0].rounds.map((_, i) => {
      const roundOf = (other) =>
        byName.has(other) ? roundAt(byName.get(other), i) : undefined;
      return read(roundAt(work, i), roundOf);
    });
    const value = median(values);
    if (!Number.isFinite(value)) return [];
    const isMet = relation === AT_LEAST ? value >= limit : value <= limit;
    return [{ work: name, what, relation, limit, value, isMet }];
  });
}

module.exports = { judgeBars };
