'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const zlib = require('node:zlib');

const {
  makeFolder,
  makeTexts,
  readRows,
  runBulk,
  writeRows,
} = require('../helpers/bulk-process');
const { DIMENSIONS, startModel, vectorOf } = require('../helpers/model-server');
const { readVectors } = require('../helpers/vectors');

const TEXTS = makeTexts(300);

const ROWS = TEXTS.map((text, i) => ({
  id: `doc-${i}`,
  text,
  lang: i % 2 ? 'en' : null,
}));

const EXPECTED = Float32Array.from(TEXTS.flatMap(vectorOf));

/** Runs embed in a folder of its own. */
async function embed(t, { files, args, input }) {
  const model = await startModel(t);
  const folder = makeFolder(t);
  for (const [name, content] of Object.entries(files ?? {}))
    fs.writeFileSync(path.join(folder, name), content);
  const ended = await runBulk(
    [
      'embed',
      ...args,
      ...['--model', 'm', '--base-url', model.url, '--no-api-key'],
      ...['--part-rows', '100', '--batch-size', '32'],
    ],
    { cwd: folder, input },
  );
  return { ...ended, folder, model };
}

const JSONL = ROWS.map((row) => `${JSON.stringify(row)}\n`).join('');

const CSV = [
  'lang,id,text',
  ...ROWS.map(({ id, text, lang }) => `${lang ?? ''},${id},"${text}"`),
].join('\n');

describe('embed writes every format', () => {
  for (const name of ['npy', 'safetensors', 'parquet', 'arrow', 'jsonl'])
    it(`${name}, all rows in order`, async (t) => {
      const { code, stderr, folder } = await embed(t, {
        files: { 'in.jsonl': JSONL },
        args: ['in.jsonl', '-o', `out.${name}`],
      });

      assert.equal(code, 0, stderr);
      const { ids, matrix, dimensions } = await readVectors(
        path.join(folder, `out.${name}`),
      );
      assert.equal(dimensions, DIMENSIONS);
      assert.deepEqual(
        ids,
        ROWS.map(({ id }) => id),
      );
      assert.deepEqual(matrix, EXPECTED);
    });

  it('passes columns along', async (t) => {
    const { code, folder } = await embed(t, {
      files: { 'in.jsonl': JSONL },
      args: ['in.jsonl', '-o', 'out.jsonl', '--columns', 'lang'],
    });

    assert.equal(code, 0);
    const rows = readRows(path.join(folder, 'out.jsonl'));
    assert.deepEqual(Object.keys(rows[0]), ['id', 'lang', 'embedding']);
    assert.deepEqual(
      rows.map(({ lang }) => lang),
      ROWS.map(({ lang }) => lang),
    );
  });

  it('a folder of files with --parts', async (t) => {
    const { code, stderr, folder } = await embed(t, {
      files: { 'in.jsonl': JSONL },
      args: ['in.jsonl', '-o', 'out', '--parts', '--output-format', 'npy'],
    });

    assert.equal(code, 0, stderr);
    assert.deepEqual(fs.readdirSync(path.join(folder, 'out')).sort(), [
      '_manifest.json',
      ...[0, 1, 2].flatMap((i) => [
        `part-00000${i}.ids.jsonl`,
        `part-00000${i}.npy`,
      ]),
    ]);
    const last = await readVectors(path.join(folder, 'out/part-000002.npy'));
    assert.deepEqual(last.matrix, EXPECTED.subarray(200 * DIMENSIONS));
  });

  it('nothing, of a file without rows', async (t) => {
    const { code, folder } = await embed(t, {
      files: { 'in.jsonl': '\n' },
      args: ['in.jsonl', '-o', 'out.npy'],
    });

    assert.equal(code, 0);
    const { ids, matrix } = await readVectors(path.join(folder, 'out.npy'));
    assert.deepEqual([ids, matrix.length], [[], 0]);
  });
});

