'use strict';

/**
 * The benchmark: every work with every contender, interleaved, each trial in
 * a process of its own. `make bench` tells what can be set.
 */

const { execFile, execFileSync } = require('node:child_process');
const path = require('node:path');
const { promisify } = require('node:util');

const { judgeBars } = require('./bars');
const { figuresOf, summarize } = require('./figures');
const { writeReport } = require('./report');
const { saveResult } = require('./results');
const { lacksTool, serversFor } = require('./servers');
const { printBars, printWork } = require('./table');
const { jobOf, selectWorks } = require('./works');

/** AsyncOpenAI takes most of it for 131,072 inputs. */
const LONGEST_TRIAL_MS = 300_000;

const MOST_OUTPUT = 1 << 26;

/** What has to be installed for a work of that protocol. */
const TOOL_OF = { tls: 'nginx', h2: 'nghttpd', h2c: 'nghttpd' };

const runProgram = promisify(execFile);

const contenderOf = (id) => require(`./contenders/${id}`);

function readSetting(name, fallback) {
  const value = Number(process.env[name] || fallback);
  if (value > 0) return value;
  throw new RangeError(`${name} must be a number above 0`);
}

/** The command line of one trial in JavaScript. */
function commandOf(id, site, job) {
  const trial = path.join(__dirname, 'trial.js');
  const told = JSON.stringify({ contender: id, site, job });
  return [process.execPath, [trial, told]];
}

/** Node's own fetch learns of a certificate in no other way. */
function trustIn({ caFile }) {
  return caFile ? { NODE_EXTRA_CA_CERTS: caFile } : {};
}

async function runTrial(id, server, job) {
  const { site } = server;
  const { command = (...told) => commandOf(id, ...told) } = contenderOf(id);
  const [file, args] = command(site, job);
  const before = await server.stats();
  const { stdout } = await runProgram(file, args, {
    timeout: LONGEST_TRIAL_MS,
    env: { ...process.env, ...trustIn(site) },
    maxBuffer: MOST_OUTPUT,
  });
  return { ...JSON.parse(stdout), before, after: await server.stats() };
}

/** One work: A B C, A B C, … */
async function runWork(work, rounds, scale) {
  const servers = serversFor(work);
  const all = Object.fromEntries(work.contenders.map((id) => [id, []]));
  try {
    for (let round = 0; round < rounds; round++)
      for (const id of work.contenders) {
        const contender = contenderOf(id);
        if (round >= (contender.rounds ?? rounds)) continue;
        const job = jobOf(work, contender, scale);
        const server = await servers.get(protocolOf(work, contender));
        const trial = await runTrial(id, server, job);
        all[id].push(figuresOf(trial, job, servers.bodySize));
        process.stderr.write('.');
      }
  } finally {
    process.stderr.write('\n');
    await servers.stop();
  }
  return summarize(work, all);
}

function protocolOf(work, contender) {
  return contender.protocol ?? work.protocol ?? 'http1';
}

/** How fast the server is with a client that costs next to nothing. */
async function proveServer() {
  const lacking = lacksTool('wrk');
  if (lacking) return lacking;
  const servers = serversFor({ body: 'tiny' });
  try {
    const { site } = await servers.get('http1');
    const script = path.join(__dirname, 'post.lua');
    const args = ['-t1', '-c128', '-d2s', '-s', script, `${site.url}/post`];
    const text = execFileSync('wrk', args, { encoding: 'utf8' });
    const rate = Number(/Requests\/sec:\s*([\d.]+)/.exec(text)[1]);
    return `${Math.round(rate)} requests/s (wrk)`;
  } finally {
    await servers.stop();
  }
}

/** Why a contender cannot run in a work, or nothing. */
function lackOf(work, contender) {
  const tool = TOOL_OF[protocolOf(work, contender)];
  return contender.lacks?.() ?? (tool && lacksTool(tool));
}

/** The works with those contenders that can run here; names the others. */
function leaveOutAbsent(works) {
  const absent = new Set();
  const present = works.map((work) => ({
    ...work,
    contenders: work.contenders.filter((id) => {
      const contender = contenderOf(id);
      const lack = lackOf(work, contender);
      if (lack) absent.add(`${contender.label}: ${lack}`);
      return !lack;
    }),
  }));
  for (const reason of absent) console.log(`Left out is ${reason}`);
  return present.filter(({ contenders }) => contenders.length);
}

async function main() {
  const rounds = readSetting('ROUNDS', 5);
  const scale = readSetting('SCALE', 1);
  const works = leaveOutAbsent(selectWorks(process.env.WORKS));
  const results = [];

  console.log(`The server alone: ${await proveServer()}`);
  for (const work of works) {
    results.push(await runWork(work, rounds, scale));
    printWork(results.at(-1));
    saveResult(results.at(-1), { rounds, scale });
  }
  printBars(judgeBars(results));
  writeReport();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
