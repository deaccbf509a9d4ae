'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const path = require('node:path');

const { pointIdOf } = require('../../lib/remote/point-id');
const {
  makeFolder,
  makeTexts,
  runBulk,
  startBulk,
  writeRows,
} = require('../helpers/bulk-process');
const { startModel, vectorOf } = require('../helpers/model-server');
const { startQdrant } = require('../helpers/qdrant');

const ROWS = makeTexts(500).map((text, i) => ({ id: i, text, lang: 'en' }));

/** A collection, a model, a folder with an input, and jobs over them. */
async function prepare(t, { rows = ROWS, key, address = '' } = {}) {
  const [model, qdrant] = await Promise.all([
    startModel(t),
    startQdrant(t, key),
  ]);
  const folder = makeFolder(t);
  writeRows(path.join(folder, 'in.jsonl'), rows);
  const output = `qdrant://${qdrant.host}/texts${address}`;
  const args = (...more) => [
    ...['embed', 'in.jsonl', '-o', output, '--model', 'm'],
    ...['--base-url', model.url, '--no-api-key', '--part-rows', '50'],
    ...['--batch-size', '10', '--max-concurrent-requests', '4'],
    ...more,
  ];
  return {
    model,
    qdrant,
    start: (...more) => startBulk(args(...more), { cwd: folder }),
    run: (...more) =>
      runBulk(args(...more), { cwd: folder, env: { QDRANT_TEST_KEY: key } }),
  };
}

/** What points must be. */
const expected = (rows) =>
  rows.map(({ id, text }) => ({
    id: pointIdOf(id),
    vector: vectorOf(text),
    payload: { id },
  }));

const found = (qdrant) =>
  [...qdrant.points('texts').values()].sort(
    (a, b) => a.payload.id - b.payload.id,
  );

describe('a collection of Qdrant', () => {
  it('is made, and takes ids, columns and vectors', async (t) => {
    const { qdrant, run } = await prepare(t, { address: '?distance=Dot' });

    const { code, stderr } = await run('--columns', 'lang');

    assert.equal(code, 0, stderr);
    assert.deepEqual(qdrant.collections.get('texts').config, {
      vectors: { size: 8, distance: 'Dot' },
    });
    const points = expected(ROWS).map(({ payload, ...point }) => ({
      ...point,
      payload: { ...payload, lang: 'en' },
    }));
    assert.deepEqual(found(qdrant), points);
    assert.match(stderr, /500 of 500 rows written: qdrant:\/\/127/);
  });

  it('holds each row once, however often a run is killed', async (t) => {
    const { qdrant, run, start } = await prepare(t);
    for (const puts of [50, 100, 150]) {
      const running = start('--resume');
      const reached = new Promise((resolve) => {
        qdrant.onPut = () => qdrant.puts >= puts && resolve(undefined);
      });
      await Promise.race([reached, running.ended]);
      running.child.kill('SIGKILL');
      await running.ended;
    }

    const { code, stderr } = await run('--resume');

    assert.equal(code, 0, stderr);
    assert.deepEqual(found(qdrant), expected(ROWS));
  });

  it('is waited for while it is away', async (t) => {
    const { qdrant, model, start } = await prepare(t);
    qdrant.knobs.status = 429;
    const running = start('--max-retries', '0');
    while (!running.out.stderr.includes('trying again'))
      await new Promise((resolve) =>
        running.child.stderr.once('data', resolve),
      );
    qdrant.knobs.status = undefined;

    const { code, stderr } = await running.ended;

    assert.equal(code, 0, stderr);
    assert.equal(model.texts.length, ROWS.length);
    assert.deepEqual(found(qdrant), expected(ROWS));
  });

  it('ends a job whose points it refuses', async (t) => {
    const { qdrant, run } = await prepare(t);
    qdrant.knobs.status = 400;

    const { code, stderr } = await run();

    assert.equal(code, 1);
    assert.match(stderr, /qdrant:\/\/127[^\n]*400/);
  });

  it('is given its key, which no message shows', async (t) => {
    const { qdrant, run } = await prepare(t, { key: 'a-secret' });

    const without = await run();
    const { code, stderr } = await run(
      '--resume',
      '--output-key',
      '$QDRANT_TEST_KEY',
    );

    assert.equal(without.code, 1);
    assert.match(without.stderr, /401/);
    assert.equal(code, 0, stderr);
    assert.deepEqual(found(qdrant), expected(ROWS));
    assert.ok(!`${without.stderr}${stderr}`.includes('a-secret'));
  });

  it('takes embeddings only, in no format of files', async (t) => {
    const { run, qdrant } = await prepare(t);
    const format = await run('--output-format', 'npy');
    const command = await runBulk([
      ...['classify', __filename, '-o', `qdrant://${qdrant.host}/texts`],
      ...['--base-url', 'http://127.0.0.1:1', '--input-format', 'lines'],
    ]);

    assert.equal(format.code, 2);
    assert.match(format.stderr, /--output-format and --parts mean nothing/);
    assert.equal(command.code, 2);
    assert.match(command.stderr, /classify writes jsonl, not qdrant/);
  });
});

describe('the id of a point', () => {
  it('is the id of the row where that is a number or a UUID', () => {
    const uuid = 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6';
    assert.equal(pointIdOf(7), 7);
    assert.equal(pointIdOf(uuid), uuid);
    assert.equal(pointIdOf(uuid.toUpperCase()), uuid);
  });

  it('else follows from it, and is the same for ever', () => {
    assert.equal(pointIdOf('a text'), 'e4501af4-4322-5f87-b915-48c146c4fe26');
    assert.match(
      String(pointIdOf(-1)),
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    assert.notEqual(pointIdOf('7'), pointIdOf('8'));
  });
});
