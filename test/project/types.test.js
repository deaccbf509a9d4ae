'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const lib = require('../..');

const COMPILER = require.resolve('typescript/bin/tsc');
const PROJECT = path.join(__dirname, '../types/tsconfig.json');
const DECLARATIONS = path.join(__dirname, '../../index.d.ts');

describe('the type declarations', () => {
  it('hold real use under strict rules and refuse wrong use', () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      [COMPILER, '--project', PROJECT],
      { encoding: 'utf8' },
    );

    assert.equal(stdout, '');
    assert.equal(status, 0);
  });

  it('declare every export, and nothing that is not exported', () => {
    const text = fs.readFileSync(DECLARATIONS, 'utf8');
    const declared = [
      ...text.matchAll(/^export (?:class|const|function) (\w+)/gm),
    ];

    assert.deepEqual(declared.map(([, name]) => name).sort(), [
      ...Object.keys(lib).sort(),
    ]);
  });

  it('contain no any', () => {
    const text = fs.readFileSync(DECLARATIONS, 'utf8');
    const code = text.replace(/\/\*[^]*?\*\//g, '');

    assert.doesNotMatch(code, /\bany\b/);
  });
});

describe('the package', () => {
  it('gives ES modules its names', async () => {
    const names = await import('baseten-performance-client');

    assert.equal(names.PerformanceClient, lib.PerformanceClient);
    assert.equal(names.version, require('../../package.json').version);
  });

  it('loads no addon before its first call', () => {
    const script =
      "const p = require('baseten-performance-client');" +
      "new p.PerformanceClient('http://127.0.0.1:1', 'key');" +
      "console.log(Object.keys(require.cache).some((f) => f.endsWith('.node')))";
    const { stdout } = spawnSync(process.execPath, ['-e', script], {
      cwd: path.join(__dirname, '../..'),
      encoding: 'utf8',
    });

    assert.equal(stdout, 'false\n');
  });
});
