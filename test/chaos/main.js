'use strict';

/*
 * make chaos: random calls against random faults. Every input of every call
 * must end exactly once, as its right answer or in one named error, nothing may
 * be rejected unseen, and the process must end by itself.
 *
 *   SEED=1 CHAOS_BATCHES=20000 node test/chaos/main.js
 *   SEED=1 node test/chaos/main.js descriptors
 *   SEED=1 test/helpers/namespace.sh node test/chaos/main.js names
 *   SEED=1 test/helpers/namespace.sh node test/chaos/main.js link
 */

const { Descriptors } = require('./descriptors');
const { Link } = require('./link');
const { Names } = require('./names');
const { Places } = require('./places');
const { Run } = require('./run');

/** How long the process may linger when all is done. */
const LINGER_MS = 5000;

/** What goes wrong where, and how many batches a run of it has. */
const RIGS = {
  servers: { Places, batches: 20_000 },
  descriptors: { Places: Descriptors, batches: 5000 },
  names: { Places: Names, batches: 5000 },
  link: { Places: Link, batches: 5000 },
};

const seed = process.env.SEED || '1';
const rig = process.argv[2] ?? 'servers';
const batches = Number(process.env.CHAOS_BATCHES || RIGS[rig].batches);

function fail(reason) {
  console.error(
    `chaos of ${rig} failed; SEED=${seed} CHAOS_BATCHES=${batches}`,
  );
  console.error(reason);
  process.exit(1);
}

function figures(counts) {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

function report(run, faults, seconds) {
  console.log(`chaos of ${rig}: seed ${seed}, ${seconds.toFixed(1)} s`);
  console.log(`batches ${run.batches}, calls ${run.calls}`);
  console.log(`calls by ending: ${figures(run.endings)}`);
  console.log(`inputs: ${figures(run.inputs)}, lost ${run.lost}`);
  console.log(`sent: ${figures(run.stats)}`);
  if (Object.keys(faults).length > 0) console.log(`faults: ${figures(faults)}`);
}

async function main() {
  const startedAt = performance.now();
  const places = new RIGS[rig].Places(seed);
  await places.open();
  const run = new Run(seed, places.list, (now) => now.batches >= batches);
  await run.work();
  report(run, places.faults, (performance.now() - startedAt) / 1000);
  if (run.lost > 0) fail(`${run.lost} inputs have not ended`);
  await run.destroy();
  await places.close();
  setTimeout(fail, LINGER_MS, 'the process did not end by itself').unref();
}

process.on('unhandledRejection', fail);
process.on('uncaughtException', fail);
main().catch(fail);
