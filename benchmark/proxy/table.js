'use strict';

/** The results as people read them: medians, ratios round by round. */

const { median } = require('../figures');
const { digits, printRows } = require('../table');
const { addedMs, ratio, summarize } = require('./figures');

const COLUMNS = [
  ['requests/s', 'requestsPerS'],
  ['p50 ms', 'p50Ms'],
  ['p99 ms', 'p99Ms'],
  ['CPU us/req', 'cpuUs'],
  ['resident MB', 'residentMb'],
  ['loop delay p99 ms', 'delayP99Ms'],
  ['max ms', 'delayMaxMs'],
  ['growth MB', 'growthMb'],
];

const show = (value) => (Number.isFinite(value) ? digits(value) : '-');

/** Ratios to the naive proxy, and what is added to no proxy. */
function comparisonOf(rounds, id) {
  return [
    rounds.naive ? digits(ratio(rounds, id, 'naive', 'requestsPerS')) : '-',
    rounds.direct && id !== 'direct'
      ? digits(median(addedMs(rounds, id)))
      : '-',
  ];
}

function printWork({ name, title, contenders, rounds }) {
  const all = contenders.map(({ id }) => summarize(rounds[id]));
  const columns = COLUMNS.filter(([, key]) => all.some((one) => key in one));
  console.log(`\n${name}: ${title}`);
  printRows([
    ['', ...columns.map(([heading]) => heading), 'x naive', 'added p50 ms'],
    ...contenders.map(({ id, label }, i) => [
      label,
      ...columns.map(([, key]) => show(all[i][key])),
      ...comparisonOf(rounds, id),
    ]),
  ]);
}

module.exports = { printWork };
