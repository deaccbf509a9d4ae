'use strict';

/*
 * Workers of a queue that are killed all the time, and Redis once amid them:
 * every row is to be there exactly once, the output that of one machine.
 *
 *   make bulk-siege     ROWS=1000000 WORKERS=8 SHARDS=64 EVERY=20
 */

const fs = require('node:fs');
const path = require('node:path');

const { startServerProcess } = require('../../../examples/demo/server-process');
const {
  makeFolder,
  readRows,
  runBulk,
  startBulk,
} = require('../helpers/bulk-process');
const { startRedis } = require('../helpers/redis');

const numberOf = (name, fallback) => Number(process.env[name] ?? fallback);

const ROWS = numberOf('ROWS', 1_000_000);
const WORKERS = numberOf('WORKERS', 8);
const SHARDS = numberOf('SHARDS', 64);
const EVERY_MS = numberOf('EVERY', 20) * 1000;

/** What is undone at the end, last first. */
const endings = [];

const scope = { after: (end) => endings.unshift(end) };

function writeInput(file) {
  const fd = fs.openSync(file, 'w');
  for (let i = 0; i < ROWS; i++)
    fs.writeSync(fd, `{"id":${i},"text":"row ${i} of a job under siege"}\n`);
  fs.closeSync(fd);
}

async function demand(args) {
  const { code, stderr } = await runBulk(args);
  if (code !== 0) throw new Error(`${args[0]} ended with ${code}: ${stderr}`);
}

/** Workers, of which one is replaced now and then, until a file is there. */
async function besiege(work, redis, finished) {
  const running = new Set();
  let killed = 0;
  const add = () => {
    const run = startBulk(work);
    running.add(run);
    run.ended.then(({ code, stderr }) => {
      running.delete(run);
      if (code !== 0 && code !== null) console.log(`worker: ${stderr}`);
    });
  };
  for (let i = 0; i < WORKERS; i++) add();
  while (!fs.existsSync(finished)) {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    const [victim] = running;
    if (!victim || fs.existsSync(finished)) continue;
    victim.child.kill('SIGKILL');
    await victim.ended;
    killed += 1;
    add();
    if (killed === 2) await redis.restart();
  }
  await Promise.all([...running].map(({ ended }) => ended));
  return killed;
}

async function main() {
  const folder = makeFolder(scope);
  const input = path.join(folder, 'in.jsonl');
  writeInput(input);
  const server = await startServerProcess([]);
  scope.after(() => server.stop());
  const redis = await startRedis(scope);
  const at = (name) => path.join(folder, name);
  const job = (name) => [
    ...['embed', input, '-o', at(name), '--model', 'm', '--dimensions', '8'],
    ...['--base-url', server.url, '--part-rows', '2048'],
    ...['--max-concurrent-requests', '8'],
  ];
  const queue = ['--queue', redis.url];

  const start = performance.now();
  await demand([
    'submit',
    ...job('many.npy'),
    '--shards',
    `${SHARDS}`,
    ...queue,
  ]);
  const work = ['work', ...queue, '--no-api-key', '--lock-s', '5'];
  const killed = await besiege(work, redis, at('many.npy.manifest.json'));
  const seconds = (performance.now() - start) / 1000;
  await demand([...job('one.npy'), '--no-api-key']);

  const ids = readRows(at('many.npy.ids.jsonl'));
  const isWhole = ids.length === ROWS && ids.every((id, i) => id === i);
  const [many, one] = ['many.npy', 'one.npy'].map((name) =>
    fs.readFileSync(at(name)),
  );
  console.log(
    `${ROWS} rows, ${SHARDS} shards, ${WORKERS} workers: ${seconds.toFixed(0)} s, ` +
      `${killed} killed, Redis ${killed >= 2 ? 'restarted once' : 'left alone'}`,
  );
  if (!isWhole) throw new Error('not every row is there exactly once');
  if (!many.equals(one))
    throw new Error('the output is not that of one machine');
  console.log('every row exactly once, the same bytes as one machine');
}

main()
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(async () => {
    for (const end of endings) await end();
  });
