'use strict';

const { after, before, describe, it } = require('node:test');
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
const { startModel, vectorOf } = require('../helpers/model-server');
const { startPostgres } = require('../helpers/postgres');

const ROWS = makeTexts(500).map((text, i) => ({ id: i, text, lang: 'en' }));

const TABLE =
  'CREATE TABLE vectors (id bigint PRIMARY KEY, lang text, embedding real[])';

/** @type {(() => unknown)[]} */
const endings = [];

let postgres;

before(async () => {
  postgres = await startPostgres({ after: (end) => endings.push(end) });
});

after(async () => {
  for (const end of endings.reverse()) await end();
});

/** A database, a model, a folder with an input, and jobs over them. */
async function prepare(t, table = TABLE) {
  const model = await startModel(t);
  const folder = makeFolder(t);
  writeRows(path.join(folder, 'in.jsonl'), ROWS);
  const name = `db_${path.basename(folder).replace(/\W/g, '_').toLowerCase()}`;
  const url = await postgres.createDatabase(name);
  if (table) await postgres.query(table, url);
  const output = `${url}?table=vectors`;
  const args = (...more) => [
    ...['embed', 'in.jsonl', '-o', output, '--model', 'm'],
    ...['--base-url', model.url, '--no-api-key', '--part-rows', '50'],
    ...['--batch-size', '10', '--max-concurrent-requests', '4'],
    ...more,
  ];
  return {
    model,
    folder,
    output,
    url,
    run: (...more) => runBulk(args(...more), { cwd: folder }),
    start: (...more) => startBulk(args(...more), { cwd: folder }),
    query: (text) => postgres.query(text, url),
    /** How many parts the table holds. */
    async countParts() {
      const [{ ledger }] = await postgres.query(
        "SELECT to_regclass('baseten_bulk_parts') AS ledger",
        url,
      );
      if (ledger === null) return 0;
      const [{ count }] = await postgres.query(
        'SELECT count(*)::int AS count FROM baseten_bulk_parts',
        url,
      );
      return count;
    },
    find: () =>
      postgres.query('SELECT * FROM vectors ORDER BY id::bigint', url),
  };
}

/** @param {(text: string) => Promise<any[]>} query */
async function hasPgvector(query) {
  const rows = await query(
    "SELECT FROM pg_available_extensions WHERE name = 'vector'",
  );
  return rows.length > 0;
}

/** What a table must hold of rows. */
const expected = (rows) =>
  rows.map(({ id, text }) => ({ id: String(id), embedding: vectorOf(text) }));

/** They are read as the shortest text that tells a float32. */
const found = (rows) =>
  rows.map(({ id, embedding }) => ({
    id,
    embedding: embedding.map(Math.fround),
  }));

/** Kills a run once the model was asked for so many texts. */
async function killAfter(model, count, { child, ended }) {
  model.texts = [];
  const { reached, release } = model.holdAfter(count);
  await Promise.race([reached, ended]);
  child.kill('SIGKILL');
  await ended;
  release();
}

/** Kills a run whose model answers no more, once so many parts are there. */
async function killWithParts({ model, countParts }, texts, parts, running) {
  model.texts = [];
  const { reached, release } = model.holdAfter(texts);
  await reached;
  while ((await countParts()) < parts)
    await new Promise((resolve) => setTimeout(resolve, 20));
  running.child.kill('SIGKILL');
  await running.ended;
  release();
}

