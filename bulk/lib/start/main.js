'use strict';

const { JobError, UsageError } = require('../base/errors');
const { Progress, summary } = require('../job/progress');
const { forgetParts, restoreParts } = require('../job/remote-parts');
const { ShardRun } = require('../job/shard-run');
const { checkStanding } = require('../job/standing');
const { mergeParts, placesOf } = require('../parts/merge');
const { readAddress } = require('../remote/address');
const { helpText, readArguments, readSettings } = require('./command-line');
const { JOBS } = require('./flags');
const { inspect } = require('./inspect');
const { readJob, readRunSettings, shardOf } = require('./job-settings');
const { showStatus, submitJob, work } = require('./queue-commands');

/** @typedef {import('../job/terms').Job} Job */
/** @typedef {import('../parts/merge').Totals} Totals */

const NAME = 'baseten-performance-bulk';

/** Exit codes. */
const DONE = 0;
const FAILED = 1;
const BAD_USE = 2;
const SOME_FAILED = 3;

/** @param {string} text */
function say(text) {
  process.stderr.write(`${text}\n`);
}

/** @param {Totals} totals */
function exitCodeOf({ failed, bad }) {
  return failed + bad > 0 ? SOME_FAILED : DONE;
}

/** @param {Totals} totals */
function totalLine({ rows, written, failed, bad }) {
  const words = [`${written} of ${rows} rows written`];
  if (failed > 0) words.push(`${failed} failed`);
  if (bad > 0) words.push(`${bad} could not be read`);
  return words.join(', ');
}

/**
 * The first signal ends the parts that are open, the second ends at once.
 * @param {ShardRun} shardRun
 * @returns {() => void} stops listening
 */
function obeyEnd(shardRun) {
  let isTold = false;
  const onSignal = () => {
    if (isTold) process.exit(FAILED);
    isTold = true;
    say('ending with the part that is open; once more to end at once');
    shardRun.end();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return () => {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  };
}

/**
 * @param {Job} job
 * @param {import('../read/ranges').Shard} shard
 * @param {Record<string, any>} settings
 */
async function carryOut(job, shard, settings) {
  /** @type {Progress | undefined} */
  let progress;
  const shardRun = new ShardRun(job, shard, {
    ...readRunSettings(settings),
    isWhole: shard.count === 1 && !job.isFolder,
    onStart: (meter) => {
      progress = new Progress(meter, {
        stream: process.stderr,
        isJson: settings.jsonProgress ?? false,
        intervalS: settings.progressS,
      });
    },
  });
  const stopListening = obeyEnd(shardRun);
  try {
    return await shardRun.run();
  } finally {
    stopListening();
    progress?.stop();
  }
}

/**
 * @param {Job} job
 * @param {import('../read/ranges').Shard} shard
 * @param {import('../job/shard-run').ShardEnd} end
 */
async function conclude(job, shard, { isComplete, totals: own, grown }) {
  const places = placesOf(job.output, job.isFolder, job.errors);
  if (!isComplete) {
    say('stopped; what is finished is kept: go on with --resume');
    return FAILED;
  }
  if (shard.count > 1) {
    say(
      `shard ${shard.index} of ${shard.count} is complete: ${totalLine(own)}`,
    );
    return exitCodeOf(own);
  }
  const totals = await mergeParts(places, grown);
  say(`${totalLine(totals)}: ${job.remote?.label ?? job.output}`);
  if (totals.failed + totals.bad > 0) say(`errors: ${places.errors}`);
  return exitCodeOf(totals);
}

/**
 * @param {string} command
 * @param {string[]} operands
 * @param {Record<string, any>} settings
 * @param {NodeJS.ProcessEnv} env
 */
async function runJob(command, operands, settings, env) {
  const shard = shardOf(settings, env);
  const job = await readJob(command, operands, settings, shard.count);
  const runSettings = readRunSettings(settings);
  const { state } = placesOf(job.output, job.isFolder, job.errors);
  if (!settings.overwrite) await restoreParts(job, shard, state, runSettings);
  const finished = checkStanding(job, shard, settings);
  if (finished) {
    say(`finished before: ${totalLine(finished)}`);
    return exitCodeOf(finished);
  }
  if (settings.overwrite) await forgetParts(job, runSettings);
  const end = await carryOut(job, shard, settings);
  const { figures } = end;
  if (figures) say(summary(figures));
  if (job.output === '-')
    return !figures || figures.failed + figures.bad === 0 ? DONE : SOME_FAILED;
  return await conclude(job, shard, end);
}

/**
 * @param {string} command
 * @param {string[]} operands
 */
function oneOperand(command, operands) {
  if (operands.length === 1) return operands[0];
  throw new UsageError(`${command} takes one file, got ${operands.length}`);
}

/** @param {string[]} operands */
async function runInspect(operands) {
  const found = await inspect(oneOperand('inspect', operands));
  process.stdout.write(`${found.text}\n`);
  if (!found.isWhole) return FAILED;
  return found.hasFailures ? SOME_FAILED : DONE;
}

/** @param {Record<string, any>} settings */
async function runMerge(settings) {
  if (settings.output === undefined)
    throw new UsageError('--output must name a file');
  const { parts, errors } = settings;
  const remote = readAddress(settings.output);
  const output = remote?.name ?? settings.output;
  const totals = await mergeParts(
    placesOf(output, parts ?? remote !== undefined, errors),
  );
  say(`${totalLine(totals)}: ${remote?.label ?? output}`);
  return exitCodeOf(totals);
}

/**
 * @type {Record<string, (operands: string[], settings: Record<string, any>) => Promise<number>>}
 */
const OTHERS = {
  inspect: runInspect,
  merge: (_, settings) => runMerge(settings),
  async submit(operands, settings) {
    await submitJob(operands, settings, say);
    return DONE;
  },
  async work(_, settings) {
    await work(settings, say);
    return DONE;
  },
  status: async (_, settings) =>
    (await showStatus(settings)) ? DONE : SOME_FAILED,
};

/**
 * @param {readonly string[]} argv
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} exit code
 */
async function run(argv, env) {
  const line = readArguments(argv);
  const { command, operands, given } = line;
  if (given.has('help')) {
    process.stdout.write(helpText(command));
    return DONE;
  }
  if (given.has('version')) {
    process.stdout.write(`${require('../../package.json').version}\n`);
    return DONE;
  }
  if (command === '') throw new UsageError('no command; --help lists them');
  const settings = readSettings(line, env);
  if (JOBS.includes(command))
    return await runJob(command, operands, settings, env);
  return await OTHERS[command](operands, settings);
}

/**
 * @param {readonly string[]} argv what follows the program's name
 * @param {NodeJS.ProcessEnv} env
 */
async function main(argv, env) {
  try {
    process.exitCode = await run(argv, env);
  } catch (error) {
    const isBadUse =
      error instanceof UsageError || error.code === 'INVALID_ARGUMENT';
    const isTold =
      isBadUse ||
      error instanceof JobError ||
      error.code === 'NATIVE_NOT_LOADED';
    say(`${NAME}: ${isTold ? error.message : (error.stack ?? error)}`);
    process.exitCode = isBadUse ? BAD_USE : FAILED;
  }
}

module.exports = { main };
