'use strict';

const { it } = require('node:test');
const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const { promisify } = require('node:util');

const MAIN = path.join(__dirname, '../exit/main.js');

it('a process that ends amid its calls ends with its own code', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN], {
    env: { ...process.env, SEED: '1', RUNS: '11' },
    timeout: 60_000,
  });

  assert.match(stdout, /11 runs, 0 failures/);
});
