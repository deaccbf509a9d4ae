'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const { setTimeout } = require('node:timers/promises');

const { writeFile } = require('../helpers/files');
const { runProxy, startProxyProcess } = require('../helpers/proxy-process');
const { ask } = require('../helpers/reverse-proxy');
const { startUpstream } = require('../../../test/helpers/upstream');

const FAILING = require.resolve('../helpers/failing');

describe('a failure that nobody caught', { timeout: 30_000 }, () => {
  const NODE_OPTIONS = `--require ${FAILING}`;

  it('lets what runs end, and the program with code 1', async (t) => {
    let answer;
    const upstream = await startUpstream(
      t,
      () => new Promise((resolve) => (answer = resolve)),
    );
    const proxy = await startProxyProcess(
      t,
      ['--target-url', upstream.url, '-k', 'my-secret'],
      { NODE_OPTIONS },
    );
    const headers = { authorization: 'Bearer k' };
    const call = ask(proxy, { path: '/slow', headers });
    await upstream.until((it_) => it_.requests.length === 1);

    proxy.kill('SIGUSR2');
    const line = await proxy.line(({ level }) => level === 'error');
    proxy.kill('SIGUSR2'); // no reason to hurry
    await proxy.line(({ msg }) => msg === 'draining');
    answer({ body: 'done' });

    assert.match(line.stack, /nobody catches this.*-k,\[redacted\]/);
    assert.doesNotMatch(proxy.stdout + proxy.stderr, /my-secret/);
    assert.equal((await call).text, 'done');
    assert.equal(await proxy.end(), 1);
  });

  it('ends the worker it is in, and another one is started', async (t) => {
    const proxy = await startProxyProcess(t, ['--workers', '2'], {
      NODE_OPTIONS,
    });
    const [pid] = workersOf(proxy.pid);
    for (let i = 0; i < 6; i++) await ask(proxy, { path: '/nothing' });

    process.kill(pid, 'SIGUSR2');
    const line = await proxy.line(({ msg }) =>
      msg.startsWith('a worker ended'),
    );
    const { text } = await ask(proxy, { path: '/metrics' });
    proxy.kill('SIGUSR2');

    assert.match(text, /route="other",target="",model="",status="401"} 6$/m);
    assert.deepEqual([line.pid, line.code], [pid, 1]);
    assert.equal(await proxy.end(), 1);
  });
});

describe('a reader of the log that stalls', { timeout: 30_000 }, () => {
  it('stops neither the answers nor the end', async (t) => {
    const proxy = await startProxyProcess(t);
    const agent = new http.Agent({ keepAlive: true });
    t.after(() => agent.destroy());

    proxy.stall();
    for (let i = 0; i < 2000; i++)
      assert.equal((await ask(proxy, { path: '/livez', agent })).status, 200);
    const { pid } = proxy;
    proxy.kill();
    while (isRunning(pid)) await setTimeout(20);
    proxy.resume();

    assert.equal(await proxy.end(), 0);
  });

  it('nor does one that goes away', async (t) => {
    const proxy = await startProxyProcess(t);

    proxy.hangUp();
    for (let i = 0; i < 20; i++)
      assert.equal((await ask(proxy, { path: '/livez' })).status, 200);
    proxy.kill();

    assert.equal(await proxy.end(), 0);
  });

  it('and a file takes all of it', async (t) => {
    const file = writeFile(t, '');
    const stdout = fs.openSync(file, 'w');
    t.after(() => fs.closeSync(stdout));
    const proxy = runProxy(
      t,
      ['--host', '127.0.0.1', '--port', '0'],
      {},
      stdout,
    );
    const lines = () => fs.readFileSync(file, 'utf8').split('\n');

    while (!lines().some((line) => line.includes('"listening"')))
      await setTimeout(20);
    proxy.kill();

    assert.equal(await proxy.end(), 0);
    assert.match(lines().at(-2), /"stopped"/);
  });
});

/** A process that has ended and was not waited for runs no more. */
function isRunning(pid) {
  try {
    return !/^State:\s+[ZX]/m.test(
      fs.readFileSync(`/proc/${pid}/status`, 'utf8'),
    );
  } catch {
    return false;
  }
}

describe('several workers', () => {
  const args = ['--workers', '2'];

  it('listen on one port and tell their figures as one', async (t) => {
    const proxy = await startProxyProcess(t, args);
    for (let i = 0; i < 6; i++) await ask(proxy, { path: '/livez' });

    const status = await ask(proxy, { path: '/status.json' });
    const metrics = await ask(proxy, { path: '/metrics' });
    const page = await ask(proxy, { path: '/status' });

    assert.equal(status.json.workers, 2);
    assert.match(
      metrics.text,
      /^baseten_proxy_requests_total\{route="livez",target="",model="",status="200"\} 6$/m,
    );
    assert.equal(page.status, 200);
  });

  it('end with code 0 when the primary is told to', async (t) => {
    const proxy = await startProxyProcess(t, args);

    proxy.kill('SIGTERM');

    assert.equal(await proxy.end(), 0);
    const stopped = proxy.lines.filter(({ msg }) => msg === 'stopped');
    assert.equal(stopped.length, 2);
  });

  it('are started again when they crash', async (t) => {
    const proxy = await startProxyProcess(t, args);
    const pids = workersOf(proxy.pid);

    for (let i = 0; i < 6; i++) await ask(proxy, { path: '/nothing' });
    await ask(proxy, { path: '/metrics' });
    process.kill(pids[0], 'SIGKILL');
    const line = await proxy.line(({ level }) => level === 'error');
    let workers = 1;
    while (workers < 2)
      workers = (await ask(proxy, { path: '/status.json' })).json.workers;

    const { text } = await ask(proxy, { path: '/metrics' });
    assert.match(text, /route="other",target="",model="",status="401"} 6$/m);
    assert.equal(pids.length, 2);
    assert.equal(line.pid, pids[0]);
    assert.equal(line.signal, 'SIGKILL');
  });

  it('tell of themselves though no other, nor the primary, does', async (t) => {
    const proxy = await startProxyProcess(t, args);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    t.after(() => agent.destroy());
    await ask(proxy, { path: '/livez', agent }); // one worker holds it

    process.kill(proxy.pid, 'SIGSTOP');
    const status = await ask(proxy, { path: '/status.json', agent });
    const metrics = await ask(proxy, { path: '/metrics', agent });

    assert.equal(status.status, 200);
    assert.ok(status.json.workers >= 1);
    assert.match(metrics.text, /^baseten_proxy_requests_total/m);
  });

  it('do not outlive their primary', async (t) => {
    const proxy = await startProxyProcess(t, args);
    const socket = net.connect(proxy.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.on('close', resolve));

    proxy.kill('SIGKILL');

    assert.equal(await proxy.end(), 'SIGKILL');
    await closed;
  });
});

/** Process ids of the children of a process. */
function workersOf(pid) {
  const file = `/proc/${pid}/task/${pid}/children`;
  return fs.readFileSync(file, 'utf8').trim().split(' ').map(Number);
}
