'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const { promisify } = require('node:util');

const MAIN = path.join(__dirname, '../../../examples/proxy-demo/main.js');

describe('the demo of the proxy', () => {
  it('shows what the proxy does, and ends by itself', async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      MAIN,
    ]);

    const statuses = stdout.match(/(?<=^→ )\d+/gm).map(Number);
    assert.equal(stderr, '');
    assert.deepEqual(statuses, [200, 200, 200, 200, 200, 200, 403, 400]);
    assert.match(stdout, /"embedding": "256 numbers"/);
    assert.match(stdout, /"and 998 more"/);
    assert.match(stdout, /"text": "two"/);
    assert.match(stdout, /^8 events: say\| this\| back,\| word\| by\| word$/m);
    assert.match(
      stdout,
      /^8 calls \(6 × 200, 1 × 400, 1 × 403\), 1,007 inputs/m,
    );
    assert.match(stdout, /^SIGTERM: drained, and ended with code 0\.$/m);
  });
});
