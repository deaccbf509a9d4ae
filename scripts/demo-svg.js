'use strict';

/*
 * Draws what `make demo` prints about a text of the examples, as README shows
 * it: node scripts/demo-svg.js > docs/demo.svg
 */

const path = require('node:path');
const { spawnSync } = require('node:child_process');

const DEMO = path.join(__dirname, '../examples/demo');

const COMMAND = '$ make demo FILE=examples/demo/lighthouses.txt';

const LINE_HEIGHT = 19;
const CHARACTER_WIDTH = 8.43;
const MARGIN = 18;

/** Blanks that no renderer collapses, and the signs of XML. */
const ESCAPES = { ' ': '&#160;', '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** What the demo prints now, behind its command. */
function runDemo() {
  const files = ['main.js', 'lighthouses.txt'].map((name) =>
    path.join(DEMO, name),
  );
  const { status, stdout, stderr } = spawnSync(process.execPath, files, {
    encoding: 'utf8',
    env: { ...process.env, QUESTION: '' },
  });
  if (status !== 0) throw new Error(stderr);
  return [COMMAND, '', ...stdout.trimEnd().split('\n')];
}

/** @param {string[]} lines */
function drawTerminal(lines) {
  const longest = Math.max(...lines.map((line) => line.length));
  const width = Math.ceil(longest * CHARACTER_WIDTH) + 2 * MARGIN;
  const height = lines.length * LINE_HEIGHT + 2 * MARGIN;
  const texts = lines.map((line, i) => {
    const text = line.replace(/[ &<>]/g, (sign) => ESCAPES[sign]);
    const y = MARGIN + (i + 0.75) * LINE_HEIGHT;
    return `<text x="${MARGIN}" y="${y}">${text}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
      `viewBox="0 0 ${width} ${height}" font-family="ui-monospace, Menlo, Consolas, ` +
      `'DejaVu Sans Mono', monospace" font-size="14" fill="#d7dde4">`,
    '<rect width="100%" height="100%" rx="8" fill="#161b22"/>',
    ...texts,
    '</svg>\n',
  ].join('\n');
}

/**
 * The lines that were drawn.
 * @param {string} svg
 */
function linesOf(svg) {
  const signs = Object.entries(ESCAPES);
  return [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) =>
    text.replace(
      /&[#\w]+;/g,
      (escape) => signs.find(([, name]) => name === escape)?.[0] ?? escape,
    ),
  );
}

if (require.main === module) process.stdout.write(drawTerminal(runDemo()));

module.exports = { drawTerminal, linesOf, runDemo };
