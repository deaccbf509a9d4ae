'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.join(__dirname, '../..');

const manifest = require('../../package.json');
const { TARGETS } = require('../../lib/native/addon');

/** What npm packs whatever `files` says. */
const ALWAYS = ['README.md', 'LICENSE', 'package.json'];

function isPacked(file) {
  return [...ALWAYS, ...manifest.files].some((one) =>
    one.endsWith('/') ? file.startsWith(one) : file === one,
  );
}

/** Links and pictures of a page that lead to files of this repository. */
function listLinked(page) {
  const text = fs.readFileSync(path.join(ROOT, page), 'utf8');
  return [...text.matchAll(/\]\(([^)#\s]+)/g)]
    .map(([, target]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => path.join(path.dirname(page), target));
}

describe('the package', () => {
  it('installs without a script and without a compiler', () => {
    const scripts = ['preinstall', 'install', 'postinstall', 'prepare'];

    assert.deepEqual(
      scripts.filter((name) => name in manifest.scripts),
      [],
    );
    assert.equal(manifest.gypfile, false);
    assert.ok(!isPacked('binding.gyp'), 'yarn compiles what has a binding.gyp');
  });

  it('holds what README and the documents link to', () => {
    const docs = fs
      .readdirSync(path.join(ROOT, 'docs'))
      .filter((name) => name.endsWith('.md') && name !== 'architecture.md');
    const pages = ['README.md', ...docs.map((name) => `docs/${name}`)];
    const linked = pages.flatMap(listLinked);

    assert.ok(linked.length >= 5);
    for (const file of linked) {
      assert.ok(fs.existsSync(path.join(ROOT, file)), file);
      assert.ok(isPacked(file), `${file} is linked to and not packed`);
    }
  });

  it('has every document in their index', () => {
    const pages = fs
      .readdirSync(path.join(ROOT, 'docs'))
      .filter((name) => name.endsWith('.md') && name !== 'README.md')
      .map((name) => `docs/${name}`);

    const listed = new Set(listLinked('docs/README.md'));

    assert.deepEqual(
      pages.filter((page) => !listed.has(page)),
      [],
    );
  });

  it('holds what the command and a build from source need', () => {
    const needed = [
      ...Object.values(manifest.bin),
      ...['lib/command/main.js', 'scripts/build.js', 'addon.gyp', 'src/base/'],
      ...TARGETS.map((one) => `prebuilds/${one}/performance_client.node`),
    ];

    for (const file of needed) assert.ok(isPacked(file), file);
  });

  it('exports files that there are', () => {
    const files = Object.values(manifest.exports).flatMap((one) =>
      typeof one === 'string' ? [one] : Object.values(one),
    );

    for (const file of files)
      assert.ok(fs.existsSync(path.join(ROOT, file)), file);
  });
});
