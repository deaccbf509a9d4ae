'use strict';

/**
 * All results as people read them: prints every table and bar, draws plot.svg
 * and writes the tables of docs/benchmark.md. `make bench` ends with the last
 * two.
 */

const fs = require('node:fs');
const path = require('node:path');

const { judgeBars } = require('./bars');
const { drawPlot } = require('./plot');
const { loadResults } = require('./results');
const { digits, exact, printBars, printWork } = require('./table');

const PLOT = path.join(__dirname, 'plot.svg');

const DOCUMENT = path.join(__dirname, '..', 'docs', 'benchmark.md');

/** Where a table stands in the document. */
const SECTIONS = {
  figures: { heading: figureHeading, rows: figureRows },
  bars: { heading: barHeading, rows: barRows },
};

function figureHeading() {
  return ['work', 'requests/s', '× undici', 'CPU ×', 'JavaScript thread ×'];
}

/** Ours in units of undici's, work by work. */
function figureRows(results) {
  return results.flatMap(({ title, contenders }) => {
    const ours = contenders.find(({ id }) => id === 'ours');
    if (!ours?.ratios.requestsPerS) return [];
    const { requestsPerS, cpuUs, busyUs } = ours.ratios;
    const ratios = [requestsPerS, cpuUs, busyUs].map(({ median }) =>
      digits(median),
    );
    return [[title, digits(ours.figures.requestsPerS.median), ...ratios]];
  });
}

function barHeading() {
  return ['work', 'figure', 'bar', 'measured', ''];
}

function barRows(results) {
  return judgeBars(results).map((bar) => [
    bar.work,
    bar.what,
    `${bar.relation} ${bar.limit}`,
    exact(bar.value),
    bar.isMet ? 'met' : 'missed',
  ]);
}

/** A table in Markdown, its columns as wide as their widest cells. */
function markdownTable(heading, rows) {
  const widths = heading.map((_, i) =>
    Math.max(3, ...[heading, ...rows].map((row) => row[i].length)),
  );
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [
    line(heading.map((cell, i) => cell.padEnd(widths[i]))),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.map((row) => line(row.map((cell, i) => cell.padEnd(widths[i])))),
  ].join('\n');
}

/** The document with each table between its marks made anew. */
function rewriteDocument(text, results) {
  for (const [name, { heading, rows }] of Object.entries(SECTIONS)) {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
    const from = text.indexOf(begin) + begin.length;
    const to = text.indexOf(end);
    if (from < begin.length || to < from)
      throw new Error(`docs/benchmark.md has no place for the ${name}`);
    const table = markdownTable(heading(), rows(results));
    text = `${text.slice(0, from)}\n\n${table}\n\n${text.slice(to)}`;
  }
  return text;
}

/** Draws and writes what all results together say. */
function writeReport() {
  const results = loadResults();
  const text = fs.readFileSync(DOCUMENT, 'utf8');
  fs.writeFileSync(PLOT, drawPlot(results));
  fs.writeFileSync(DOCUMENT, rewriteDocument(text, results));
}

if (require.main === module) {
  const results = loadResults();
  for (const result of results) printWork(result);
  printBars(judgeBars(results));
  writeReport();
}

module.exports = { writeReport };
