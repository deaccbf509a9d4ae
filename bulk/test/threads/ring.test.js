'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { MANY_VALUES, Ring } = require('../../lib/threads/ring');

/** @param {number} length @param {number} seed */
function makeValues(length, seed) {
  return new Float32Array(length).fill(seed);
}

/** What the other thread sees of a place. */
function seen(ring, { at, length }) {
  return ring.values.subarray(at, at + length);
}

describe('a ring', () => {
  it('keeps what is not free yet, round and round', () => {
    const ring = new Ring();
    const lengths = [MANY_VALUES, 384, MANY_VALUES - 7, 1, 700_001];
    const held = [];
    let puts = 0;

    for (; puts < 60; puts++) {
      const length = lengths[puts % lengths.length];
      while (!ring.hasRoom(length)) {
        const { place, seed } = held.shift();
        const values = seen(ring, place);
        assert.equal(values.length, place.length);
        assert.ok(values.every((value) => value === seed));
        ring.free(place.charge);
      }
      held.push({ place: ring.put(makeValues(length, puts)), seed: puts });
    }

    assert.ok(held.length > 1);
    for (const { place, seed } of held)
      assert.ok(seen(ring, place).every((value) => value === seed));
  });

  it('has room for the longest once all is free, wherever it stands', () => {
    const ring = new Ring();
    for (let i = 0; i < 9; i++)
      ring.free(ring.put(makeValues(MANY_VALUES - 1, i)).charge);

    assert.ok(ring.hasRoom(MANY_VALUES));
  });
});