describe('embed reads', () => {
  const inputs = {
    gzip: { 'in.jsonl.gz': zlib.gzipSync(JSONL) },
    CSV: { 'in.csv': CSV },
    'CSV in gzip': { 'in.csv.gz': zlib.gzipSync(CSV) },
  };
  for (const [name, files] of Object.entries(inputs))
    it(name, async (t) => {
      const [file] = Object.keys(files);
      const { code, stderr, folder } = await embed(t, {
        files,
        args: [file, '-o', 'out.npy'],
      });

      assert.equal(code, 0, stderr);
      const { ids, matrix } = await readVectors(path.join(folder, 'out.npy'));
      assert.deepEqual(
        ids,
        ROWS.map(({ id }) => id),
      );
      assert.deepEqual(matrix, EXPECTED);
    });

  it('zstd', async (t) => {
    const file = path.join(__dirname, '../helpers/rows.jsonl.zst');
    const { code, stderr, folder } = await embed(t, {
      files: { 'in.jsonl.zst': fs.readFileSync(file) },
      args: ['in.jsonl.zst', '-o', 'out.jsonl'],
    });

    assert.equal(code, 0, stderr);
    assert.deepEqual(readRows(path.join(folder, 'out.jsonl')), [
      { id: 'a', embedding: vectorOf('first') },
      { id: 'b', embedding: vectorOf('second') },
    ]);
  });

  it('a column of the Parquet that it writes', async (t) => {
    const model = await startModel(t);
    const folder = makeFolder(t);
    const common = ['--model', 'm', '--base-url', model.url, '--no-api-key'];
    writeRows(path.join(folder, 'in.jsonl'), ROWS);
    const first = [
      'embed',
      'in.jsonl',
      '-o',
      'mid.parquet',
      '--columns',
      'text',
    ];
    await runBulk([...first, ...common, '--part-rows', '70'], { cwd: folder });

    const { code, stderr } = await runBulk(
      ['embed', 'mid.parquet', '-o', 'out.npy', ...common],
      { cwd: folder },
    );

    assert.equal(code, 0, stderr);
    const { ids, matrix } = await readVectors(path.join(folder, 'out.npy'));
    assert.deepEqual(
      ids,
      ROWS.map(({ id }) => id),
    );
    assert.deepEqual(matrix, EXPECTED);
  });

  it('lines, and names them by their number', async (t) => {
    const { code, folder } = await embed(t, {
      files: { 'in.txt': 'one\r\n\r\ntwo\nthree' },
      args: ['in.txt', '-o', 'out.jsonl'],
    });

    assert.equal(code, 0);
    assert.deepEqual(readRows(path.join(folder, 'out.jsonl')), [
      { id: 1, embedding: vectorOf('one') },
      { id: 3, embedding: vectorOf('two') },
      { id: 4, embedding: vectorOf('three') },
    ]);
  });

  it('several files and a glob, in the order of their names', async (t) => {
    const { code, folder } = await embed(t, {
      files: { 'b-2.txt': 'three', 'b-1.txt': 'two', 'z.txt': 'one' },
      args: ['z.txt', 'b-*.txt', '-o', 'out.jsonl'],
    });

    assert.equal(code, 0);
    assert.deepEqual(readRows(path.join(folder, 'out.jsonl')), [
      { id: 'z.txt:1', embedding: vectorOf('one') },
      { id: 'b-1.txt:1', embedding: vectorOf('two') },
      { id: 'b-2.txt:1', embedding: vectorOf('three') },
    ]);
  });

  it('standard input, and writes to standard output', async (t) => {
    const { code, stdout } = await embed(t, {
      args: ['-', '-o', '-'],
      input: JSONL,
    });

    assert.equal(code, 0);
    const lines = stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      lines,
      ROWS.map(({ id, text }) => ({ id, embedding: vectorOf(text) })),
    );
  });
});

describe('embed sends', () => {
  it('batches as large as it is told, and half of it where refused', async (t) => {
    const model = await startModel(t);
    const folder = makeFolder(t);
    model.knobs.maxBatch = 16;
    writeRows(path.join(folder, 'in.jsonl'), ROWS);

    const { code } = await runBulk(
      [
        ...['embed', 'in.jsonl', '-o', 'out.npy', '--model', 'm'],
        ...['--base-url', model.url, '--no-api-key', '--batch-size', '64'],
        ...['--max-concurrent-requests', '1'],
      ],
      { cwd: folder },
    );

    assert.equal(code, 0);
    const { matrix } = await readVectors(path.join(folder, 'out.npy'));
    assert.deepEqual(matrix, EXPECTED);
    // 64, then 32 and 16 of the first batch; afterwards 16 at once.
    assert.ok(model.requests < 30, `${model.requests} requests`);
  });
});
