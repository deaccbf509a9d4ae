'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { X509Certificate } = require('node:crypto');
const { once } = require('node:events');
const fs = require('node:fs');
const tls = require('node:tls');

const { version } = require('../../../package.json');
const { writeFile } = require('../helpers/files');
const { runProxy, startProxyProcess } = require('../helpers/proxy-process');
const { WORD_PIECE } = require('../helpers/tokenizer-files');
const { ask } = require('../helpers/reverse-proxy');
const { makeCertificate } = require('../../../test/helpers/certificate');
const { startUpstream } = require('../../../test/helpers/upstream');

const WITHOUT_ADDON = require.resolve('../helpers/without-addon');
const EARLY_HANGUP = require.resolve('../helpers/early-hangup');

const isListening = ({ msg }) => msg === 'listening';

describe('the program', () => {
  it('prints its help and its version', async (t) => {
    const help = runProxy(t, ['--port', 'wrong', '--help']);
    const short = runProxy(t, ['-V']);

    assert.equal(await help.end(), 0);
    assert.match(help.stdout, /^baseten-performance-proxy \[OPTIONS\]\n/);
    assert.match(help.stdout, /--target-url <TARGET_URL>/);
    assert.equal(await short.end(), 0);
    assert.equal(short.stdout, `${version}\n`);
  });

  it('stops with one sentence and code 2 at a wrong setting', async (t) => {
    const flag = runProxy(t, ['--batch-size', '0']);
    const variable = runProxy(t, [], { PORT: 'x' });

    assert.equal(await flag.end(), 2);
    assert.match(flag.stderr, /^baseten-performance-proxy: --batch-size .*\n$/);
    assert.equal(flag.stdout, '');
    assert.equal(await variable.end(), 2);
    assert.match(variable.stderr, /: PORT must be an integer/);
  });

  it('only looks at its settings when it is told to', async (t) => {
    const good = runProxy(t, ['--check', '--target-url', 'https://a.example']);
    const bad = runProxy(t, [
      ...['--check', '--tokenizer', 'model', '/no/tokenizer.json'],
    ]);

    assert.equal(await good.end(), 0);
    assert.equal(good.stdout, 'the settings are valid\n');
    assert.equal(await bad.end(), 2);
  });

  it('is nowhere without its native part', { timeout: 20_000 }, async (t) => {
    const NODE_OPTIONS = `--require ${WITHOUT_ADDON}`;
    const sentence =
      /^baseten-performance-proxy: the native part of baseten-performance-client cannot be loaded, .*\n$/;

    for (const flags of [[], ['--check'], ['--workers', '2']]) {
      const args = ['--host', '127.0.0.1', '--port', '0', ...flags];
      const proxy = runProxy(t, args, { NODE_OPTIONS });
      assert.equal(await proxy.end(), 1, flags.join());
      assert.match(proxy.stderr, sentence);
      assert.equal(proxy.stdout, '');
    }
  });

  it('says where it listens, or why it cannot', async (t) => {
    const first = await startProxyProcess(t);
    const port = `${first.port}`;
    const second = runProxy(t, ['--host', '127.0.0.1', '--port', port]);
    const several = runProxy(t, [
      ...['--host', '127.0.0.1', '--port', port, '--workers', '2'],
    ]);

    const line = await first.line(isListening);

    assert.equal(line.address, '127.0.0.1');
    assert.equal(line.level, 'info');
    for (const refused of [second, several]) {
      assert.equal(await refused.end(), 2);
      assert.match(
        refused.stderr,
        /^\S+: cannot listen on 127\.0\.0\.1:\d+ \(EADDRINUSE\)\n$/,
      );
    }
  });

  it('warns when anybody could spend the operator’s key', async (t) => {
    const args = ['--port', '0', '--upstream-api-key', 'operator-key'];
    const isWarning = ({ level, msg }) =>
      level === 'warn' && msg.includes('--client-api-key');
    const open = await runProxy(t, args).listening();
    const guarded = await runProxy(t, [
      ...[...args, '--client-api-key', 'caller-key'],
    ]).listening();
    const local = await startProxyProcess(t, args.slice(2));

    assert.ok(open.lines.some(isWarning));
    assert.ok(!guarded.lines.some(isWarning));
    assert.ok(!local.lines.some(isWarning));
    for (const { stdout, stderr } of [open, guarded, local])
      assert.doesNotMatch(stdout + stderr, /operator-key|caller-key/);
  });

  it('warns when anybody could choose any target', async (t) => {
    const isWarning = ({ level, msg }) =>
      level === 'warn' && msg.includes('--caller-targets off');
    const ways = [
      { args: ['--port', '0'], isOpen: true },
      { args: ['--port', '0', '--caller-targets', 'off'], isOpen: false },
      { args: ['--port', '0', '--client-api-key', 'k-e-y'], isOpen: false },
      { args: ['--port', '0', '--host', 'localhost'], isOpen: false },
    ];

    for (const { args, isOpen } of ways) {
      const { lines } = await runProxy(t, args).listening();
      assert.equal(lines.some(isWarning), isOpen, args.join(' '));
    }
  });

  it('logs nothing of a key at any level', async (t) => {
    const upstream = await startUpstream(t, [{ body: {} }, { status: 401 }]);
    const proxy = await startProxyProcess(t, [
      ...['--log-level', 'trace', '--target-url', upstream.url],
      ...['--upstream-api-key', 'operator-key'],
    ]);
    const headers = { authorization: 'Bearer caller-key' };

    await ask(proxy, { path: '/v1/models?api_key=query-key', headers });
    await ask(proxy, { path: '/v1/models' });
    await proxy.line(({ status }) => status === 401);

    assert.doesNotMatch(proxy.stdout + proxy.stderr, /-key/);
  });
});

