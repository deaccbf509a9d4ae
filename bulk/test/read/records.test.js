'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const { findInputs } = require('../../lib/read/inputs');
const { cutLines } = require('../../lib/read/lines');
const { rangesOf } = require('../../lib/read/ranges');
const { readBlocks } = require('../../lib/read/blocks');
const { makeFolder } = require('../helpers/bulk-process');

const FIELDS = {
  kind: /** @type {const} */ ('text'),
  text: 'text',
  texts: 'texts',
  query: 'query',
  id: 'id',
  columns: [],
};

async function* inChunks(bytes, size) {
  for (let at = 0; at < bytes.length; at += size)
    yield bytes.subarray(at, at + size);
}

/** The lines of some bytes, however they come. */
async function linesOf(text, size) {
  const lines = [];
  for await (const { bytes, ends } of cutLines(
    inChunks(Buffer.from(text), size),
    0,
  )) {
    let begin = 0;
    for (const end of ends) {
      lines.push(bytes.toString('utf8', begin, end));
      begin = end + 1;
    }
  }
  return lines;
}

/** Texts and ids of a shard, with what its parts end with. */
async function readShard(inputs, shard, partRows, from = { part: 0 }) {
  const ranges = rangesOf(inputs, shard);
  const limits = { partRows, batchSize: 4 };
  const read = { texts: [], ids: [], ends: [] };
  for await (const { inputs: sent, rows, end } of readBlocks(
    inputs,
    ranges,
    FIELDS,
    limits,
    from,
  )) {
    read.texts.push(...sent);
    read.ids.push(...rows.ids);
    if (end) read.ends.push(end);
  }
  return read;
}

describe('lines', () => {
  it('are the same however the bytes come', async () => {
    const text = 'one\n\nthree is long\nfoür\n\n\nno break at its end';

    for (let size = 1; size <= text.length + 2; size++)
      assert.deepEqual(await linesOf(text, size), text.split('\n'));
  });

  it('lose no last line with its break, and add none', async () => {
    assert.deepEqual(await linesOf('a\nb\n', 3), ['a', 'b']);
    assert.deepEqual(await linesOf('', 3), []);
  });
});

describe('shards', () => {
  /** Files whose lines have many lengths, so that ranges fall anywhere. */
  function writeFiles(t) {
    const folder = makeFolder(t);
    const texts = Array.from(
      { length: 97 },
      (_, i) => `${i}:${'x'.repeat((i * 7) % 23)}`,
    );
    const thirds = [texts.slice(0, 40), texts.slice(40, 41), texts.slice(41)];
    const files = thirds.map((some, i) => {
      const file = path.join(folder, `${i}.txt`);
      fs.writeFileSync(file, `${some.join('\n')}${i === 1 ? '' : '\n'}`);
      return file;
    });
    return { files, texts };
  }

  it('read every line exactly once, in order, for any count', async (t) => {
    const { files, texts } = writeFiles(t);
    const inputs = await findInputs(files);

    for (let count = 1; count <= 40; count++) {
      const all = [];
      for (let index = 0; index < count; index++)
        all.push(...(await readShard(inputs, { index, count }, 1000)).texts);
      assert.deepEqual(all, texts, `${count} shards`);
    }
  });

  it('name rows without an id as a single run does', async (t) => {
    const { files } = writeFiles(t);
    const inputs = await findInputs(files);
    const { ids } = await readShard(inputs, { index: 0, count: 1 }, 1000);

    for (const count of [2, 3, 7, 31]) {
      const all = [];
      for (let index = 0; index < count; index++)
        all.push(...(await readShard(inputs, { index, count }, 1000)).ids);
      assert.deepEqual(all, ids, `${count} shards`);
    }
  });

  it('leave a file that cannot be cut to one of them', async (t) => {
    const folder = makeFolder(t);
    const file = path.join(folder, 'a.csv');
    fs.writeFileSync(file, 'id,text\n1,"a\nb"\n2,c\n');
    const inputs = await findInputs([file]);

    const first = await readShard(inputs, { index: 0, count: 3 }, 10);
    const second = await readShard(inputs, { index: 1, count: 3 }, 10);

    assert.deepEqual(first.texts, ['a\nb', 'c']);
    assert.deepEqual(second.texts, []);
    assert.deepEqual(second.ends, [{ rows: 0, cursor: null }]);
  });
});

describe('parts', () => {
  const kinds = {
    'lines.txt': (i) => `text ${i}`,
    'rows.jsonl': (i) => JSON.stringify({ id: i, text: `text ${i}` }),
    'rows.csv': (i) => (i === 0 ? 'id,text\n0,text 0' : `${i},text ${i}`),
  };
  for (const [name, lineOf] of Object.entries(kinds))
    it(`can be begun anywhere: ${name}`, async (t) => {
      const file = path.join(makeFolder(t), name);
      const lines = Array.from({ length: 50 }, (_, i) => lineOf(i));
      fs.writeFileSync(file, `${lines.join('\n')}\n`);
      const inputs = await findInputs([file]);
      const shard = { index: 0, count: 1 };
      const whole = await readShard(inputs, shard, 8);

      assert.deepEqual(
        whole.ends.map(({ rows }) => rows),
        [8, 8, 8, 8, 8, 8, 2],
      );
      for (const [part, { cursor }] of whole.ends.entries()) {
        if (cursor === null) break;
        const rest = await readShard(inputs, shard, 8, {
          part: part + 1,
          cursor,
        });
        assert.deepEqual(rest.texts, whole.texts.slice((part + 1) * 8));
        assert.deepEqual(rest.ids, whole.ids.slice((part + 1) * 8));
        assert.deepEqual(rest.ends, whole.ends.slice(part + 1));
      }
    });

  it('end without a further, empty one', async (t) => {
    const file = path.join(makeFolder(t), 'a.txt');
    fs.writeFileSync(file, 'a\nb\nc\nd\n\n');
    const inputs = await findInputs([file]);

    const { ends } = await readShard(inputs, { index: 0, count: 1 }, 2);

    assert.deepEqual(
      ends.map(({ rows, cursor }) => [rows, cursor === null]),
      [
        [2, false],
        [2, true],
      ],
    );
  });
});
