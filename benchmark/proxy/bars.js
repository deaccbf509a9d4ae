'use strict';

/** What our proxy must show, and whether it did. */

const { median } = require('../figures');
const { addedMs, ratio } = require('./figures');

const AT_LEAST = 'at least';
const AT_MOST = 'at most';

const own = (name) => (rounds) =>
  median(rounds.ours.map((round) => round[name]));

const overRust = (rounds) =>
  rounds.rust && ratio(rounds, 'ours', 'rust', 'requestsPerS');

const BARS = [
  ['S', 'requests/s', own('requestsPerS'), AT_LEAST, 8000],
  ['S', 'requests/s / the Rust proxy', overRust, AT_LEAST, 1.5],
  [
    'S',
    'requests/s / Node, answers itself',
    (rounds) => ratio(rounds, 'ours', 'bare', 'requestsPerS'),
    AT_LEAST,
    0.4,
  ],
  ['S', 'resident, MB', own('residentMb'), AT_MOST, 90],
  [
    'D',
    'added p50, ms',
    (rounds) => median(addedMs(rounds, 'ours')),
    AT_MOST,
    0.5,
  ],
  [
    'L',
    'calls/s / Node, parses JSON',
    (rounds) => ratio(rounds, 'ours', 'naive', 'requestsPerS'),
    AT_LEAST,
    4,
  ],
  ['L', 'calls/s / the Rust proxy', overRust, AT_LEAST, 4],
  ['L', 'loop delay p99, ms', own('delayP99Ms'), AT_MOST, 5],
  [
    'M',
    'median of the second half above the first, MB',
    own('growthMb'),
    AT_MOST,
    5,
  ],
];

function judgeBars(works) {
  return BARS.flatMap(([name, what, read, relation, limit]) => {
    const work = works.find((one) => one.name === name);
    if (!work) return [];
    const value = read(work.rounds);
    if (value === undefined) return [];
    const isMet = relation === AT_LEAST ? value >= limit : value <= limit;
    return [{ work: name, what, relation, limit, value, isMet }];
  });
}

module.exports = { judgeBars };
