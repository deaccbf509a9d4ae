'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const { makeFolder, runBulk, startBulk } = require('../helpers/bulk-process');
const { startModel } = require('../helpers/model-server');
const { JOBS } = require('../../lib/start/flags');

const JOB = [
  ...['embed', 'in.txt', '-o', 'out.npy'],
  ...['--model', 'm', '--base-url', 'http://127.0.0.1:9', '--no-api-key'],
];

describe('bad use ends with 2 and one sentence', () => {
  const wrong = {
    'no command': [[], /no command; --help lists them/],
    'an unknown command': [
      ['embedd'],
      /unknown command embedd, did you mean embed\?/,
    ],
    'an unknown flag': [
      [...JOB, '--batchsize', '3'],
      /unknown flag --batchsize, did you mean --batch-size\?/,
    ],
    'a flag without its value': [
      [...JOB, '--text-field'],
      /--text-field needs a value/,
    ],
    'a preference beyond its range': [
      [...JOB, '--batch-size', '5000'],
      /--batch-size must be an integer between 1 and 1024, got 5000/,
    ],
    'preferences that contradict': [
      [...JOB, '--timeout-s', '5', '--hedge-delay', '6'],
      /--hedge-delay must be less than --timeout-s \(5\), got 6/,
    ],
    'no output': [
      ['embed', 'in.txt', '--model', 'm', '--base-url', 'http://a'],
      /--output must name a file/,
    ],
    'no model': [
      ['embed', 'in.txt', '-o', 'o.npy', '--base-url', 'http://a'],
      /--model must name the model/,
    ],
    'an output of no known format': [
      [...JOB, '-o', 'out.xyz'],
      /cannot tell the format of out\.xyz/,
    ],
    'columns where there is no place': [
      [...JOB, '--columns', 'a'],
      /npy has no place for --columns/,
    ],
    'a flag of another command': [
      ['merge', '-o', 'a', '--model', 'm'],
      /--model means nothing to merge/,
    ],
    'a shard that is none': [
      [...JOB, '--shard', '3/3'],
      /--shard must be i\/n/,
    ],
    'a glob that matches nothing': [
      ['embed', 'no-*.txt', ...JOB.slice(2)],
      /no file matches no-\*\.txt/,
    ],
    'a pipe that is to be resumed': [
      ['embed', '-', ...JOB.slice(2), '--resume'],
      /cannot be resumed/,
    ],
  };
  for (const [name, [args, message]] of Object.entries(wrong))
    it(name, async (t) => {
      const folder = makeFolder(t);
      fs.writeFileSync(path.join(folder, 'in.txt'), 'text\n');

      const { code, stderr } = await runBulk(args, { cwd: folder });

      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
      assert.equal(stderr.trimEnd().split('\n').length, 1);
      assert.deepEqual(fs.readdirSync(folder), ['in.txt']);
    });

  it('a key is never shown', async (t) => {
    const folder = makeFolder(t);
    fs.writeFileSync(path.join(folder, 'in.txt'), 'text\n');
    const args = JOB.filter((arg) => arg !== '--no-api-key');

    const bad = await runBulk([...args, '--api-key', 'se cret\u0001'], {
      cwd: folder,
    });

    assert.equal(bad.code, 2);
    assert.doesNotMatch(bad.stderr, /cret/);
  });
});

describe('the command', () => {
  it('shows its flags', async () => {
    const all = await runBulk(['--help']);
    const one = await runBulk(['embed', '--help']);

    assert.equal(all.code, 0);
    for (const command of JOBS) assert.ok(all.stdout.includes(command));
    assert.match(one.stdout, /--max-concurrent-requests <COUNT>/);
    assert.doesNotMatch(one.stdout, /--query </);
  });

  it('says its version', async () => {
    const { version } = require('../../package.json');

    const { stdout } = await runBulk(['--version']);

    assert.equal(stdout, `${version}\n`);
  });

  it('takes settings from the environment, below its flags', async (t) => {
    const model = await startModel(t);
    const folder = makeFolder(t);
    fs.writeFileSync(path.join(folder, 'in.txt'), 'text\n');
    const env = {
      BASETEN_BULK_BASE_URL: model.url,
      BASETEN_BULK_MODEL: 'm',
      BASETEN_BULK_OUTPUT: 'other.npy',
      KEY: 'a-key',
    };

    const { code, stderr } = await runBulk(
      ['embed', 'in.txt', '-o', 'out.jsonl', '--api-key', '$KEY'],
      { cwd: folder, env },
    );

    assert.equal(code, 0, stderr);
    assert.ok(fs.existsSync(path.join(folder, 'out.jsonl')));
  });

  it('tells its progress as JSON, and what it came to', async (t) => {
    const model = await startModel(t);
    const folder = makeFolder(t);
    fs.writeFileSync(path.join(folder, 'in.txt'), 'text\n'.repeat(50));
    const { reached, release } = model.holdAfter(0);
    const { child, ended, out } = startBulk(
      [
        ...['embed', 'in.txt', '-o', 'out.jsonl', '--model', 'm'],
        ...['--base-url', model.url, '--no-api-key'],
        ...['--json-progress', '--progress-s', '0.1'],
      ],
      { cwd: folder },
    );
    await reached;
    while (!out.stderr.includes('"inFlight":1'))
      await new Promise((resolve) => child.stderr.once('data', resolve));
    release();

    const { code, stderr } = await ended;

    assert.equal(code, 0);
    const figures = JSON.parse(stderr.split('\n', 1)[0]);
    assert.deepEqual([figures.rows, figures.failed], [0, 0]);
    assert.match(stderr, /^50 rows in \d+\.\d s, /m);
    assert.match(stderr, /^50 tokens, /m);
    assert.match(stderr, /^requests: p50 \d+\.\d ms, p99 \d+\.\d ms/m);
  });
});
