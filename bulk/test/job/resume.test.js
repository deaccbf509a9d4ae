'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const {
  makeFolder,
  makeTexts,
  runBulk,
  startBulk,
  writeRows,
} = require('../helpers/bulk-process');
const { startModel } = require('../helpers/model-server');
const { filesOf } = require('../helpers/vectors');

const ROWS = makeTexts(500).map((text, i) => ({ id: i, text }));

/** A folder with an input, and the arguments of a job over it. */
async function prepare(t, format = 'npy') {
  const model = await startModel(t);
  const folder = makeFolder(t);
  writeRows(path.join(folder, 'in.jsonl'), ROWS);
  const args = (output, ...more) => [
    ...['embed', 'in.jsonl', '-o', `${output}.${format}`, '--model', 'm'],
    ...['--base-url', model.url, '--no-api-key', '--part-rows', '50'],
    ...['--batch-size', '10', '--max-concurrent-requests', '4'],
    ...more,
  ];
  const run = (output, ...more) =>
    runBulk(args(output, ...more), { cwd: folder });
  const start = (output, ...more) =>
    startBulk(args(output, ...more), { cwd: folder });
  return { model, folder, run, start };
}

/** Kills a run once the model was asked for so many texts. */
async function killAfter(model, count, { child, ended }) {
  model.texts = [];
  const { reached, release } = model.holdAfter(count);
  await Promise.race([reached, ended]);
  child.kill('SIGKILL');
  await ended;
  release();
}

/** Settles when a run has heard of its signal. */
async function untilTold({ child, out }) {
  while (!out.stderr.includes('once more'))
    await new Promise((resolve) => child.stderr.once('data', resolve));
}

/** Tells a run to end while its first part is on its way. */
async function endEarly(model, running) {
  const { reached, release } = model.holdAfter(30);
  await reached;
  running.child.kill('SIGINT');
  await untilTold(running);
  release();
  return await running.ended;
}

describe('a job that is killed and begun again', () => {
  for (const format of ['npy', 'parquet', 'jsonl'])
    it(`gives the same bytes: ${format}`, async (t) => {
      const { model, folder, run, start } = await prepare(t, format);
      await run('whole');
      for (const texts of [0, 120, 130, 100])
        await killAfter(model, texts, start('killed', '--resume'));

      const { code, stderr } = await run('killed', '--resume');

      assert.equal(code, 0, stderr);
      assert.deepEqual(filesOf(folder, 'killed'), filesOf(folder, 'whole'));
      assert.ok(!fs.existsSync(path.join(folder, `killed.${format}.parts`)));
    });

  it('asks for nothing twice that it had finished', async (t) => {
    const { model, run, start, folder } = await prepare(t);
    await endEarly(model, start('out'));
    const shard = path.join(folder, 'out.npy.parts/shard-000000-of-000001');
    const finished = fs
      .readdirSync(shard)
      .filter((name) => name.startsWith('part-')).length;
    assert.ok(finished > 0 && finished < 10, `${finished} parts`);
    model.texts = [];

    await run('out', '--resume');

    assert.equal(model.texts.length, ROWS.length - finished * 50);
    assert.ok(!model.texts.includes(ROWS[finished * 50 - 1].text));
  });

  it('ends with the open part at the first signal, and goes on', async (t) => {
    const { model, folder, run, start } = await prepare(t);
    await run('whole');
    model.texts = [];
    const { code, stderr } = await endEarly(model, start('out'));

    assert.equal(code, 1);
    assert.match(stderr, /go on with --resume/);
    const asked = model.texts.length;
    assert.equal(asked % 50, 0, `${asked} texts are no whole parts`);
    assert.ok(asked < ROWS.length);
    await run('out', '--resume');
    assert.equal(model.texts.length, ROWS.length);
    assert.deepEqual(filesOf(folder, 'out'), filesOf(folder, 'whole'));
  });

  it('leaves nothing but parts when it ends early', async (t) => {
    const { model, start, folder } = await prepare(t);

    await endEarly(model, start('out'));

    const state = path.join(folder, 'out.npy.parts');
    const left = fs.readdirSync(state, { recursive: true }).map(String);
    assert.ok(left.some((name) => /part-\d+$/.test(name)));
    assert.deepEqual(
      left.filter((name) => name.includes('.tmp-')),
      [],
    );
  });

  it('ends at once at the second signal', async (t) => {
    const { model, start } = await prepare(t);
    const { reached, release } = model.holdAfter(0);
    t.after(() => release());
    const running = start('out');
    await reached;
    running.child.kill('SIGINT');
    await untilTold(running);

    running.child.kill('SIGINT');

    assert.equal((await running.ended).code, 1);
  });
});

describe('a job that was begun', () => {
  it('is refused without a word on what to do with it', async (t) => {
    const { run, start, model } = await prepare(t);
    await endEarly(model, start('out'));

    const { code, stderr } = await run('out');

    assert.equal(code, 2);
    assert.match(
      stderr,
      /out\.npy\.parts holds \d+ parts .* --resume .* --overwrite/,
    );
  });

  const changes = {
    'another model': ['--model', 'n', /model was "m", now it is "n"/],
    'other dimensions': [
      '--dimensions',
      '4',
      /dimensions was null, now it is 4/,
    ],
    'other parts': ['--part-rows', '60', /partRows was 50, now it is 60/],
    'another field': ['--text-field', 'id', /options\.text was "text"/],
  };
  for (const [name, [flag, value, message]] of Object.entries(changes))
    it(`is not mixed with ${name}`, async (t) => {
      const { run } = await prepare(t);
      await run('out');

      const { code, stderr } = await run('out', '--resume', flag, value);

      assert.equal(code, 2);
      assert.match(stderr, message);
    });

  it('is not mixed with another input', async (t) => {
    const { folder, run } = await prepare(t);
    await run('out');
    const file = path.join(folder, 'in.jsonl');
    const text = fs.readFileSync(file, 'utf8');
    fs.writeFileSync(file, text.replace('number 0', 'number 9'));

    const { code, stderr } = await run('out', '--resume');

    assert.equal(code, 2);
    assert.match(stderr, /inputs\[0\]\.head was/);
  });

  it('is not done again once it is finished', async (t) => {
    const { model, run } = await prepare(t);
    await run('out');
    model.texts = [];

    const again = await run('out', '--resume');
    const refused = await run('out');

    assert.equal(again.code, 0);
    assert.match(again.stderr, /finished before: 500 of 500 rows written/);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /is there already: give --overwrite/);
    assert.equal(model.texts.length, 0);
  });

  it('is done anew with --overwrite', async (t) => {
    const { model, run } = await prepare(t);
    await run('out');
    model.texts = [];

    const { code } = await run('out', '--overwrite');

    assert.equal(code, 0);
    assert.equal(model.texts.length, ROWS.length);
  });
});
