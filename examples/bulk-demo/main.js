'use strict';

/*
 * Embeds texts of this repository's documents by the bulk command: once without
 * a break, once killed half-way and resumed, once by two workers of a queue.
 * The three results are compared byte by byte.
 *
 *   make bulk-demo      ROWS=50000 is how many texts, repeated with numbers
 */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { listDocuments, readParagraphs } = require('../demo/paragraphs');
const { startServerProcess } = require('../demo/server-process');
const { runBulk, startBulk, startRedis } = require('./programs');

const ROOT = path.join(__dirname, '..', '..');
const ROWS = Number(process.env.ROWS ?? 50_000);
const PARTS = 24;
const SHARDS = 6;
const POLL_MS = 20;

/** @param {string} text */
function say(text) {
  console.log(`\n${text}`);
}

/** @param {string} file */
function writeTexts(file) {
  const paragraphs = readParagraphs(listDocuments(ROOT));
  const lines = Array.from({ length: ROWS }, (_, i) => {
    const { text } = paragraphs[i % paragraphs.length];
    const round = Math.floor(i / paragraphs.length);
    return JSON.stringify({ id: `p-${i}`, text: `${round}. ${text}` });
  });
  fs.writeFileSync(file, `${lines.join('\n')}\n`);
  return paragraphs.length;
}

/** How many parts of an output are finished. */
function countParts(output) {
  const shard = path.join(`${output}.parts`, 'shard-000000-of-000001');
  if (!fs.existsSync(shard)) return 0;
  return fs.readdirSync(shard).filter((name) => name.startsWith('part-'))
    .length;
}

/** Kills a run once half of its parts are there. */
async function killHalfWay(args, output) {
  const { child, ended } = startBulk(args);
  while (child.exitCode === null && countParts(output) < PARTS / 2)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  child.kill('SIGKILL');
  await ended;
  say(`killed with ${countParts(output)} of ${PARTS} parts finished`);
}

/** Whether two outputs are the same, ids and all. */
function areEqual(one, other) {
  return ['', '.ids.jsonl'].every((end) =>
    fs.readFileSync(one + end).equals(fs.readFileSync(other + end)),
  );
}

async function runQueue(job, folder) {
  const redis = await startRedis(folder);
  const queue = ['--queue', redis.url];
  try {
    await runBulk(['submit', ...job, '--shards', String(SHARDS), ...queue]);
    const work = ['work', ...queue, '--no-api-key'];
    await Promise.all([
      runBulk(work),
      runBulk(work),
      runBulk(['status', ...queue, '--watch']),
    ]);
  } finally {
    await redis.stop();
  }
}

/** @param {string} folder */
async function show(folder) {
  const input = path.join(folder, 'texts.jsonl');
  const found = writeTexts(input);
  const server = await startServerProcess(['--latency-ms', '5']);
  const at = (name) => path.join(folder, `${name}.npy`);
  const job = (name) => [
    ...['embed', input, '-o', at(name), '--model', 'my_model'],
    ...['--base-url', server.url],
    ...['--part-rows', String(Math.ceil(ROWS / PARTS))],
    ...['--max-concurrent-requests', '16'],
  ];
  const alone = (name) => [...job(name), '--no-api-key'];
  try {
    say(`${ROWS} texts, from ${found} paragraphs: without a break`);
    await runBulk(alone('whole'));
    say('again, killed half-way');
    await killHalfWay(alone('resumed'), at('resumed'));
    await runBulk(['inspect', at('resumed')], [0, 1]);
    say('and resumed');
    await runBulk([...alone('resumed'), '--resume']);
    say(`again, as ${SHARDS} shards, by two workers of a queue`);
    await runQueue(job('queued'), folder);
  } finally {
    await server.stop();
  }
  for (const name of ['resumed', 'queued']) {
    if (!areEqual(at('whole'), at(name)))
      throw new Error(`${name} differs from the run without a break`);
    say(`${name}: the same bytes as without a break`);
  }
}

async function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bulk-demo-'));
  try {
    await show(folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error) => {
  console.error(`demo: ${error.message}`);
  process.exitCode = 1;
});
