'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const { NewFile } = require('../../lib/base/new-file');
const { makeFolder } = require('../helpers/bulk-process');

const BUFFER_SIZE = 1024 * 1024;

/** Bytes of which no two pages are alike. */
function makeBytes(size) {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at + 4 <= size; at += 4) bytes.writeUInt32LE(at ^ size, at);
  return bytes;
}

/** Writes in one piece, or in odd ones. */
function write(file, bytes, step) {
  const out = new NewFile(file);
  for (let at = 0; at < bytes.length; at += step)
    out.append(bytes.subarray(at, at + step));
  return out;
}

describe('a new file', () => {
  for (const size of [
    0,
    1,
    BUFFER_SIZE - 1,
    BUFFER_SIZE,
    BUFFER_SIZE + 1,
    3 * BUFFER_SIZE + 4096,
    3 * BUFFER_SIZE + 4097,
  ])
    it(`holds what it was given: ${size} bytes`, (t) => {
      const file = path.join(makeFolder(t), 'a');
      const bytes = makeBytes(size);

      write(file, bytes, 300_007).finish();

      assert.ok(fs.readFileSync(file).equals(bytes));
    });

  for (const size of [200, 2 * BUFFER_SIZE + 5])
    it(`begins anew with another head: ${size} bytes`, (t) => {
      const file = path.join(makeFolder(t), 'a');
      const bytes = makeBytes(size);
      const out = write(file, bytes, size);

      out.replaceHead(Buffer.alloc(128, 'h'));
      out.finish();

      const expected = Buffer.concat([
        Buffer.alloc(128, 'h'),
        bytes.subarray(128),
      ]);
      assert.ok(fs.readFileSync(file).equals(expected));
    });

  it('takes ranges of other files', (t) => {
    const folder = makeFolder(t);
    const bytes = makeBytes(5 * BUFFER_SIZE);
    const source = path.join(folder, 'source');
    fs.writeFileSync(source, bytes);
    const out = new NewFile(path.join(folder, 'a'));

    out.appendRange(source, 17, 4 * BUFFER_SIZE);
    out.appendFile(source);
    out.finish();

    const expected = Buffer.concat([
      bytes.subarray(17, 4 * BUFFER_SIZE),
      bytes,
    ]);
    assert.ok(fs.readFileSync(path.join(folder, 'a')).equals(expected));
  });

  it('goes on through the page cache where direct writes are refused', (t) => {
    const file = path.join(makeFolder(t), 'a');
    const bytes = makeBytes(3 * BUFFER_SIZE + 100);
    const { openSync, writeSync, constants } = fs;
    const refusing = new Set();
    let refusals = 0;
    t.mock.method(fs, 'openSync', (name, flags) => {
      const isDirect = Boolean(Number(flags) & constants.O_DIRECT);
      const fd = openSync(name, isDirect ? flags - constants.O_DIRECT : flags);
      if (isDirect) refusing.add(fd);
      else refusing.delete(fd);
      return fd;
    });
    t.mock.method(fs, 'writeSync', (fd, ...given) => {
      if (!refusing.has(fd)) return writeSync(fd, ...given);
      refusals += 1;
      throw Object.assign(new Error('refused'), { code: 'EINVAL' });
    });

    write(file, bytes, bytes.length).finish();

    assert.equal(refusals, constants.O_DIRECT ? 1 : 0);
    assert.ok(fs.readFileSync(file).equals(bytes));
  });

  it('writes over what was there, shorter as well', (t) => {
    const file = path.join(makeFolder(t), 'a');
    write(file, makeBytes(3 * BUFFER_SIZE), BUFFER_SIZE).finish();

    write(file, makeBytes(10), 10).finish();

    assert.ok(fs.readFileSync(file).equals(makeBytes(10)));
  });

  it('is refused with the reason', (t) => {
    const missing = path.join(makeFolder(t), 'none', 'a');
    const out = new NewFile(missing);

    assert.throws(() => out.finish(), { code: 'ENOENT' });

    out.close();
  });
});
