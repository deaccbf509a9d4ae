'use strict';

/** Draws, per server and way, the time in units of the ideal, and refusals. */

const ROW = 18;
const GROUP_GAP = 14;
const TOP = 64;
const LABEL_WIDTH = 300;
const PANEL_WIDTH = 300;
const PANEL_GAP = 110;
const WIDTH = LABEL_WIDTH + 2 * PANEL_WIDTH + PANEL_GAP + 60;

const COLOURS = { adaptive: '#0b7a53', fixed: '#9aa5b1' };
const INK = '#1f2933';

const PANELS = [
  {
    title: 'time, the least there can be is 1',
    value: ({ time }) => time,
    label: ({ time, lost }) =>
      time.toFixed(2) + (lost > 0 ? `, ${lost} lost` : ''),
  },
  {
    title: 'refusals per 100 requests',
    value: ({ refusedShare }) => refusedShare,
    label: ({ refusedShare }) => (100 * refusedShare).toFixed(1),
  },
];

function text(x, y, content, attributes = '') {
  return `<text x="${x}" y="${y}" ${attributes}>${content}</text>`;
}

function panelLeft(index) {
  return LABEL_WIDTH + index * (PANEL_WIDTH + PANEL_GAP);
}

/** @param {number} most the largest value of the panel */
function bar(result, index, most, y) {
  const { value, label } = PANELS[index];
  const width = Math.max(1, Math.round((value(result) / most) * PANEL_WIDTH));
  const left = panelLeft(index);
  return (
    `<rect x="${left}" y="${y}" width="${width}" height="${ROW - 5}" fill="${COLOURS[result.way.name]}"/>` +
    text(left + width + 5, y + ROW - 8, label(result))
  );
}

function drawPlot(results, requests) {
  const mosts = PANELS.map(({ value }) => Math.max(...results.map(value)));
  const parts = PANELS.map(({ title }, index) =>
    text(panelLeft(index), TOP - 12, title, 'font-weight="bold"'),
  );
  let y = TOP;
  let server;
  for (const result of results) {
    if (server !== undefined && server !== result.server) y += GROUP_GAP;
    if (server !== result.server)
      parts.push(text(10, y + ROW - 8, result.server, 'font-weight="bold"'));
    server = result.server;
    const end = LABEL_WIDTH - 10;
    parts.push(text(end, y + ROW - 8, result.way.title, 'text-anchor="end"'));
    PANELS.forEach((_, index) =>
      parts.push(bar(result, index, mosts[index], y)),
    );
    y += ROW;
  }
  const title = `${requests} requests to servers that refuse what is too much`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y + 14}" viewBox="0 0 ${WIDTH} ${y + 14}" font-family="sans-serif" font-size="12" fill="${INK}">`,
    '<rect width="100%" height="100%" fill="white"/>',
    text(10, 22, title, 'font-size="15"'),
    ...parts,
    '</svg>\n',
  ].join('\n');
}

module.exports = { drawPlot };
