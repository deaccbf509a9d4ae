'use strict';

/*
 * The package as the tools judge it that its users' editors and bundlers agree
 * with: publint and "are the types wrong".
 */

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const manifest = require('../../package.json');

const ROOT = path.join(__dirname, '../..');

/** What is packed and may be imported; sources and binaries tell nothing. */
const JUDGED = ['bin/', 'lib/', 'index.d.ts'];

/** @returns {{ name: string, data: string }[]} */
function packedFiles() {
  const files = JUDGED.flatMap((place) =>
    place.endsWith('/')
      ? fs
          .readdirSync(path.join(ROOT, place), {
            recursive: true,
            withFileTypes: true,
          })
          .filter((entry) => entry.isFile())
          .map((entry) =>
            path.relative(ROOT, path.join(entry.parentPath, entry.name)),
          )
      : [place],
  );
  return ['package.json', 'README.md', 'LICENSE', ...files].map((name) => ({
    ...{ name, data: fs.readFileSync(path.join(ROOT, name), 'utf8') },
  }));
}

describe('the package as it is published', () => {
  it('is fine with publint', async () => {
    const { publint } = await import('publint');
    const files = packedFiles().map(({ name, data }) => ({
      ...{ name: `package/${name}`, data: Buffer.from(data) },
    }));

    const { messages } = await publint({ pkgDir: 'package', pack: { files } });

    assert.deepEqual(messages, []);
  });

  it('gives every module system the right types', async () => {
    const { Package, checkPackage } = await import('@arethetypeswrong/core');
    const { name, version } = manifest;
    const files = packedFiles().map((file) => [
      ...[`/node_modules/${name}/${file.name}`, file.data],
    ]);

    const { problems } = await checkPackage(
      new Package(Object.fromEntries(files), name, version),
      { excludeEntrypoints: ['./internal', './package.json'] },
    );

    // node10 knows no exports at all, so none but the first.
    const serious = problems.filter(
      ({ resolutionKind, entrypoint }) =>
        resolutionKind !== 'node10' || entrypoint === '.',
    );
    assert.deepEqual(serious, []);
  });
});
