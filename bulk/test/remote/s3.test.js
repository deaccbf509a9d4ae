'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const {
  makeFolder,
  makeTexts,
  readRows,
  runBulk,
  startBulk,
  writeRows,
} = require('../helpers/bulk-process');
const { startModel, vectorOf } = require('../helpers/model-server');
const { startS3 } = require('../helpers/s3');
const { readVectors } = require('../helpers/vectors');

const ROWS = makeTexts(500).map((text, i) => ({ id: i, text }));

/** A bucket, a model, a folder with an input, and jobs over them. */
async function prepare(t, name = 'out.jsonl') {
  const [model, s3] = await Promise.all([startModel(t), startS3(t)]);
  const folder = makeFolder(t);
  writeRows(path.join(folder, 'in.jsonl'), ROWS);
  const options = { cwd: folder, env: s3.env };
  const args = (...more) => [
    ...['embed', 'in.jsonl', '-o', `s3://bucket/a/${name}`, '--model', 'm'],
    ...['--base-url', model.url, '--no-api-key', '--part-rows', '50'],
    ...['--batch-size', '10', '--max-concurrent-requests', '4'],
    ...more,
  ];
  return {
    model,
    s3,
    folder,
    args,
    run: (...more) => runBulk(args(...more), options),
    start: (...more) => startBulk(args(...more), options),
  };
}

/** The rows of all objects that are lines. */
function rowsOf(s3) {
  const text = s3.keys().map((key) => s3.objects.get(key).body.toString());
  const lines = text.join('').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}

const expected = ROWS.map(({ id, text }) => ({
  id,
  embedding: vectorOf(text),
}));

describe('objects of S3', () => {
  it('are the parts, in the format that the name tells', async (t) => {
    const { s3, run, folder } = await prepare(t, 'out.parquet');

    const { code, stderr } = await run();

    assert.equal(code, 0, stderr);
    assert.equal(s3.keys().length, 10);
    const [, second] = s3.keys();
    assert.equal(second, 'a/out.parquet/part-000001.parquet');
    const file = path.join(folder, 'second.parquet');
    fs.writeFileSync(file, s3.objects.get(second).body);
    const { matrix, ids } = await readVectors(file);
    assert.equal(ids[0], '50');
    assert.deepEqual([...matrix.subarray(0, 8)], vectorOf(ROWS[50].text));
  });

  it('hold each row once, however often a run is killed and its folder lost', async (t) => {
    const { s3, model, run, start, folder } = await prepare(t);
    for (const puts of [1, 4, 9]) {
      const running = start('--resume');
      const reached = new Promise((resolve) => {
        s3.onPut = () => s3.objects.size >= puts && resolve(undefined);
      });
      await Promise.race([reached, running.ended]);
      running.child.kill('SIGKILL');
      await running.ended;
      fs.rmSync(path.join(folder, 'out.jsonl'), {
        recursive: true,
        force: true,
      });
    }
    const done = s3.keys().length;
    model.texts = [];

    const { code, stderr } = await run('--resume');

    assert.equal(code, 0, stderr);
    assert.ok(done > 0);
    assert.equal(model.texts.length, ROWS.length - 50 * done);
    assert.deepEqual(rowsOf(s3), expected);
    assert.deepEqual(s3.refused, []);
  });

  it('are the first complete ones, where two runs make them', async (t) => {
    const { s3, model, start, args, folder } = await prepare(t);
    const other = makeFolder(t);
    fs.copyFileSync(
      path.join(folder, 'in.jsonl'),
      path.join(other, 'in.jsonl'),
    );
    const { reached, release } = model.holdAfter(40);
    const slow = start();
    await reached;
    const { url } = await startModel(t);
    const fast = await runBulk(args('--resume', '--base-url', url), {
      cwd: other,
      env: s3.env,
    });
    release();

    const { code, stderr } = await slow.ended;

    assert.equal(fast.code, 0, fast.stderr);
    assert.equal(code, 1, stderr);
    assert.deepEqual(rowsOf(s3), expected);
    assert.ok(s3.refused.length > 0);
  });

  it('are known with the rows that failed', async (t) => {
    const { s3, model, run, folder } = await prepare(t);
    // All of the second part: it has no object that a reader sees.
    model.knobs.refuse = (text) => (/number [5-9]\d$/.test(text) ? 400 : 0);
    const first = await run();
    fs.rmSync(path.join(folder, 'out.jsonl'), { recursive: true });
    fs.rmSync(path.join(folder, 'out.jsonl.errors.jsonl'));

    const { code, stderr } = await run('--resume');

    assert.equal(first.code, 3, first.stderr);
    assert.equal(s3.keys().length, 9);
    assert.equal(code, 3);
    assert.match(stderr, /450 of 500 rows written, 50 failed/);
    assert.equal(
      readRows(path.join(folder, 'out.jsonl.errors.jsonl')).length,
      50,
    );
  });

  it('are waited for while S3 is away', async (t) => {
    const { s3, start } = await prepare(t);
    s3.knobs.status = 503;
    const running = start();
    while (!running.out.stderr.includes('trying again'))
      await new Promise((resolve) =>
        running.child.stderr.once('data', resolve),
      );
    s3.knobs.status = undefined;

    const { code, stderr } = await running.ended;

    assert.equal(code, 0, stderr);
    assert.deepEqual(rowsOf(s3), expected);
  });

  it('are refused in words where that cannot be', async (t) => {
    const { s3, run } = await prepare(t);
    const format = await run('--output-format', 'npy');
    const retry = await run('--retry-failed');
    await run();
    const again = await run('--overwrite');
    const other = await run('--resume', '--model', 'another');
    s3.objects.clear();
    s3.knobs.status = 403;
    const forbidden = await run('--overwrite');

    assert.match(format.stderr, /npy has its ids in another/);
    assert.match(retry.stderr, /what is written to s3:\/\/bucket.* stays/);
    assert.match(again.stderr, /--overwrite removes no objects/);
    assert.match(other.stderr, /holds parts of another job/);
    assert.deepEqual(
      [format, retry, again, other].map(({ code }) => code),
      [2, 2, 2, 2],
    );
    assert.equal(forbidden.code, 1);
    assert.match(forbidden.stderr, /s3:\/\/bucket\/a\/out.jsonl: Refused/);
    assert.ok(!forbidden.stderr.includes('a-secret'));
  });
});
