'use strict';

/**
 * The benchmark of the proxy: every work with every contender, interleaved,
 * each trial with processes of its own. `make bench-proxy` tells what can be
 * set.
 */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { median } = require('../figures');
const { lacksTool, serversFor } = require('../servers');
const { printBars } = require('../table');
const { judgeBars } = require('./bars');
const { CONTENDERS, lacksContender } = require('./contenders');
const { figuresOf } = require('./figures');
const { runLoad } = require('./load');
const { costOf } = require('./processes');
const { printWork } = require('./table');
const { selectWorks } = require('./works');

/** JavaScript needs thousands of requests until it is compiled. */
const WARM_UP_S = 2;

const RESULTS = path.join(__dirname, 'results.json');

function readSetting(name, fallback) {
  const value = Number(process.env[name] || fallback);
  if (value > 0) return value;
  throw new RangeError(`${name} must be a number above 0`);
}

/** Apart from the cost, as looking at the loop costs something itself. */
async function measureLoop(proxy, work, seconds) {
  if (!work.hasLoop || !proxy.beginLoop) return undefined;
  await proxy.beginLoop();
  await runLoad(proxy.url, work, seconds);
  return proxy.endLoop();
}

async function measure(proxy, work, scale) {
  const seconds = work.seconds * scale;
  await runLoad(proxy.url, work, WARM_UP_S);
  const before = proxy.pid && costOf(proxy.pid);
  const load = await runLoad(proxy.url, work, seconds);
  const after = proxy.pid && costOf(proxy.pid);
  const loop = await measureLoop(proxy, work, seconds);
  return figuresOf({ load, before, after, loop });
}

/** Resident memory from step to step, until so many requests were answered. */
async function watchMemory(proxy, work, scale) {
  const residentMb = [];
  let requests = 0;
  const reach = async (count) => {
    while (requests < count)
      requests += (await runLoad(proxy.url, work, 1)).requests;
  };
  await reach(work.warmUp);
  for (let step = 1; step <= work.steps; step++) {
    await reach(work.warmUp + (work.requests * scale * step) / work.steps);
    residentMb.push(costOf(proxy.pid).residentMb);
  }
  const half = residentMb.length >> 1;
  return {
    requests,
    residentMb: residentMb.at(-1),
    growthMb:
      median(residentMb.slice(half)) - median(residentMb.slice(0, half)),
    steps: residentMb,
  };
}

async function runTrial(id, upstream, work, scale) {
  const proxy = await CONTENDERS[id].start(upstream.site.url, work);
  const run = work.requests ? watchMemory : measure;
  try {
    return await run(proxy, work, scale);
  } finally {
    await proxy.stop();
  }
}

/** One work: A B C, A B C, … */
async function runWork(work, count, scale) {
  const rounds = Object.fromEntries(work.contenders.map((id) => [id, []]));
  const servers = serversFor(work);
  try {
    const upstream = await servers.get('http1');
    for (let round = 0; round < count; round++)
      for (const id of work.contenders) {
        rounds[id].push(await runTrial(id, upstream, work, scale));
        process.stderr.write('.');
      }
  } finally {
    process.stderr.write('\n');
    await servers.stop();
  }
  const { name, title } = work;
  const contenders = work.contenders.map((id) => ({
    id,
    label: CONTENDERS[id].label,
  }));
  return { name, title, contenders, rounds };
}

/** The works with those contenders that can run here; names the others. */
function leaveOutAbsent(works) {
  const absent = new Set();
  const present = works.map((work) => ({
    ...work,
    contenders: work.contenders.filter((id) => {
      const lack = lacksContender(id);
      if (lack) absent.add(`${CONTENDERS[id].label}: ${lack}`);
      return !lack;
    }),
  }));
  for (const reason of absent) console.log(`Left out is ${reason}`);
  return present;
}

function describeMachine() {
  const [{ model }] = os.cpus();
  const cores = os.availableParallelism();
  return { cpu: model, cores, node: process.version };
}

async function main() {
  const count = readSetting('ROUNDS', 3);
  const scale = readSetting('SCALE', 1);
  const lacking = lacksTool('wrk') ?? lacksTool('nginx');
  if (lacking) throw new Error(lacking);
  const works = [];
  for (const work of leaveOutAbsent(selectWorks(process.env.WORKS))) {
    works.push(await runWork(work, work.requests ? 1 : count, scale));
    printWork(works.at(-1));
  }
  const bars = judgeBars(works);
  printBars(bars);
  const results = { machine: describeMachine(), count, scale, works, bars };
  fs.writeFileSync(RESULTS, JSON.stringify(results, null, 1));
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
