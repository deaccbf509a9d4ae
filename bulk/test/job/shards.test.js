'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const {
  makeFolder,
  makeTexts,
  runBulk,
  writeRows,
} = require('../helpers/bulk-process');
const { startModel } = require('../helpers/model-server');
const { filesOf, readVectors } = require('../helpers/vectors');

const ROWS = makeTexts(400).map((text, i) => ({ id: i, text }));

async function prepare(t) {
  const model = await startModel(t);
  const folder = makeFolder(t);
  writeRows(path.join(folder, 'a.jsonl'), ROWS.slice(0, 150));
  writeRows(path.join(folder, 'b.jsonl'), ROWS.slice(150));
  const run = (output, args, env) =>
    runBulk(
      [
        ...['embed', 'a.jsonl', 'b.jsonl', '-o', output, '--model', 'm'],
        ...['--base-url', model.url, '--no-api-key', '--part-rows', '64'],
        ...args,
      ],
      { cwd: folder, env },
    );
  return { model, folder, run };
}

describe('shards', () => {
  it('on machines of their own make what one machine makes', async (t) => {
    const { folder, run } = await prepare(t);
    await run('whole.npy', []);
    await Promise.all(
      [0, 1, 2].map((i) => run('out.npy', ['--shard', `${i}/3`])),
    );

    const merged = await runBulk(['merge', '-o', 'out.npy'], { cwd: folder });

    assert.equal(merged.code, 0, merged.stderr);
    assert.deepEqual(filesOf(folder, 'out'), filesOf(folder, 'whole'));
    assert.ok(!fs.existsSync(path.join(folder, 'out.npy.parts')));
  });

  it('hold the same rows in Parquet', async (t) => {
    const { folder, run } = await prepare(t);
    for (const i of [0, 1]) await run('out.parquet', ['--shard', `${i}/2`]);

    await runBulk(['merge', '-o', 'out.parquet'], { cwd: folder });

    const { ids } = await readVectors(path.join(folder, 'out.parquet'));
    assert.deepEqual(
      ids,
      ROWS.map(({ id }) => String(id)),
    );
  });

  it('are merged when all are there, and not before', async (t) => {
    const { folder, run } = await prepare(t);
    await run('out.npy', ['--shard', '1/3']);

    const { code, stderr } = await runBulk(['merge', '-o', 'out.npy'], {
      cwd: folder,
    });
    const inspected = await runBulk(['inspect', 'out.npy'], { cwd: folder });

    assert.equal(code, 1);
    assert.match(stderr, /not complete: shard-000000-of-000003, shard-000002/);
    assert.equal(inspected.code, 1);
    assert.match(inspected.stdout, /shards +1 of 3 complete, missing 0, 2/);
  });

  it('run twice at once are finished once', async (t) => {
    const { folder, run } = await prepare(t);

    const both = await Promise.all(
      [1, 2].map(() => run('out.npy', ['--shard', '0/1', '--resume'])),
    );

    assert.ok(
      both.some(({ code }) => code === 0),
      both.map(({ stderr }) => stderr).join(),
    );
    const { ids } = await readVectors(path.join(folder, 'out.npy'));
    assert.deepEqual(
      ids,
      ROWS.map(({ id }) => id),
    );
  });

  const arrays = {
    Kubernetes: [{ JOB_COMPLETION_INDEX: '1' }, ['--shards', '2']],
    Slurm: [
      {
        SLURM_ARRAY_TASK_ID: '4',
        SLURM_ARRAY_TASK_MIN: '3',
        SLURM_ARRAY_TASK_COUNT: '2',
      },
      [],
    ],
    'AWS Batch': [
      { AWS_BATCH_JOB_ARRAY_INDEX: '1', AWS_BATCH_JOB_ARRAY_SIZE: '2' },
      [],
    ],
  };
  for (const [name, [env, args]] of Object.entries(arrays))
    it(`are told by ${name}`, async (t) => {
      const { run } = await prepare(t);

      const { code, stderr } = await run('out.npy', args, env);

      assert.equal(code, 0, stderr);
      assert.match(stderr, /shard 1 of 2 is complete/);
    });

  it('do not do everything many times for want of their number', async (t) => {
    const { run } = await prepare(t);

    const { code, stderr } = await run('out.npy', [], {
      JOB_COMPLETION_INDEX: '1',
    });

    assert.equal(code, 2);
    assert.match(stderr, /JOB_COMPLETION_INDEX is set, so --shards must say/);
  });
});
