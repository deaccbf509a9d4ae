'use strict';

const { it } = require('node:test');
const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const { promisify } = require('node:util');

const MAIN = path.join(__dirname, '../chaos/main.js');

it('under random faults every input ends once, as its answer or an error', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH, SEED: '1', CHAOS_BATCHES: '500' },
    timeout: 30_000,
  });

  const [, batches] = /^batches (\d+)/m.exec(stdout);
  const [, answered] = /answered (\d+)/.exec(stdout);
  assert.ok(Number(batches) >= 500, stdout);
  assert.ok(Number(answered) > 0, stdout);
});
