'use strict';

/* The bulk command from its own package: its version, and a tiny job. */

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const SUCCESS = 7;

const COMMAND = path.resolve('node_modules/.bin/baseten-performance-bulk');

function run(folder, ...args) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [COMMAND, ...args],
    { cwd: folder, encoding: 'utf8' },
  );
  if (status !== 0)
    throw new Error(`${args[0]} ended with ${status}: ${stderr}`);
  return stdout;
}

function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bulk-smoke-'));
  try {
    const { version } = require('baseten-performance-bulk/package.json');
    if (run(folder, '--version') !== `${version}\n`)
      throw new Error('another version');
    fs.writeFileSync(path.join(folder, 'in.txt'), 'abc\nde\n');
    for (const name of ['out.jsonl', 'out.npy', 'out.parquet', 'out.arrow'])
      run(
        folder,
        ...['embed', 'in.txt', '-o', name, '--model', 'm', '--no-api-key'],
        ...['--base-url', process.env.SMOKE_URL],
      );
    const told = run(folder, 'inspect', 'out.parquet');
    if (!told.includes('fits its manifest')) throw new Error(told);
    const lines = fs.readFileSync(path.join(folder, 'out.jsonl'), 'utf8');
    const [, second] = lines.split('\n').slice(0, -1).map(JSON.parse);
    if (second.embedding[0] === 2) process.exitCode = SUCCESS;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

main();
