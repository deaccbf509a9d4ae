'use strict';

/*
 * Workers of a queue before a server that takes its time, 1 to 8 of them, and
 * what the simulation says; then the simulation for a billion texts.
 *
 *   make bench-scale
 */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { Queue, Worker } = require('bullmq');

const { startServerProcess } = require('../../examples/demo/server-process');
const { runBulk, startRedis } = require('../../examples/bulk-demo/programs');
const { simulate } = require('./simulation');

const ROWS = 9600;
const SHARDS = 48;
const LATENCY_MS = 200;
const BATCH = 32;
const WIDTH = 2;
const NOTHINGS = 2000;

/** Shards without work that the queue hands out in a second. */
async function measureQueue(url) {
  const connection = { url };
  const queue = new Queue('nothing', { connection });
  await queue.addBulk(
    Array.from({ length: NOTHINGS }, (_, i) => ({ name: 'n', data: { i } })),
  );
  const worker = new Worker('nothing', async () => {}, {
    connection,
    concurrency: 8,
  });
  const start = performance.now();
  await new Promise((resolve) => worker.once('drained', resolve));
  const seconds = (performance.now() - start) / 1000;
  await worker.close();
  await queue.close();
  return NOTHINGS / seconds;
}

function writeTexts(file) {
  const lines = Array.from({ length: ROWS }, (_, i) => `text number ${i}`);
  fs.writeFileSync(file, `${lines.join('\n')}\n`);
}

/** Seconds from the start of the workers to the merged output. */
async function measureWorkers(folder, server, redis, count) {
  const name = `q${count}`;
  const queue = ['--queue', redis.url, '--queue-name', name];
  const output = path.join(folder, `${name}.npy`);
  await runBulk([
    ...['submit', 'embed', path.join(folder, 'in.txt'), '-o', output],
    ...['--model', 'm', '--dimensions', '8', '--base-url', server.url],
    ...['--batch-size', `${BATCH}`, '--max-concurrent-requests', `${WIDTH}`],
    ...['--shards', `${SHARDS}`, ...queue],
  ]);
  const start = performance.now();
  const work = ['work', '--no-api-key', ...queue];
  await Promise.all(Array.from({ length: count }, () => runBulk(work)));
  return (performance.now() - start) / 1000;
}

/** @param {number} seconds */
function duration(seconds) {
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  if (seconds < 7200) return `${(seconds / 60).toFixed(0)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** What one shard costs beside its rows: from the run with one worker. */
function fit(seconds, rowsPerS) {
  const startS = 1;
  const shardS = Math.max(0, (seconds - startS - ROWS / rowsPerS) / SHARDS);
  return { startS, shardS };
}

async function showSmall(folder, server, redis, queueShardsPerS) {
  const rowsPerS = (WIDTH * BATCH * 1000) / LATENCY_MS;
  let costs;
  console.log('workers  measured  simulated');
  for (const workers of [1, 2, 4, 8]) {
    const seconds = await measureWorkers(folder, server, redis, workers);
    costs ??= fit(seconds, rowsPerS);
    // All workers are on this machine: its cores hand shards out, as it were.
    const ownShardsPerS = os.cpus().length / costs.shardS;
    const model = {
      rows: ROWS,
      shards: SHARDS,
      workers,
      rowsPerS,
      queueShardsPerS: Math.min(queueShardsPerS, ownShardsPerS),
      mergeS: 0.1,
      ...costs,
    };
    const simulated = simulate(model).seconds;
    console.log(
      `${String(workers).padStart(7)}  ${duration(seconds).padStart(8)}  ${duration(simulated).padStart(9)}`,
    );
  }
  return costs;
}

function showBillion(queueShardsPerS, costs) {
  const rowsPerS = 25_000;
  console.log('\n1,000,000,000 texts, 25,000 rows/s a worker');
  console.log('workers  shards  provider rows/s  time  busy');
  for (const workers of [10, 100, 1000])
    for (const providerRowsPerS of [Infinity, 1_000_000])
      for (const shards of [workers, workers * 10]) {
        const model = {
          rows: 1e9,
          shards,
          workers,
          rowsPerS,
          providerRowsPerS,
          queueShardsPerS,
          mergeS: 0,
          ...costs,
        };
        const { seconds, busy } = simulate(model);
        console.log(
          [
            workers,
            shards,
            providerRowsPerS,
            duration(seconds),
            `${Math.round(busy * 100)} %`,
          ].join('  '),
        );
      }
}

async function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bulk-scale-'));
  writeTexts(path.join(folder, 'in.txt'));
  const server = await startServerProcess(['--latency-ms', `${LATENCY_MS}`]);
  const redis = await startRedis(folder);
  try {
    const queueShardsPerS = await measureQueue(redis.url);
    console.log(`the queue hands out ${Math.round(queueShardsPerS)} jobs/s`);
    const costs = await showSmall(folder, server, redis, queueShardsPerS);
    console.log(`a shard costs ${costs.shardS.toFixed(2)} s beside its rows`);
    showBillion(queueShardsPerS, costs);
  } finally {
    await redis.stop();
    await server.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
