'use strict';

const { spawn, spawnSync } = require('node:child_process');
const path = require('node:path');
const { it } = require('node:test');
const assert = require('node:assert/strict');

const SCRIPT = path.join(__dirname, 'namespace.sh');
const LONGEST_MS = 30_000;

function canHaveOne() {
  return spawnSync(SCRIPT, ['--check']).status === 0;
}

/**
 * Runs a test file in a network of its own; see namespace.sh. Of the tests that
 * `define` makes inside, the process outside knows one: that all have passed.
 * @param {string} file the test file itself
 * @param {() => void} define
 */
function inNamespace(file, define) {
  if (process.env.PC_IN_NAMESPACE) {
    define();
    return;
  }
  const skip = !canHaveOne() && 'users may have no namespaces here';
  it('in a network of its own', { skip, timeout: LONGEST_MS }, async (t) => {
    const env = { ...process.env, PC_IN_NAMESPACE: '1' };
    delete env.NODE_TEST_CONTEXT; // its tests are its own to count
    const child = spawn(SCRIPT, [process.execPath, file], { env });
    t.after(() => child.kill('SIGKILL'));
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));

    const code = await new Promise((resolve) => child.on('close', resolve));

    assert.equal(code, 0, output);
    assert.match(output, /^# pass [1-9]/m);
  });
}

module.exports = { inNamespace };