describe('a table of PostgreSQL', () => {
  it('takes ids, columns and vectors, in the types it has', async (t) => {
    const { run, find, folder } = await prepare(t);

    const { code, stderr } = await run('--columns', 'lang');

    assert.equal(code, 0, stderr);
    const rows = await find();
    assert.deepEqual(found(rows), expected(ROWS));
    assert.ok(rows.every(({ lang }) => lang === 'en'));
    assert.match(stderr, /500 of 500 rows written: postgres:\/\/127/);
    assert.ok(!stderr.includes('postgres@'));
    assert.deepEqual(fs.readdirSync(path.join(folder, 'vectors')), [
      '_manifest.json',
    ]);
  });

  it('holds each row once, however often a run is killed', async (t) => {
    const { model, run, start, find } = await prepare(t);
    for (const texts of [0, 120, 130, 100])
      await killAfter(model, texts, start('--resume'));

    const { code, stderr } = await run('--resume');

    assert.equal(code, 0, stderr);
    assert.deepEqual(found(await find()), expected(ROWS));
  });

  it('holds each row once without an index, and where the folder is lost', async (t) => {
    const all = await prepare(
      t,
      'CREATE TABLE vectors (id text, embedding real[])',
    );
    const { model, run, start, find, folder } = all;
    for (const parts of [2, 4]) {
      await killWithParts(all, 150, parts, start('--resume'));
      fs.rmSync(path.join(folder, 'vectors'), { recursive: true, force: true });
    }
    const refused = await run();
    model.texts = [];

    const { code, stderr } = await run('--resume');

    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /parts of an earlier run: give --resume/);
    assert.equal(code, 0, stderr);
    assert.ok(model.texts.length <= ROWS.length - 200);
    assert.deepEqual(found(await find()), expected(ROWS));
  });

  it('takes a part that was committed when its run was killed for done', async (t) => {
    const all = await prepare(t);
    const { model, run, start, find, folder, countParts } = all;
    // As where it is killed before it has written down what was committed.
    await killWithParts(all, 150, 2, start('--resume'));
    const parts = 'vectors/_parts/shard-000000-of-000001';
    fs.rmSync(path.join(folder, parts, 'part-000001'), {
      recursive: true,
      force: true,
    });
    const count = await countParts();
    model.texts = [];

    const { code, stderr } = await run('--resume');

    assert.equal(code, 0, stderr);
    assert.equal(model.texts.length, ROWS.length - 50 * count);
    assert.deepEqual(found(await find()), expected(ROWS));
  });

  it('waits for a server that goes away, and loses nothing', async (t) => {
    const { model, start, find } = await prepare(t);
    const running = start();
    const { reached, release } = model.holdAfter(120);
    await reached;
    await postgres.crash();
    release();
    while (!running.out.stderr.includes('trying again'))
      await new Promise((resolve) =>
        running.child.stderr.once('data', resolve),
      );
    await postgres.start();

    const { code, stderr } = await running.ended;

    assert.equal(code, 0, stderr);
    assert.match(stderr, /the output is there again/);
    assert.deepEqual(found(await find()), expected(ROWS));
  });

  it('gets rows that had failed when they are sent again', async (t) => {
    const { model, run, find, folder } = await prepare(t);
    const isPoison = (text) => /number \d*7$/.test(text);
    model.knobs.refuse = (text) => (isPoison(text) ? 400 : undefined);
    const first = await run();
    const some = await find();
    model.knobs.refuse = undefined;

    const { code, stderr } = await run('--retry-failed');

    assert.equal(first.code, 3);
    assert.equal(some.length, 450);
    assert.ok(!fs.existsSync(path.join(folder, 'vectors.errors.jsonl')));
    assert.equal(code, 0, stderr);
    assert.match(stderr, /500 of 500 rows written/);
    assert.deepEqual(found(await find()), expected(ROWS));
  });

  it('is filled by shards, and is written over with --overwrite', async (t) => {
    const { run, find, query, output, folder } = await prepare(t);
    for (const shard of ['0/2', '1/2']) await run('--shard', shard);
    const merged = await runBulk(['merge', '-o', output], { cwd: folder });
    assert.equal(merged.code, 0, merged.stderr);
    assert.deepEqual(found(await find()), expected(ROWS));
    await query("UPDATE vectors SET embedding = '{1}'");
    await run();
    await query("UPDATE vectors SET embedding = '{1}'");

    const { code, stderr } = await run('--overwrite');

    assert.equal(code, 0, stderr);
    assert.deepEqual(found(await find()), expected(ROWS));
  });

  it('is made for pgvector, whose index takes it', async (t) => {
    const { run, query } = await prepare(t, '');
    if (!(await hasPgvector(query)))
      return t.skip('this PostgreSQL has no pgvector: make pgvector-test');

    const { code, stderr } = await run('--columns', 'lang');

    assert.equal(code, 0, stderr);
    await query(
      'CREATE INDEX ON vectors USING hnsw (embedding vector_cosine_ops)',
    );
    const nearest = await query(
      `SELECT id, lang FROM vectors
       ORDER BY embedding <=> '[${vectorOf(ROWS[123].text)}]' LIMIT 1`,
    );
    assert.deepEqual(nearest, [{ id: '123', lang: 'en' }]);
    const [{ type }] = await query(
      `SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute
       WHERE attrelid = 'vectors'::regclass AND attname = 'embedding'`,
    );
    assert.equal(type, 'vector(8)');
    const all = await query(
      'SELECT id, embedding::real[] FROM vectors ORDER BY id::int',
    );
    assert.deepEqual(found(all), expected(ROWS));
  });

  it('is filled by the workers of a queue, which is there as well', async (t) => {
    const { model, find, output, folder, url } = await prepare(t);
    const queue = ['--queue', url];
    const args = [
      ...['submit', 'embed', 'in.jsonl', '-o', output, '--model', 'm'],
      ...['--base-url', model.url, '--shards', '4', '--part-rows', '50'],
    ];
    const submitted = await runBulk([...args, ...queue], { cwd: folder });
    const work = () =>
      runBulk(['work', '--no-api-key', ...queue], { cwd: folder });

    const workers = await Promise.all([work(), work()]);

    assert.equal(submitted.code, 0, submitted.stderr);
    for (const { code, stderr } of workers) assert.equal(code, 0, stderr);
    assert.deepEqual(found(await find()), expected(ROWS));
  });

  it('is given no password that a queue would keep', async (t) => {
    const { output, folder, model } = await prepare(t);
    const { code, stderr } = await runBulk(
      [
        ...['submit', 'embed', 'in.jsonl', '--model', 'm', '--shards', '2'],
        ...['-o', output.replace('postgres@', 'postgres:a-secret@')],
        ...['--base-url', model.url, '--queue', 'redis://127.0.0.1:1'],
      ],
      { cwd: folder },
    );

    assert.equal(code, 2);
    assert.match(stderr, /keeps no password: leave it out of --output/);
    assert.ok(!stderr.includes('a-secret'));
  });

  it('says what it lacks', async (t) => {
    const { run, query } = await prepare(t, '');
    if (await hasPgvector(query)) return t.skip('this PostgreSQL has pgvector');
    const without = await run();
    await query('CREATE TABLE vectors (id bigint, embedding real[])');
    const column = await run('--overwrite', '--columns', 'lang');

    assert.equal(without.code, 1);
    assert.match(without.stderr, /has no pgvector: make "vectors" with/);
    assert.equal(column.code, 1);
    assert.match(column.stderr, /"vectors" has no column "lang"/);
  });
});
