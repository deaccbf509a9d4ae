'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { Siege } = require('./siege');

/** What depends on how busy this machine is; `make siege` judges it, too. */
const TIMING = /^p99 /;

describe('a proxy under siege', { timeout: 120_000 }, () => {
  it('serves honest callers, in its memory, and keeps nothing', async (t) => {
    const siege = new Siege(t, {
      seed: '1',
      calmMs: 2000,
      siegeMs: 8000,
      callers: 8,
    });

    const { figures, faults } = await siege.run();

    assert.deepEqual(
      faults.filter((fault) => !TIMING.test(fault)),
      [],
      JSON.stringify(figures),
    );
  });
});
