'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const { FLAGS } = require('../../lib/start/flags');
const { PREFIX } = require('../../lib/telemetry/instruments');
const { Metrics } = require('../../lib/telemetry/metrics');

const ROOT = path.join(__dirname, '../../..');

const TEXT = fs.readFileSync(path.join(ROOT, 'docs', 'proxy.md'), 'utf8');

/** Statuses and codes that the proxy refuses with, as its files write them. */
function listRefusals() {
  const folder = path.join(ROOT, 'proxy', 'lib');
  const sources = fs
    .readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.js'))
    .map((name) => fs.readFileSync(path.join(folder, name), 'utf8'));
  const pattern = /new Refusal\(\s*(\d+),\s*'([A-Z_]+)'/g;
  return sources.flatMap((source) =>
    Array.from(source.matchAll(pattern), ([, status, code]) => [status, code]),
  );
}

/** The rows of the table under a heading, each as its cells. */
function rowsUnder(heading) {
  const [, rest] = TEXT.split(new RegExp(`^#+ ${heading}\n`, 'm'));
  const [section] = rest.split(/^#/m);
  return section
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2)
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));
}

/** How a flag is to be written in the first two columns. */
function written({ name, short, value, fallback }) {
  const values = value.split(' ').filter(Boolean);
  const usage = [`--${name}`, ...values.map((word) => `<${word}>`)].join(' ');
  return [
    `${short ? `\`-${short}\`, ` : ''}\`${usage}\``,
    value === '' ? '' : String(fallback ?? ''),
  ];
}

describe('docs/proxy.md', () => {
  it('lists every flag with its default, and no other', () => {
    const rows = rowsUnder('Flags');

    assert.deepEqual(
      rows.map(([flag, fallback]) => [flag, fallback]),
      FLAGS.map(written),
    );
  });

  it('names the second variable of each flag that has one', () => {
    const rows = rowsUnder('Flags');

    FLAGS.forEach(({ variable }, i) => {
      const [, , meaning] = rows[i];
      const named = /; `([A-Z_]+)`$/.exec(meaning)?.[1];
      assert.equal(named, variable, meaning);
    });
  });

  it('lists every metric with its labels, and no other', () => {
    const metrics = new Metrics().registry
      .getMetricsAsArray()
      .filter(({ name }) => name.startsWith(PREFIX))
      .map(({ name, labelNames }) => [name, labelNames.join(', ')]);

    const rows = rowsUnder('Metrics').map(([name, labels]) => [
      name.replaceAll('`', ''),
      labels.replaceAll('`', ''),
    ]);

    assert.deepEqual(rows.toSorted(), metrics.toSorted());
  });

  it('explains every refusal that the proxy has of its own', () => {
    const rows = rowsUnder('Errors');
    const refusals = listRefusals();

    assert.ok(refusals.length >= 15);
    for (const [status, code] of refusals)
      assert.ok(
        rows.some(
          ([statuses, codes]) =>
            statuses.includes(status) && codes.includes(`\`${code}\``),
        ),
        `${status} ${code}`,
      );
  });

  it('points at headings that are there', () => {
    const headings = [...TEXT.matchAll(/^#+ (.+)$/gm)].map(([, words]) =>
      words.toLowerCase().replaceAll(' ', '-'),
    );

    const links = [...TEXT.matchAll(/\]\(#([^)]+)\)/g)].map(([, to]) => to);

    assert.ok(links.length > 0);
    for (const link of links) assert.ok(headings.includes(link), link);
  });
});
