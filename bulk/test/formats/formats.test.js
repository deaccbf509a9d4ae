'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const { NewFile } = require('../../lib/base/new-file');
const { sourceOfChunks, sourceOfFile } = require('../../lib/base/sources');
const { FORMATS } = require('../../lib/formats/formats');
const { makeFolder } = require('../helpers/bulk-process');

const DIMENSIONS = 3;

/** A part with awkward ids and numbers. */
function makePart(rows, from, hasColumns) {
  const value = (i) => Math.fround(Math.sin(i) * 10 ** ((i % 70) - 35));
  const ids = ['', 'a\nb', 'ü💡', 7, -1.5, '"'];
  return {
    rows,
    dimensions: DIMENSIONS,
    matrix: Float32Array.from({ length: rows * DIMENSIONS }, (_, i) =>
      value(i + from),
    ),
    ids: Array.from({ length: rows }, (_, i) => ids[i] ?? `${from + i}`),
    idName: 'id',
    columns: hasColumns
      ? [
          {
            name: 'tag',
            values: Array.from({ length: rows }, (_, i) =>
              i % 3 ? `t${i}` : null,
            ),
          },
        ]
      : [],
  };
}

async function writePart(format, part, file) {
  const fd = fs.openSync(file, 'w');
  for (const chunk of await format.encode(part)) fs.writeSync(fd, chunk);
  fs.closeSync(fd);
}

/** @param {import('../../lib/base/sources').Source[]} sources */
async function mergeInto(file, format, sources, columns) {
  const out = new NewFile(file);
  const merger = await format.merger(out, { columns, idName: 'id' });
  for (const source of sources) await merger.add(source);
  await merger.end();
  out.finish();
}

for (const [name, format] of Object.entries(FORMATS))
  describe(name, () => {
    /** Parts, the longest of several pages, and what they are merged into. */
    async function mergeSome(t) {
      const folder = makeFolder(t);
      const parts = [2500, 1, 6].map((rows, i) =>
        makePart(rows, i * 3000, format.hasColumns),
      );
      const files = parts.map((_, i) => path.join(folder, String(i)));
      for (const [i, part] of parts.entries())
        await writePart(format, part, files[i]);
      const merged = path.join(folder, 'merged');
      const columns = format.hasColumns ? ['tag'] : [];
      await mergeInto(merged, format, files.map(sourceOfFile), columns);
      return { parts, files, merged, columns };
    }

    const about = { hasVectors: true, columnCount: format.hasColumns ? 1 : 0 };

    it('gives back every bit of a part', async (t) => {
      const { parts, files } = await mergeSome(t);

      for (const [i, part] of parts.entries()) {
        const { matrix, dimensions } = await format.readBack(files[i], about);
        assert.equal(dimensions, DIMENSIONS);
        assert.deepEqual(matrix, part.matrix);
      }
    });

    it('merges parts into the file that one part would be', async (t) => {
      const { parts, merged } = await mergeSome(t);

      const { matrix } = await format.readBack(merged, about);
      const found = await format.inspect(merged);

      assert.deepEqual(
        matrix,
        Float32Array.from(parts.flatMap((part) => [...part.matrix])),
      );
      assert.equal(found.rows, 2507);
      assert.equal(found.dimensions, DIMENSIONS);
    });

    it('merges parts in memory into the same bytes', async (t) => {
      const { parts, files, merged, columns } = await mergeSome(t);
      const chunks = await Promise.all(
        parts.map((part) => format.encode(part)),
      );

      await mergeInto(
        `${merged}.again`,
        format,
        files.map((file, i) => sourceOfChunks(file, chunks[i])),
        columns,
      );

      assert.deepEqual(
        fs.readFileSync(`${merged}.again`),
        fs.readFileSync(merged),
      );
    });

    it('merges no parts into a file without rows', async (t) => {
      const file = path.join(makeFolder(t), 'empty');

      await mergeInto(file, format, [], []);

      assert.equal((await format.inspect(file)).rows, 0);
    });
  });

describe('npy', () => {
  it('begins its values at a multiple of 64, as numpy asks', () => {
    const [head] = FORMATS.npy.encode(makePart(10, 0, false));

    assert.equal(head.length % 64, 0);
    assert.equal(
      Buffer.from(head).toString('latin1', 10).trimEnd(),
      "{'descr': '<f4', 'fortran_order': False, 'shape': (10, 3), }",
    );
  });
});

describe('parquet', () => {
  it('is read by a reader of its own, columns and all', async (t) => {
    const file = path.join(makeFolder(t), 'a.parquet');
    const part = makePart(2500, 0, true);
    await writePart(FORMATS.parquet, part, file);
    const { asyncBufferFromFile, parquetReadObjects } =
      await import('hyparquet');

    const rows = await parquetReadObjects({
      file: await asyncBufferFromFile(file),
    });

    assert.equal(rows.length, 2500);
    assert.deepEqual(
      rows.map(({ id, tag }) => [id, tag]),
      part.ids.map((id, i) => [String(id), part.columns[0].values[i]]),
    );
    assert.deepEqual(rows[2499].embedding, [...part.matrix.subarray(-3)]);
  });
});

describe('jsonl', () => {
  it('keeps ids and columns as they are', () => {
    const part = makePart(6, 0, true);

    const text = Buffer.concat(FORMATS.jsonl.encode(part)).toString();

    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      rows.map(({ id }) => id),
      part.ids,
    );
    assert.deepEqual(
      rows.map(({ tag }) => tag),
      part.columns[0].values,
    );
  });
});
