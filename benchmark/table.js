'use strict';

/** The results as people read them: medians, with least and most. */

function digits(value) {
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value.toPrecision(value >= 10 ? 3 : 2);
}

/** As exact as a limit is told. */
const exact = (value) => (value >= 100 ? digits(value) : value.toPrecision(3));

const plain = (figure) => digits(figure.median);

const percent = (figure) => `${(100 * figure.median).toFixed(1)} %`;

const withRange = ({ median, min, max }) =>
  `${digits(median)} (${digits(min)}-${digits(max)})`;

/** Heading, where it is found, and how it is written. */
const COLUMNS = [
  ['requests/s', 'figures', 'requestsPerS', withRange],
  ['x undici', 'ratios', 'requestsPerS', withRange],
  ['of ideal', 'figures', 'idealShare', percent],
  ['us/input', 'figures', 'usPerInput', plain],
  ['CPU us/req', 'figures', 'cpuUs', plain],
  ['x undici', 'ratios', 'cpuUs', plain],
  ['loop us/req', 'figures', 'busyUs', plain],
  ['x undici', 'ratios', 'busyUs', plain],
  ['delay p99 ms', 'figures', 'delayP99Ms', plain],
  ['gap ms', 'figures', 'longestGapMs', plain],
  ['peak MB', 'figures', 'peakMb', plain],
  ['p50 ms', 'figures', 'batchP50Ms', plain],
  ['p99 ms', 'figures', 'batchP99Ms', plain],
  ['max ms', 'figures', 'batchMaxMs', plain],
];

/** Only where requests were sent twice on purpose is their share told. */
const EXTRA = ['extra', 'figures', 'extraShare', percent];

function columnsFor(contenders) {
  const has = ([, part, name]) => contenders.some((one) => one[part][name]);
  const isTimed = has(['', 'figures', 'batchP99Ms']);
  return [...COLUMNS, ...(isTimed ? [EXTRA] : [])].filter(has);
}

function cell(contender, [, part, name, write]) {
  const figure = contender[part][name];
  return figure ? write(figure) : '-';
}

/** The first column to the left, the others to the right. */
function printRows(rows) {
  const widths = rows[0].map((_, i) =>
    Math.max(...rows.map((row) => row[i].length)),
  );
  for (const [first, ...others] of rows) {
    const cells = others.map((text, i) => text.padStart(widths[i + 1]));
    console.log([first.padEnd(widths[0]), ...cells].join('  '));
  }
}

function printWork({ name, title, contenders }) {
  const columns = columnsFor(contenders);
  console.log(`\n${name}: ${title}`);
  printRows([
    ['', ...columns.map(([heading]) => heading)],
    ...contenders.map((contender) => [
      contender.label,
      ...columns.map((column) => cell(contender, column)),
    ]),
  ]);
}

function printBars(bars) {
  if (bars.length === 0) return;
  console.log('\nThe bars');
  printRows(
    bars.map(({ work, what, relation, limit, value, isMet }) => [
      `${work}: ${what}`,
      `${relation} ${limit}`,
      exact(value),
      isMet ? 'met' : 'MISSED',
    ]),
  );
}

module.exports = { digits, exact, printBars, printRows, printWork };
