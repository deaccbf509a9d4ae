'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { findBreaks } = require('../../lib/read/lines');

/** Bytes that differ from a line break by little. */
const NEIGHBOURS = [0x0a, 0x0b, 0x09, 0x8a, 0x00, 0xff, 0x0a, 0x0a];

/** Numbers that look random, the same in every run. */
function makeRandom() {
  let state = 1;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('line breaks', () => {
  it('are found wherever a buffer begins and ends', () => {
    const random = makeRandom();
    for (let round = 0; round < 2000; round++) {
      const offset = round % 5;
      const whole = Buffer.alloc(offset + random(90) + 3);
      whole.forEach((_, i) => (whole[i] = NEIGHBOURS[random(8)]));
      const bytes = whole.subarray(offset, whole.length - (round % 3));

      const expected = [...bytes.keys()].filter((i) => bytes[i] === 10);

      assert.deepEqual([...findBreaks(bytes)], expected);
    }
  });
});
