'use strict';

/**
 * The benchmark: every work with every contender, interleaved, each trial in
 * a process of its own. `make bench` tells what can be set.
 */

const { execFile, execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');

const { judgeBars } = require('./bars');
const { figuresOf, summarize } = require('./figures');
const { drawPlot } = require('./plot');
const { BUILD, lacksTool, serversFor } = require('./servers');
const { printBars, printWork } = require('./table');
const { jobOf, selectWorks } = require('./works');

const LONGEST_TRIAL_MS = 120_000;

const MOST_OUTPUT = 1 << 26;

const runProgram = promisify(execFile);

function readSetting(name, fallback) {
  const value = Number(process.env[name] || fallback);
  if (value > 0) return value;
  throw new RangeError(`${name} must be a number above 0`);
}

/** The command line of one trial. */
function commandOf(id, contender, site, job) {
  if (!contender.program)
    return [
      process.execPath,
      [
        path.join(__dirname, 'trial.js'),
        JSON.stringify({ contender: id, site, job }),
      ],
    ];
  const counts = [job.warmUp, job.requests, job.inFlight].map(String);
  return [path.join(BUILD, contender.program), [`${site.url}/post`, ...counts]];
}

async function runTrial(id, contender, server, job) {
  const [file, args] = commandOf(id, contender, server.site, job);
  const before = await server.stats();
  const { stdout } = await runProgram(file, args, {
    timeout: LONGEST_TRIAL_MS,
    maxBuffer: MOST_OUTPUT,
  });
  return { ...JSON.parse(stdout), before, after: await server.stats() };
}

/** One work: A B C, A B C, … */
async function runWork(work, rounds, scale) {
  const job = jobOf(work, scale);
  const servers = serversFor(work);
  const all = Object.fromEntries(work.contenders.map((id) => [id, []]));
  try {
    for (let round = 0; round < rounds; round++)
      for (const id of work.contenders) {
        const contender = require(`./contenders/${id}`);
        const protocol = contender.protocol ?? work.protocol ?? 'http1';
        const server = await servers.get(protocol);
        const trial = await runTrial(id, contender, server, job);
        all[id].push(figuresOf(trial, job, servers.bodySize));
        process.stderr.write('.');
      }
  } finally {
    process.stderr.write('\n');
    await servers.stop();
  }
  return summarize(work, all);
}

/** How fast the server is with a client that costs next to nothing. */
async function proveServer() {
  const lacking = lacksTool('wrk');
  if (lacking) return { lacking };
  const servers = serversFor({ body: 'tiny' });
  try {
    const { site } = await servers.get('http1');
    const script = path.join(__dirname, 'post.lua');
    const args = ['-t1', '-c128', '-d2s', '-s', script, `${site.url}/post`];
    const text = execFileSync('wrk', args, { encoding: 'utf8' });
    return { requestsPerS: Number(/Requests\/sec:\s*([\d.]+)/.exec(text)[1]) };
  } finally {
    await servers.stop();
  }
}

function describeMachine() {
  const [{ model }] = os.cpus();
  return {
    cpu: model,
    cores: os.availableParallelism(),
    node: process.version,
  };
}

/** The works with one contender less. */
function withoutContender(works, gone) {
  return works.map((work) => ({
    ...work,
    contenders: work.contenders.filter((id) => id !== gone),
  }));
}

/** Without nghttpd, what needs it is left out. */
function leaveOutHttp2(works) {
  const lacking = lacksTool('nghttpd');
  if (!lacking) return works;
  console.log(`Left out is what speaks HTTP/2: ${lacking}`);
  const others = works.filter(({ protocol }) => protocol !== 'h2');
  return withoutContender(others, 'baseten');
}

/** The Rust client has binaries for some platforms only. */
function leaveOutAbsent(works) {
  try {
    require('./contenders/baseten');
    return works;
  } catch (error) {
    const [reason] = error.message.split('\n');
    console.log(`Left out is @basetenlabs: ${reason}`);
    return withoutContender(works, 'baseten');
  }
}

function save(results) {
  const target = (name) => path.join(__dirname, name);
  fs.writeFileSync(target('results.json'), JSON.stringify(results, null, 1));
  fs.writeFileSync(target('plot.svg'), drawPlot(results));
}

async function main() {
  const rounds = readSetting('ROUNDS', 5);
  const scale = readSetting('SCALE', 1);
  const selected = selectWorks(process.env.WORK);
  const works = leaveOutAbsent(leaveOutHttp2(selected));
  const results = { machine: describeMachine(), rounds, scale, works: [] };

  results.server = await proveServer();
  const { requestsPerS, lacking } = results.server;
  console.log(
    `The server alone: ${lacking ?? `${Math.round(requestsPerS)} requests/s (wrk)`}`,
  );
  for (const work of works) {
    const result = await runWork(work, rounds, scale);
    results.works.push(result);
    printWork(result);
  }
  results.bars = judgeBars(results.works);
  printBars(results.bars);
  save(results);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
