'use strict';

/**
 * One contender, one work, one process: warms up, runs once for the cost and
 * once more under the eye of the loop's watch, and prints the figures.
 *
 *   node trial.js '{"contender":…,"site":…,"job":…}'
 */

const { setImmediate } = require('node:timers/promises');
const v8 = require('node:v8');
const vm = require('node:vm');

const { measureCost, measureLoop } = require('./measure');

/** What hangs on an object with a finalizer outlives the first. */
const COLLECTIONS = 2;

const QUERY = 'Which of these has to do with moving parts of the machine?';

function makeText(i) {
  return `Paragraph ${i} says in "plain words" what the machine does.`;
}

/** The texts one by one: all of them would not fit the memory of a stream. */
function* makeTexts(count) {
  for (let i = 0; i < count; i++) yield makeText(i);
}

/** A job with all that is sent, made before anything is measured. */
function prepare(job, requests) {
  const prepared = { ...job, requests };
  const numbers = (length) => Array.from({ length }, (_, i) => i);
  if (job.kind === 'post') {
    const text = 'hello world';
    return {
      ...prepared,
      payloads: numbers(requests).map((id) => ({ id, text })),
      inputs: requests,
    };
  }
  const inputs = requests * job.batchSize;
  const known = { ...prepared, inputs, query: QUERY, model: 'my_model' };
  if (job.kind === 'stream')
    return { ...known, source: () => makeTexts(inputs) };
  return { ...known, texts: Array.from(makeTexts(inputs)) };
}

/** Runs the job as often as it says; no answer may be missing. */
async function run(client, job) {
  let done;
  for (let i = 0; i < job.repeat; i++) {
    done = await client[job.kind](job);
    if (done.count !== job.inputs)
      throw new Error(`${done.count} answers for ${job.inputs} inputs`);
  }
  return done;
}

/**
 * Frees what the run before has left, where a work asks for it: memory that was
 * used lately is several times cheaper than such as a hypervisor has to find
 * first. Not where requests are small, as compiled code is freed, too.
 */
async function collectGarbage(job) {
  if (!job.isCollected) return;
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc');
  for (let i = 0; i < COLLECTIONS; i++) {
    collect();
    await setImmediate(); // then what lies outside the heap is freed
  }
}

async function main() {
  const { contender, site, job } = JSON.parse(process.argv[2]);
  const client = require(`./contenders/${contender}`).open(site, job);
  await run(client, { ...prepare(job, job.warmUp), repeat: 1 });
  await collectGarbage(job);

  const full = prepare(job, job.requests);
  const { result: times, ...cost } = await measureCost(async () => {
    const done = await run(client, full);
    return job.isTimed ? done.times() : undefined;
  });
  await collectGarbage(job);
  const loop = await measureLoop(() => run(client, full));
  await client.close();
  console.log(JSON.stringify({ ...cost, ...loop, times }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
