'use strict';

/**
 * Draws results: per work, the rate and the processor time of each contender in
 * units of undici's.
 */

const ROW = 15;
const GAP = 26;
const TOP = 92;
const LABEL_WIDTH = 240;
const VALUE_WIDTH = 36;
const PANEL_WIDTH = 330;
const PANEL_GAP = 70;
const WIDTH = LABEL_WIDTH + VALUE_WIDTH + 2 * PANEL_WIDTH + PANEL_GAP + 60;

/** Ratios on a logarithmic axis: twice and half are equally far from 1. */
const LEAST = 1 / 16;
const MOST = 16;
const TICKS = [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16];

const OURS = '#0b7a53';
const THEIRS = '#9aa5b1';
const INK = '#1f2933';
const FAINT = '#d5dbe1';

const PANELS = [
  { figure: 'requestsPerS', title: 'requests per second, right is better' },
  { figure: 'cpuUs', title: 'processor time per request, left is better' },
];

function escapeText(raw) {
  return raw.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}

function text(x, y, content, attributes = '') {
  return `<text x="${x}" y="${y}" ${attributes}>${escapeText(content)}</text>`;
}

/** Values stand before their bars, so the first panel keeps off the labels. */
function panelLeft(index) {
  return LABEL_WIDTH + VALUE_WIDTH + index * (PANEL_WIDTH + PANEL_GAP);
}

function xOf(ratio, index) {
  const clamped = Math.min(MOST, Math.max(LEAST, ratio));
  const share = Math.log(clamped / LEAST) / Math.log(MOST / LEAST);
  return Math.round(panelLeft(index) + share * PANEL_WIDTH);
}

function tickLabel(ratio) {
  return ratio < 1 ? `1/${Math.round(1 / ratio)}` : String(ratio);
}

function axis(index, bottom) {
  const { title } = PANELS[index];
  const ticks = TICKS.map((tick) => {
    const x = xOf(tick, index);
    const line = `<line x1="${x}" x2="${x}" y1="${TOP - 8}" y2="${bottom}" stroke="${tick === 1 ? INK : FAINT}"/>`;
    return line + text(x, TOP - 14, tickLabel(tick), 'text-anchor="middle"');
  });
  const heading = text(panelLeft(index), TOP - 34, title, 'font-weight="bold"');
  return heading + ticks.join('');
}

/** A bar from 1 to the ratio, its range as a thin line, its value behind. */
function bar(ratio, isOurs, index, y) {
  const [one, end] = [xOf(1, index), xOf(ratio.median, index)];
  const [low, high] = [xOf(ratio.min, index), xOf(ratio.max, index)];
  const left = Math.min(one, end);
  const width = Math.max(1, Math.abs(end - one));
  const middle = y + ROW / 2 - 1;
  const isRight = ratio.median >= 1;
  const edge = isRight ? Math.max(high, end) + 4 : Math.min(low, end) - 4;
  const anchor = isRight ? 'start' : 'end';
  return [
    `<rect x="${left}" y="${y}" width="${width}" height="${ROW - 3}" fill="${isOurs ? OURS : THEIRS}"/>`,
    `<line x1="${low}" x2="${high}" y1="${middle}" y2="${middle}" stroke="${INK}"/>`,
    text(
      edge,
      y + ROW - 5,
      ratio.median.toPrecision(2),
      `text-anchor="${anchor}"`,
    ),
  ].join('');
}

function contenderRow({ id, label, ratios }, y) {
  const isOurs = id.startsWith('ours');
  const weight = isOurs ? ' font-weight="bold"' : '';
  const bars = PANELS.map(({ figure }, index) =>
    ratios[figure] ? bar(ratios[figure], isOurs, index, y) : '',
  );
  const where = LABEL_WIDTH - 10;
  return (
    text(where, y + ROW - 5, label, `text-anchor="end"${weight}`) +
    bars.join('')
  );
}

/** All rows below each other, and where they end. */
function drawRows(works) {
  const parts = [];
  let y = TOP;
  for (const { name, title, contenders } of works) {
    parts.push(text(10, y + 12, `${name}: ${title}`, 'font-weight="bold"'));
    y += GAP - 6;
    for (const contender of contenders) {
      if (contender.id === 'undici') continue;
      parts.push(contenderRow(contender, y));
      y += ROW;
    }
    y += GAP - ROW;
  }
  return { rows: parts.join('\n'), bottom: y };
}

function drawPlot(results) {
  const compared = results.filter(({ contenders }) =>
    contenders.some(({ id }) => id === 'undici'),
  );
  const [{ machine, rounds }] = results;
  const { rows, bottom } = drawRows(compared);
  const axes = PANELS.map((_, index) => axis(index, bottom)).join('\n');
  const subtitle = `${machine.cpu}, ${machine.cores} cores, Node.js ${machine.node}; medians of ${rounds}, thin lines from least to most`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${bottom + 10}" viewBox="0 0 ${WIDTH} ${bottom + 10}" font-family="sans-serif" font-size="11" fill="${INK}">`,
    '<rect width="100%" height="100%" fill="white"/>',
    text(10, 18, 'In units of undici Pool (1)', 'font-size="15"'),
    text(10, 33, subtitle),
    axes,
    rows,
    '</svg>\n',
  ].join('\n');
}

module.exports = { drawPlot };
