'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const { drawTerminal, linesOf, runDemo } = require('../../scripts/demo-svg');

const PICTURE = path.join(__dirname, '../../docs/demo.svg');

/** Without what differs from run to run: the port, times and rates. */
function lasting(line) {
  return line
    .replace(/:\d{4,5}$/, ':port')
    .replace(/ +\d+\.\d\d s( +[\d,]+)?/g, ' time');
}

describe('the picture of the demo', () => {
  const svg = fs.readFileSync(PICTURE, 'utf8');

  it('shows what the demo prints', () => {
    const printed = runDemo().map(lasting);

    assert.ok(printed.length > 20);
    assert.deepEqual(linesOf(svg).map(lasting), printed);
  });

  it('is as its script draws it', () => {
    assert.equal(drawTerminal(linesOf(svg)), svg);
    assert.deepEqual(linesOf(drawTerminal(['a < b & c > d'])), [
      'a < b & c > d',
    ]);
  });
});
