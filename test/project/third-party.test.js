'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');

const ROOT = path.join(__dirname, '..', '..');
const parts = require('../../third_party/parts.json');

/** @param {string} file */
function read(file) {
  return fs.readFileSync(path.join(ROOT, file), 'utf8');
}

describe('what the prebuilt addons have inside', () => {
  it('is said by SECURITY.md in the versions of the list', () => {
    const rows = [...read('SECURITY.md').matchAll(/^\| (.+) \| (\d.*) \| /gm)];
    assert.deepEqual(
      rows.map(([, name, version]) => `${name} ${version}`),
      parts.map(({ name, version }) => `${name} ${version}`),
    );
  });

  it('is every crate that is asked for, each pinned to one version', () => {
    const asked = [
      ...read('third_party/Cargo.toml').matchAll(/^(.+) = \{ version = "(.)/gm),
    ];
    assert.deepEqual(
      asked.map(([, crate]) => crate).sort(),
      parts.flatMap(({ crate }) => crate ?? []).sort(),
    );
    assert.deepEqual([...new Set(asked.map(([, , sign]) => sign))], ['=']);
  });

  it('is locked by a checksum', () => {
    const lock = read('third_party/Cargo.lock');
    for (const { crate } of parts.filter((part) => part.crate))
      assert.match(
        lock,
        new RegExp(`name = "${crate}"\nversion = .+\nsource = .+\nchecksum = `),
      );
  });

  it('is built by the zig whose compiler-rt is listed', () => {
    const [, version] =
      read('third_party/requirements.txt').match(/ziglang==(\S+)/) ?? [];
    const zig = parts.find(({ name }) => name === 'zig compiler-rt');
    assert.equal(zig.version, version);
  });
});
