'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { exports: entries } = require('../../package.json');
const {
  TARGETS,
  explainAbsence,
  explainRefusal,
  findAddon,
  findLibc,
  findTarget,
} = require('../../lib/native/addon');

const ROOT = path.join(__dirname, '../..');
const NAME = 'performance_client.node';

/** A package of its own: our JavaScript, and the binaries that are named. */
function layPackage(t, ...binaries) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'performance-client-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  fs.cpSync(path.join(ROOT, 'lib'), path.join(folder, 'lib'), {
    recursive: true,
  });
  fs.copyFileSync(
    path.join(ROOT, 'package.json'),
    path.join(folder, 'package.json'),
  );
  for (const [place, source] of binaries) {
    const file = path.join(folder, place, NAME);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    if (source === undefined) fs.writeFileSync(file, 'no binary');
    else fs.copyFileSync(source, file);
  }
  return folder;
}

/** What a script prints that knows the package of `folder` as `lib`. */
function run(folder, script) {
  const prelude = `
    const { findAddon, loadAddon } = require('./lib/native/addon');`;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['-e', prelude + script],
      { cwd: folder },
      (error, stdout, stderr) => resolve(stdout.trim() || stderr),
    );
  });
}

const TELL = `
  try { loadAddon(); console.log(findAddon().origin); }
  catch (error) { console.log(error.code, error.message); }`;

describe('the loader', () => {
  const addon = findAddon().file;
  const target = findTarget();

  it('prefers a build of one’s own to the prebuilt', async (t) => {
    const folder = layPackage(
      t,
      ['build/Release', addon],
      [`prebuilds/${target}`],
    );

    assert.equal(await run(folder, TELL), 'own build');
  });

  it('takes the prebuilt of this platform', async (t) => {
    const folder = layPackage(t, [`prebuilds/${target}`, addon]);

    assert.equal(await run(folder, TELL), 'prebuilt');
  });

  it('prefers what an entry brings, and reads it at the first use', async (t) => {
    const folder = layPackage(
      t,
      ['build/Release'],
      [`prebuilds/${target}`, addon],
    );

    const told = await run(
      folder,
      `require('./lib/native/${target}');
      if (Object.keys(require.cache).some((file) => file.endsWith('.node')))
        console.log('too early');` + TELL,
    );

    assert.equal(told, 'entry');
  });

  it('does not fall back when a build of one’s own is broken', async (t) => {
    const folder = layPackage(
      t,
      ['build/Release'],
      [`prebuilds/${target}`, addon],
    );

    const told = await run(folder, TELL);

    assert.match(told, /^NATIVE_NOT_LOADED .*build\/Release.* was not built/);
    assert.match(told, /run "npx baseten-performance-client build"$/);
  });

  it('says what to do when nothing is there', async (t) => {
    const folder = layPackage(t);

    const told = await run(folder, TELL);

    assert.match(told, /^NATIVE_NOT_LOADED .*the prebuilt for .* is missing/);
    assert.match(told, /in a checkout, run "make build"$/);
  });

  it('tries anew after a failure', async (t) => {
    const folder = layPackage(t);

    const told = await run(
      folder,
      `
      const { native } = require('./lib/native/binding');
      try { native(); } catch { console.log('failed'); }
      const fs = require('node:fs');
      fs.mkdirSync('build/Release', { recursive: true });
      fs.copyFileSync(${JSON.stringify(addon)}, 'build/Release/${NAME}');
      console.log(typeof native().info().libcurl);`,
    );

    assert.equal(told, 'failed\nstring');
  });
});

describe('a native part that cannot be loaded', () => {
  const own = { origin: 'own build', file: '/x/build/Release/a.node' };
  const prebuilt = { origin: 'prebuilt', file: '/x/prebuilds/a.node' };
  const missing = (library) =>
    `${library}: cannot open shared object file: No such file`;

  const cases = [
    [own, missing('libcurl.so.4'), /"apt-get install libcurl4"/],
    [own, missing('libcjson.so.1'), /"apt-get install libcjson1"/],
    [own, missing('libz.so.1'), /"apt-get install zlib1g"/],
    [own, missing('libbrotlidec.so.1'), /"apt-get install libbrotli1"/],
    [own, missing('libzstd.so.1'), /"apt-get install libzstd1"/],
    [prebuilt, missing('libother.so.2'), /libother\.so\.2 is missing.*a\.node/],
    [
      prebuilt,
      'Error loading shared library libc.so.6: No such file (needed by a.node)',
      /the library libc\.so\.6 is missing/,
    ],
    [
      own,
      '/x/a.node: cannot open shared object file: Too many open files',
      /no file descriptor left to open \/x\/build\/Release\/a\.node .*ulimit/,
    ],
    [
      prebuilt,
      'Error loading shared library /x/a.node: No file descriptors available',
      /no file descriptor left to open \/x\/prebuilds\/a\.node/,
    ],
    [
      own,
      'Error loading shared library /x/a.node: Exec format error',
      /a\.node was not built for Node .*Exec format error/,
    ],
    [
      prebuilt,
      "/lib/libc.so.6: version `GLIBC_2.28' not found (required by a.node)",
      /glibc .* was found, 2\.28 or newer is needed: .* build"/,
    ],
    [
      own,
      "/lib/libc.so.6: version `GLIBC_2.99' not found\nmore",
      /was not built for Node .*GLIBC_2\.99.*not found\): run ".* build"$/,
    ],
  ];

  for (const [place, words, expected] of cases)
    it(`is explained with what to do: ${words.split('\n')[0]}`, () => {
      assert.match(explainRefusal(place, words), expected);
    });

  it('names the platforms that there are prebuilts for', () => {
    const told = explainAbsence('sunos-x64');

    for (const target of TARGETS) assert.ok(told.includes(target));
    assert.match(told, /run "npx baseten-performance-client build"$/);
  });
});

describe('the platform', () => {
  it('is told with its C library, and the report left as it was', () => {
    const before = process.report.excludeNetwork;

    const { name } = findLibc();

    assert.equal(findTarget().endsWith('-musl'), name === 'musl');
    assert.equal(process.report.excludeNetwork, before);
  });

  it('has an entry for each prebuilt, of a literal path', () => {
    for (const target of TARGETS) {
      const file = path.join(ROOT, entries[`./${target}`].default);
      const literal = `require('../../prebuilds/${target}/${NAME}')`;

      assert.ok(fs.readFileSync(file, 'utf8').includes(literal), target);
    }
  });
});
