'use strict';

const { it } = require('node:test');
const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const { promisify } = require('node:util');

const MAIN = path.join(__dirname, '../exit/main.js');

/** A sanitizer looks for leaks at the end, which takes seconds. */
const SLOWEST_MS = process.env.PC_ADDON ? '15000' : '3000';

it('a process that ends amid its calls ends with its own code', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN], {
    env: { ...process.env, SEED: '1', RUNS: '11', SLOWEST_MS },
    timeout: 120_000,
  });

  assert.match(stdout, /11 runs, 0 failures/);
});
