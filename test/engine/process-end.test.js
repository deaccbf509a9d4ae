'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { once } = require('node:events');
const { Worker } = require('node:worker_threads');

const { runChild } = require('../helpers/child');
const { connect, rejection } = require('../helpers/client');
const { startUpstream } = require('../helpers/upstream');

const ECHO = ({ json }) => ({ body: json });

const HANG = () => ({ hang: true });

/** For a test that would otherwise wait forever. */
const LIMIT = { timeout: 10_000 };

const WORKER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { PerformanceClient } = require(workerData.root);
  const client = new PerformanceClient(workerData.url, 'test-key');
  const payloads = Array.from({ length: workerData.count }, (_, i) => i);
  client.batchPost('/x', payloads).then(({ data }) =>
    parentPort.postMessage(data.length));
`;

function startWorker(url, count) {
  const root = require.resolve('../..');
  return new Worker(WORKER, { eval: true, workerData: { root, url, count } });
}

describe('worker threads', LIMIT, () => {
  it('work at once, each with a client of its own', async (t) => {
    const upstream = await startUpstream(t, ECHO);
    const workers = Array.from({ length: 4 }, () =>
      startWorker(upstream.url, 50),
    );

    const ended = workers.map((worker) => once(worker, 'exit'));
    const counts = await Promise.all(
      workers.map((worker) => once(worker, 'message')),
    );

    assert.deepEqual(counts.flat(), [50, 50, 50, 50]);
    assert.deepEqual((await Promise.all(ended)).flat(), [0, 0, 0, 0]);
    assert.equal(upstream.requests.length, 200);
  });

  it('may be terminated with work in flight', async (t) => {
    const upstream = await startUpstream(t, HANG);
    const mine = connect(t, upstream.url);
    const call = rejection(mine.batchPost('/x', [1]));
    for (let round = 1; round <= 3; round++) {
      const worker = startWorker(upstream.url, 5);
      await upstream.until((now) => now.requests.length === 5 * round + 1);

      await worker.terminate();

      await upstream.until((now) => now.openConnections === 1);
    }

    await mine.destroy();
    assert.equal((await call).code, 'CLOSED');
  });

  it('may be terminated at any moment', async (t) => {
    const upstream = await startUpstream(t, ECHO);

    for (let round = 0; round < 8; round++) {
      const worker = startWorker(upstream.url, 500);
      await upstream.until((now) => now.requests.length > 100 * round);
      await worker.terminate();
    }

    await upstream.until((now) => now.openConnections === 0);
  });
});

describe('a process', LIMIT, () => {
  it('ends by itself when its client is idle', async (t) => {
    const upstream = await startUpstream(t, ECHO);

    const { code, stdout, stderr } = await runChild(
      t,
      `globalThis.client = connect();
       client.batchPost('/x', [7]).then(({ data }) => console.log(data[0]));`,
      { url: upstream.url },
    );

    assert.deepEqual([code, stdout, stderr], [0, '7\n', '']);
  });

  it('lives as long as a call is in flight', async (t) => {
    const upstream = await startUpstream(t, [{ delayMs: 200, body: 1 }]);

    const { stdout } = await runChild(
      t,
      `connect().batchPost('/x', [7]).then(() => console.log('answered'));`,
      { url: upstream.url },
    );

    assert.equal(stdout, 'answered\n');
  });

  it('may exit with work in flight', async (t) => {
    const upstream = await startUpstream(t, HANG);

    const { code, signal, stderr } = await runChild(
      t,
      `const client = connect();
       for (let i = 0; i < 10; i++) client.batchPost('/x', [1, 2, 3]);
       setTimeout(() => process.exit(3), 300);`,
      { url: upstream.url },
    );

    assert.deepEqual([code, signal, stderr], [3, null, '']);
    assert.equal(upstream.requests.length, 30);
  });

  it('may exit in the same breath as it calls', async (t) => {
    const upstream = await startUpstream(t, ECHO);

    const { code, signal, stderr } = await runChild(
      t,
      `connect().batchPost('/x', new Array(1000).fill(1)); process.exit(4);`,
      { url: upstream.url },
    );

    assert.deepEqual([code, signal, stderr], [4, null, '']);
  });

  it('may die of an uncaught error with work in flight', async (t) => {
    const upstream = await startUpstream(t, HANG);

    const { code, signal, stderr } = await runChild(
      t,
      `connect().batchPost('/x', [1, 2, 3]);
       setTimeout(() => { throw new Error('mine'); }, 200);`,
      { url: upstream.url },
    );

    assert.deepEqual([code, signal], [1, null]);
    assert.match(stderr, /Error: mine/);
  });

  it('hears of an error nobody caught as of any other', async (t) => {
    const upstream = await startUpstream(t, [{ status: 400 }]);

    const { code, signal, stderr } = await runChild(
      t,
      `connect().batchPost('/x', [1]);`,
      { url: upstream.url },
    );

    assert.deepEqual([code, signal], [1, null]);
    assert.match(stderr, /HttpError: HTTP 400 from POST \/x/);
  });

  it('ends at SIGINT with work in flight', async (t) => {
    const upstream = await startUpstream(t, HANG);

    const { signal } = await runChild(
      t,
      `connect().batchPost('/x', [1]);
       setTimeout(() => process.kill(process.pid, 'SIGINT'), 200);`,
      { url: upstream.url },
    );

    assert.equal(signal, 'SIGINT');
  });

  it('may forget a client in the middle of its call', async (t) => {
    const upstream = await startUpstream(t, () => ({ delayMs: 100, body: 5 }));

    const { code, stdout, stderr } = await runChild(
      t,
      `function forget() {
         const client = connect();
         new FinalizationRegistry(() => {}).register(client, 1);
         return client.batchPost('/x', [1, 2]);
       }
       const calls = Array.from({ length: 20 }, forget);
       const timer = setInterval(() => global.gc(), 5);
       Promise.all(calls).then((answers) => {
         clearInterval(timer);
         global.gc();
         console.log(answers.every(({ data }) => data.join() === '5,5'));
       });`,
      { url: upstream.url, flags: ['--expose-gc'] },
    );

    assert.deepEqual([code, stdout, stderr], [0, 'true\n', '']);
  });

  it('stops the threads of clients that are forgotten', async (t) => {
    const upstream = await startUpstream(t, ECHO);

    const { stdout } = await runChild(
      t,
      `const { readdirSync } = require('node:fs');
       const threads = () => readdirSync('/proc/self/task').length;
       const turn = () => new Promise(setImmediate);
       (async () => {
         await connect().batchPost('/x', [1]);
         const before = threads();
         for (let i = 0; i < 20; i++) await connect().batchPost('/x', [i]);
         for (let i = 0; i < 20; i++) { global.gc(); await turn(); }
         console.log(threads() <= before);
       })();`,
      { url: upstream.url, flags: ['--expose-gc'] },
    );

    assert.equal(stdout, 'true\n');
  });
});
