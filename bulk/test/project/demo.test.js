'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');

const MAIN = path.join(__dirname, '../../../examples/bulk-demo/main.js');

describe('the demo', () => {
  it('shows the same bytes three times', async () => {
    const env = { ...process.env, ROWS: '1200' };

    const [code, stdout] = await new Promise((resolve) =>
      execFile(process.execPath, [MAIN], { env }, (error, out, told) =>
        resolve([error ? `${error.code}: ${told}` : 0, out]),
      ),
    );

    assert.equal(code, 0);
    assert.match(stdout, /^resumed: the same bytes/m);
    assert.match(stdout, /^queued: the same bytes/m);
    assert.match(stdout, /6 of 6 shards, 0 under way, merged/);
  });
});
