'use strict';

/** What the client must show, and whether it did. */

const { median } = require('./figures');

/** A figure of ours. */
const own = (name) => (round) => round.ours[name];

/** A figure of ours in units of a peer's. */
const over = (peer, name) => (round) => round.ours[name] / round[peer][name];

/** Requests per second in units of the best peer's. */
function overBest({ ours, ...peers }) {
  const best = Math.max(
    ...Object.values(peers).map((peer) => peer.requestsPerS),
  );
  return ours.requestsPerS / best;
}

/** Peak memory beyond `share` of the vectors that a call gives. */
const beyond = (dimensions, share) => (round) =>
  round.ours.peakMb - (share * round.ours.inputs * dimensions * 4) / 2 ** 20;

/** What an input costs in units of what it costs in a smaller call. */
const growth = (smaller) => (round, roundOf) =>
  round.ours.usPerInput / roundOf(smaller)?.ours.usPerInput;

const hedged = (name) => (round) => round['ours-hedged'][name];

const AT_LEAST = 'at least';
const AT_MOST = 'at most';

/** Work, what is told, how a round is read, the limit. */
const BARS = [
  [
    'T128',
    'requests/s / undici',
    over('undici', 'requestsPerS'),
    AT_LEAST,
    1.7,
  ],
  ['T128', 'CPU / undici', over('undici', 'cpuUs'), AT_MOST, 0.6],
  ['T128', 'CPU / libcurl in C', over('floor', 'cpuUs'), AT_MOST, 1.6],
  ['L', 'share of the ideal rate', own('idealShare'), AT_LEAST, 0.97],
  ['L', 'CPU / undici', over('undici', 'cpuUs'), AT_MOST, 0.4],
  ['E', 'answers/s / undici', over('undici', 'requestsPerS'), AT_LEAST, 8],
  ['E', 'GB of text per CPU second', own('bodyGbPerCpuS'), AT_LEAST, 1.2],
  ['E', 'loop delay p99, ms', own('delayP99Ms'), AT_MOST, 3],
  ['E', 'longest gap, ms', own('longestGapMs'), AT_MOST, 20],
  ['E', 'peak MB beyond the result', beyond(1024, 1), AT_MOST, 100],
  [
    'B',
    'answers/s / openai, base64',
    over('openai-base64', 'requestsPerS'),
    AT_LEAST,
    6,
  ],
  ['S', 'requests/s / undici', over('undici', 'requestsPerS'), AT_LEAST, 1.5],
  ['S', 'loop busy / undici', over('undici', 'busyUs'), AT_MOST, 0.35],
  ...['R-rerank', 'R-classify'].flatMap((work) => [
    [
      work,
      'requests/s / undici',
      over('undici', 'requestsPerS'),
      AT_LEAST,
      1.5,
    ],
    [work, 'loop busy / undici', over('undici', 'busyUs'), AT_MOST, 0.35],
  ]),
  ['H2', 'requests/s / best peer', overBest, AT_LEAST, 1.2],
  ['G131072', 'time per input / at 8,192', growth('G8192'), AT_MOST, 1.1],
  ['G131072', 'peak MB beyond 1.15 x matrix', beyond(384, 1.15), AT_MOST, 120],
  ['G2097152', 'peak MB', own('peakMb'), AT_MOST, 250],
  ['HEDGE', 'p99 of batch times, ms', hedged('batchP99Ms'), AT_MOST, 300],
  ['HEDGE', 'share of extra requests', hedged('extraShare'), AT_MOST, 0.1],
];

/** The figures of all contenders in round i of a work. */
function roundAt({ contenders }, i) {
  return Object.fromEntries(
    contenders.map(({ id, rounds }) => [id, rounds[i]]),
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
