'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { replaceFile, writeDurably } = require('../../lib/base/files');
const { systemError } = require('../../lib/base/errors');
const { beginManifest } = require('../../lib/parts/manifest');
const { PartStore } = require('../../lib/parts/store');
const { makeFolder } = require('../helpers/bulk-process');

const SHARD = { index: 0, count: 1 };

const record = (part, more) => ({
  part,
  generation: 0,
  rows: 1,
  written: 1,
  bad: 0,
  failed: [],
  dimensions: 2,
  tokens: 1,
  size: 1,
  cursor: { file: 0, at: 1, line: 1 },
  ...more,
});

const files = (text) => ({ data: [Buffer.from(text)] });

function openStore(t) {
  const folder = makeFolder(t);
  const store = new PartStore(folder, SHARD);
  store.prepare();
  return { folder: path.join(folder, 'shard-000000-of-000001'), store };
}

describe('parts', () => {
  it('are there as far as none is missing', (t) => {
    const { store } = openStore(t);
    for (const part of [0, 1, 3]) store.commit(record(part), files('x'));

    const parts = store.parts();

    assert.deepEqual(
      parts.map(({ part }) => part),
      [0, 1],
    );
    assert.equal(store.isComplete, false);
  });

  it('are complete with one that has no place behind it', (t) => {
    const { store } = openStore(t);
    store.commit(record(0), files('x'));

    store.commit(record(1, { cursor: null }), files('x'));

    assert.equal(store.isComplete, true);
  });

  it('are the first that was finished, where two are', (t) => {
    const { folder, store } = openStore(t);

    const first = store.commit(record(0), files('first'));
    const second = store.commit(record(0), files('second'));

    assert.deepEqual([first, second], [true, false]);
    const data = path.join(folder, 'part-000000', 'data');
    assert.equal(fs.readFileSync(data, 'utf8'), 'first');
    assert.deepEqual(fs.readdirSync(folder), ['part-000000']);
  });

  it('are replaced by their next generation', (t) => {
    const { folder, store } = openStore(t);
    store.commit(record(0, { failed: [3] }), files('old'));

    store.commit(record(0, { generation: 1 }), files('new'));

    assert.deepEqual(store.parts()[0].failed, []);
    assert.deepEqual(fs.readdirSync(folder), ['part-000000.1']);
  });

  it('count by the highest generation, should older ones be left', (t) => {
    const { folder, store } = openStore(t);
    store.commit(record(0, { generation: 1 }), files('new'));
    fs.cpSync(
      path.join(folder, 'part-000000.1'),
      path.join(folder, 'part-000000'),
      { recursive: true },
    );

    assert.equal(store.parts()[0].folder, path.join(folder, 'part-000000.1'));
  });

  it('never count before they are whole', (t) => {
    const { folder, store } = openStore(t);
    const gone = `.tmp-${os.hostname()}-999999999-1a`;
    const alive = `.tmp-${os.hostname()}-${process.pid}-1a`;
    const foreign = '.tmp-elsewhere-999999999-1a';
    for (const name of [gone, alive, foreign])
      fs.mkdirSync(path.join(folder, name));

    store.prepare();

    assert.deepEqual(store.parts(), []);
    assert.deepEqual(fs.readdirSync(folder).sort(), [foreign, alive].sort());
  });
});

describe('a manifest', () => {
  it('is that of the first, and refuses other terms', (t) => {
    const folder = makeFolder(t);
    const terms = { command: 'embed', inputs: [{ name: 'a', size: 1 }] };
    beginManifest(folder, terms, 'http://one');

    const again = beginManifest(folder, structuredClone(terms), 'http://two');

    assert.equal(again.baseUrl, 'http://one');
    const other = { ...terms, inputs: [{ name: 'a', size: 2 }] };
    assert.throws(() => beginManifest(folder, other, 'http://one'), {
      name: 'UsageError',
      message: /inputs\[0\]\.size was 1, now it is 2/,
    });
  });
});

describe('a full disk', () => {
  it('is told as one', () => {
    let error;
    try {
      writeDurably('/dev/full', [Buffer.from('x')]);
    } catch (caught) {
      error = caught;
    }

    assert.equal(
      systemError('cannot write part 3', error).message,
      'cannot write part 3: the disk is full (ENOSPC)',
    );
  });

  it('leaves the file that was to be replaced as it was', async (t) => {
    const file = path.join(makeFolder(t), 'a');
    fs.writeFileSync(file, 'old');
    const full = Object.assign(new Error('full'), { code: 'ENOSPC' });

    await assert.rejects(
      replaceFile(file, (out) => {
        out.append(Buffer.from('half'));
        throw full;
      }),
      /the disk is full/,
    );

    assert.equal(fs.readFileSync(file, 'utf8'), 'old');
    assert.deepEqual(fs.readdirSync(path.dirname(file)), ['a']);
  });
});
