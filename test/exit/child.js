'use strict';

/*
 * The process, or its worker, that ends while its calls run. It says 'ending'
 * just before.
 */

const fs = require('node:fs');
const { Worker, isMainThread, workerData } = require('node:worker_threads');

const { PerformanceClient } = require('../..');

const CALLS = 8;

const plan = isMainThread ? JSON.parse(process.env.EXIT_PLAN) : workerData;

function startCalls({ url, ca, httpVersion, work }) {
  const client = new PerformanceClient(url, { apiKey: 'k', ca, httpVersion });
  const make = {
    posts: () => client.batchPost('/x', new Array(4000).fill(1)),
    large: () => client.batchPost('/x', new Array(8).fill('x'.repeat(2 ** 20))),
    texts: () =>
      client.embed(new Array(6400).fill('a'), 'm', { batchSize: 64 }),
  };
  for (let i = 0; i < CALLS; i++) make[work]().catch(() => {});
}

function say() {
  fs.writeSync(1, 'ending\n');
}

const ENDS = {
  exit() {
    say();
    process.exit(7);
  },
  throw() {
    say();
    throw new Error('on purpose');
  },
  rejection() {
    say();
    Promise.reject(new Error('on purpose'));
  },
  signal() {
    process.on('SIGTERM', () => {
      say();
      process.exit(7);
    });
    process.kill(process.pid, 'SIGTERM');
    // The signal alone does not keep the loop alive until it is heard.
    setTimeout(() => {}, 10_000);
  },
};

const { end, afterMs, peer } = plan;

if (isMainThread && end === 'terminate') {
  process.exitCode = 7;
  const worker = new Worker(__filename, { workerData: plan });
  setTimeout(() => {
    say();
    worker.terminate();
  }, afterMs);
} else if (isMainThread && end === 'exit with a worker') {
  new Worker(__filename, { workerData: plan });
  startCalls(peer);
  setTimeout(ENDS.exit, afterMs);
} else {
  startCalls(peer);
  if (isMainThread) setTimeout(ENDS[end], afterMs);
}