describe('a signal', () => {
  it('lets the calls in progress end, and the program with code 0', async (t) => {
    let answer;
    const upstream = await startUpstream(
      t,
      () => new Promise((resolve) => (answer = resolve)),
    );
    const proxy = await startProxyProcess(t, ['--target-url', upstream.url]);
    const headers = { authorization: 'Bearer k' };
    const call = ask(proxy, { path: '/slow', headers });
    await upstream.until((it_) => it_.requests.length === 1);

    proxy.kill('SIGTERM');
    await proxy.line(({ msg }) => msg === 'draining');
    answer({ body: 'done' });

    assert.equal((await call).text, 'done');
    assert.equal(await proxy.end(), 0);
  });

  it('given twice ends it at once', async (t) => {
    const proxy = await startProxyProcess(t, ['--drain-delay-s', '600']);

    proxy.kill('SIGINT');
    await proxy.line(({ msg }) => msg === 'draining');
    proxy.kill('SIGINT');

    assert.equal(await proxy.end(), 0);
  });

  it('SIGHUP reads keys again, and keeps what cannot be read', async (t) => {
    const [file, callers] = [writeFile(t, 'first-key'), writeFile(t, 'me')];
    const upstream = await startUpstream(t, () => ({ body: {} }));
    const proxy = await startProxyProcess(t, [
      ...['--target-url', upstream.url, '--upstream-api-key', file],
      ...['--client-api-key', callers],
    ]);
    const statusOf = async (key) => {
      const headers = { authorization: `Bearer ${key}` };
      return (await ask(proxy, { path: '/v1/models', headers })).status;
    };

    assert.equal(await statusOf('me'), 200);
    fs.writeFileSync(file, 'second-key');
    fs.writeFileSync(callers, 'you');
    proxy.kill('SIGHUP');
    await proxy.line(isAbout('info', '--client-api-key'));
    assert.equal(await statusOf('me'), 401);
    assert.equal(await statusOf('you'), 200);
    fs.rmSync(file);
    fs.writeFileSync(callers, '');
    proxy.kill('SIGHUP');
    await proxy.line(isAbout('error', '--client-api-key'));
    await proxy.line(isAbout('error', '--upstream-api-key'));
    assert.equal(await statusOf('you'), 200);

    assert.deepEqual(
      upstream.requests.map(({ headers }) => headers.authorization),
      ['Bearer first-key', 'Bearer second-key', 'Bearer second-key'],
    );
    assert.doesNotMatch(proxy.stdout + proxy.stderr, /first-key|second-key/);
  });

  it('SIGHUP takes a new certificate, and none that is broken', async (t) => {
    const [one, two] = [makeCertificate(), makeCertificate()];
    const [cert, key] = [writeFile(t, one.cert), writeFile(t, one.key)];
    const proxy = await startProxyProcess(t, [
      ...['--tls-cert', cert, '--tls-key', key],
    ]);
    const first = await certificateOf(proxy);

    fs.writeFileSync(cert, two.cert);
    proxy.kill('SIGHUP');
    await proxy.line(isAbout('error', '--tls-cert and --tls-key'));
    const kept = await certificateOf(proxy);
    fs.writeFileSync(key, two.key);
    proxy.kill('SIGHUP');
    await proxy.line(isAbout('info', '--tls-cert and --tls-key'));
    const renewed = await certificateOf(proxy);

    assert.equal(first, new X509Certificate(one.cert).fingerprint256);
    assert.equal(kept, first);
    assert.equal(renewed, new X509Certificate(two.cert).fingerprint256);
  });

  for (const workers of ['1', '2'])
    it(`SIGHUP while ${workers} of it start waits for them`, async (t) => {
      const tokenizer = writeFile(t, JSON.stringify(WORD_PIECE));
      const args = ['--workers', workers, '--upstream-api-key', 'k'];
      const proxy = await startProxyProcess(
        t,
        [...args, '--tokenizer', 'm', tokenizer],
        { NODE_OPTIONS: `--require ${EARLY_HANGUP}` },
      );

      await proxy.line(isAbout('info', '--upstream-api-key'));
      proxy.kill();
      assert.equal(await proxy.end(), 0);
    });
});

function isAbout(level, setting) {
  return (line) => line.level === level && line.setting === setting;
}

/** The fingerprint of what a new connection is shown. */
async function certificateOf({ port }) {
  const socket = tls.connect({ port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}
