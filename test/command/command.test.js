'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { version } = require('../../package.json');
const { startUpstream } = require('../helpers/upstream');

const ROOT = path.join(__dirname, '../..');
const COMMAND = path.join(ROOT, 'bin/baseten-performance-client.js');

/** Nothing of this process's environment but PATH reaches the command. */
function run(args, env = {}, script = COMMAND) {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [script, ...args],
      { env: { PATH: process.env.PATH, ...env } },
      (error, stdout, stderr) =>
        resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

describe('the command', () => {
  it('explains itself', async () => {
    const { code, stdout } = await run(['--help']);

    assert.equal(code, 0);
    assert.match(stdout, /doctor \[URL\][^]*build \[--force\]/);
    assert.equal((await run(['--version'])).stdout, `${version}\n`);
  });

  const refused = [
    [['nothing'], /^unknown command "nothing"; see .*--help$/],
    [['doctor', '--fast'], /^unknown option --fast of doctor/],
    [['doctor', 'http://a', 'http://b'], /^doctor does not take "http:\/\/b"/],
    [['build', 'it'], /^build does not take "it"/],
    [['--force'], /^no command was given/],
  ];

  for (const [args, words] of refused)
    it(`refuses ${args.join(' ')} with exit code 2`, async () => {
      const { code, stdout, stderr } = await run(args);

      assert.equal(code, 2);
      assert.equal(stdout, '');
      assert.match(stderr.trim(), words);
    });

  it('shows its help with exit code 2 when nothing is asked', async () => {
    const { code, stdout } = await run([]);

    assert.equal(code, 2);
    assert.match(stdout, /doctor \[URL\]/);
  });
});

describe('the doctor', () => {
  it('says what is loaded, where it runs and whom it trusts', async (t) => {
    const bundle = path.join(os.tmpdir(), `trusted-${process.pid}.pem`);
    fs.writeFileSync(bundle, '-----BEGIN CERTIFICATE-----\n'.repeat(3));
    t.after(() => fs.rmSync(bundle));

    const { code, stdout } = await run(['doctor'], { SSL_CERT_FILE: bundle });

    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`^package .* ${version}$`, 'm'));
    assert.match(stdout, new RegExp(`^runtime .*${process.version} on`, 'm'));
    assert.match(stdout, /^native part .*performance_client\.node \(/m);
    assert.match(stdout, /^inside +libcurl \d+\.\d+/m);
    assert.match(stdout, /^certificates .*3 of SSL_CERT_FILE=/m);
    assert.match(stdout, /^proxies +none$/m);
  });

  it('reaches a server twice, and takes a refusal for an answer', async (t) => {
    const upstream = await startUpstream(t, [
      { status: 200, body: {} },
      { status: 401, body: {} },
    ]);

    const { code, stdout } = await run([
      'doctor',
      `${upstream.url}/v1/x?key=k`,
    ]);

    assert.equal(code, 0);
    assert.match(
      stdout,
      /^server .* a success after [\d.]+ s, .*; status 401 after [\d.]+ s/m,
    );
    assert.deepEqual(
      upstream.requests.map(({ method }) => method),
      ['HEAD', 'HEAD'],
    );
  });

  it('names the error when nothing answers', async () => {
    const { code, stdout } = await run(['doctor', 'http://127.0.0.1:1/']);

    assert.equal(code, 1);
    assert.match(
      stdout,
      /^server .* cannot be reached: CONNECTION_ERROR, .*1/m,
    );
  });

  it('has no word for what is not a URL', async () => {
    const { code, stdout } = await run(['doctor', 'secret']);

    assert.equal(code, 1);
    assert.match(stdout, /^server +the argument is not a URL$/m);
  });

  it('neither prints keys nor sends them', async (t) => {
    const upstream = await startUpstream(t, [
      { status: 200, body: {} },
      { status: 200, body: {} },
    ]);
    const env = {
      BASETEN_API_KEY: 'secret-1',
      OPENAI_API_KEY: 'secret-2',
      HTTPS_PROXY: 'http://user:secret-3@127.0.0.1:9',
    };

    const { stdout } = await run(
      ['doctor', `${upstream.url}/?k=secret-4`],
      env,
    );

    assert.doesNotMatch(stdout, /secret/);
    assert.match(stdout, /^keys +BASETEN_API_KEY, OPENAI_API_KEY, not shown$/m);
    assert.match(stdout, /HTTPS_PROXY=http:\/\/\[redacted\]@127\.0\.0\.1:9/);
    for (const { headers } of upstream.requests)
      assert.doesNotMatch(JSON.stringify(headers), /secret/);
  });
});

describe('building from source', () => {
  const SCRIPT = path.join(ROOT, 'scripts/build.js');

  /** A PATH with nothing but these commands, each a line of shell. */
  function layTools(t, tools) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tools-'));
    t.after(() => fs.rmSync(folder, { recursive: true }));
    for (const [name, line] of Object.entries(tools))
      fs.writeFileSync(path.join(folder, name), `#!/bin/sh\n${line}\n`, {
        mode: 0o755,
      });
    return { PATH: folder };
  }

  it('is not done where there is an addon that loads', async () => {
    const { code, stdout } = await run(['build']);

    assert.equal(code, 0);
    assert.match(stdout, /^nothing to build: .*performance_client\.node loads/);
  });

  it('names each tool that is missing and how to install it', async (t) => {
    const { code, stderr } = await run([], layTools(t, { make: '' }), SCRIPT);

    assert.equal(code, 1);
    assert.match(
      stderr,
      /cannot build without a C compiler \(cc\), python3, pkg-config\. What/,
    );
    assert.match(
      stderr,
      /(apt-get install -y|dnf install -y|apk add) gcc make/,
    );
  });

  it('tells a libcurl that is too old from none', async (t) => {
    const tools = { cc: '', make: '', python3: '' };
    const old = '[ "$1" = --modversion ] && echo 7.81.0 || exit 1';
    const none = '[ "$1" = --version ]';
    const found = layTools(t, { ...tools, 'pkg-config': old });
    const absent = layTools(t, { ...tools, 'pkg-config': none });

    assert.match(
      (await run([], found, SCRIPT)).stderr,
      /without libcurl 7\.88\.0 or newer \(found 7\.81\.0, which is too old; Debian 12/,
    );
    assert.match(
      (await run([], absent, SCRIPT)).stderr,
      /without libcurl 7\.88\.0 or newer with its headers, libcjson/,
    );
  });
});
