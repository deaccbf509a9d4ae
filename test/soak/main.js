'use strict';

/*
 * make soak MINUTES=10: random calls against random faults, with cancelled
 * calls and with clients that are destroyed or forgotten. After a warm-up,
 * memory, descriptors and threads must stay where they are, and go back when
 * the last client is destroyed. Every answer is checked as in a chaos run.
 *
 *   MINUTES=1 SEED=1 node --expose-gc test/soak/main.js
 */

const { fork } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');

const { Run } = require('../chaos/run');
const { sample, trends } = require('./figures');

const SAMPLE_MS = 2000;

/** What is warm-up: a part of the time, but so long at least. */
const WARM_UP = 0.25;
const SHORTEST_WARM_UP_MS = 30_000;

const FEWEST_MINUTES = 1;

/** What Node itself may have opened meanwhile, and its threads for files. */
const LEFT_OVER = { descriptors: 4, threads: 5 };

const CALLS_AT_ONCE = 12;

const seed = process.env.SEED || '1';
const minutes = Number(process.env.MINUTES || 10);
const totalMs = minutes * 60_000;
const warmUpMs = Math.max(SHORTEST_WARM_UP_MS, WARM_UP * totalMs);

function fail(reason) {
  console.error(`soak failed; SEED=${seed}`);
  console.error(reason);
  process.exit(1);
}

function show(label, { memoryMiB, descriptors, threads }) {
  console.log(
    `${label.padEnd(10)} ${memoryMiB.toFixed(1)} MiB, ` +
      `${descriptors} descriptors, ${threads} threads`,
  );
}

/** Works for the whole time and gives the samples taken after the warm-up. */
async function soak(run, startedAt) {
  const samples = [];
  let n = 0;
  const timer = setInterval(() => {
    const elapsedMs = performance.now() - startedAt;
    const now = sample();
    if (n++ % 10 === 0) show(`${(elapsedMs / 1000).toFixed(0)} s`, now);
    if (elapsedMs >= warmUpMs) samples.push(now);
  }, SAMPLE_MS);
  await run.work();
  clearInterval(timer);
  return samples;
}

function judge(samples, before, after) {
  const faults = [];
  for (const { name, first, last, isFlat } of trends(samples)) {
    const words = `${name}: ${first.toFixed(1)} to ${last.toFixed(1)}`;
    console.log(`trend of ${words}${isFlat ? '' : ', NOT FLAT'}`);
    if (!isFlat) faults.push(words);
  }
  for (const [name, allowed] of Object.entries(LEFT_OVER))
    if (after[name] > before[name] + allowed)
      faults.push(`${name}: ${before[name]} before, ${after[name]} at the end`);
  if (faults.length > 0) throw new Error(faults.join('; '));
}

/** Lets what was forgotten be collected and told so. */
async function collectAll() {
  for (let i = 0; i < 10; i++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function main() {
  if (!(minutes >= FEWEST_MINUTES))
    throw new RangeError(
      `MINUTES must be at least ${FEWEST_MINUTES}, got ${process.env.MINUTES}`,
    );
  const child = fork(path.join(__dirname, 'server.js'), [seed]);
  const onExit = (code, signal) =>
    fail(`its servers have ended, code ${code}, signal ${signal}`);
  child.once('exit', onExit);
  const [places] = await once(child, 'message');
  const before = sample();
  const startedAt = performance.now();
  const isOver = () => performance.now() - startedAt >= totalMs;
  const run = new Run(seed, places, isOver, CALLS_AT_ONCE);

  show('before', before);
  const samples = await soak(run, startedAt);
  await run.destroy();
  await collectAll();
  const after = sample();
  show('after', after);
  console.log(`batches ${run.batches}, calls ${run.calls}`);
  console.log('calls by ending:', run.endings, run.inputs);
  judge(samples, before, after);
  child.off('exit', onExit).disconnect();
}

process.on('unhandledRejection', fail);
process.on('uncaughtException', fail);
main().catch(fail);
