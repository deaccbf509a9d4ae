'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const path = require('node:path');

const { startUpstream } = require('../helpers/upstream');
const lib = require('../..');

const ROOT = path.join(__dirname, '../..');

/** Runs an ES module in a process of its own; answers what it printed. */
async function runModule(t, source) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, stdout };
}

describe('an ES module', () => {
  it('imports every export by its name', async (t) => {
    const names = Object.keys(lib);
    const source = `
      import { ${names.join(', ')} } from 'baseten-performance-client';
      console.log([${names.join(', ')}].every(Boolean));`;

    assert.deepEqual(await runModule(t, source), { code: 0, stdout: 'true\n' });
  });

  it('makes calls with what it imported, and ends by itself', async (t) => {
    const body = { data: [{ index: 0, embedding: [1, 2] }] };
    const upstream = await startUpstream(t, [{ body }]);
    const source = `
      import { PerformanceClient } from 'baseten-performance-client';
      const client = new PerformanceClient('${upstream.url}', 'test-key');
      const { data } = await client.embed(['a'], 'm');
      console.log(JSON.stringify(data[0].embedding));`;

    assert.deepEqual(await runModule(t, source), {
      code: 0,
      stdout: '[1,2]\n',
    });
  });

  it('finds the same classes in the default export', async (t) => {
    const source = `
      import lib, { CancellationToken } from 'baseten-performance-client';
      console.log(lib.CancellationToken === CancellationToken);`;

    assert.deepEqual(await runModule(t, source), { code: 0, stdout: 'true\n' });
  });
});
