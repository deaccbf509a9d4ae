'use strict';

/*
 * From the settings of a command line to a job and how it is carried out.
 */

const {
  DEFAULTS,
  readPreference,
} = require('baseten-performance-client/internal');
const { UsageError } = require('../base/errors');
const { FORMATS, formatNameOf } = require('../formats/formats');
const { readAddress } = require('../remote/address');
const { STANDARD_INPUT, findInputs } = require('../read/inputs');
const { FLAGS, keyOf } = require('./flags');

/** @typedef {import('../job/terms').Job} Job */
/** @typedef {import('../read/ranges').Shard} Shard */

const STANDARD_OUTPUT = '-';

/** Where an array job tells its index, and how many there are. */
const ARRAYS = Object.freeze([
  { index: 'JOB_COMPLETION_INDEX' },
  {
    index: 'SLURM_ARRAY_TASK_ID',
    count: 'SLURM_ARRAY_TASK_COUNT',
    first: 'SLURM_ARRAY_TASK_MIN',
  },
  { index: 'AWS_BATCH_JOB_ARRAY_INDEX', count: 'AWS_BATCH_JOB_ARRAY_SIZE' },
]);

/** @param {string | undefined} text */
function wholeNumber(text) {
  return /^\d+$/.test(text ?? '') ? Number(text) : undefined;
}

/**
 * Which shard this run does: as the flags say, else as the array job around
 * it. To be in one without knowing its size would do everything many times.
 * @param {Record<string, any>} settings
 * @param {NodeJS.ProcessEnv} env
 * @returns {Shard}
 */
function shardOf({ shard, shards }, env) {
  if (shard) return shard;
  const array = ARRAYS.find(
    ({ index }) => wholeNumber(env[index]) !== undefined,
  );
  if (!array) {
    if (shards === undefined || shards === 1) return { index: 0, count: 1 };
    throw new UsageError(
      `--shards needs the index of an array job (${ARRAYS.map(({ index }) => index).join(', ')}), or --shard I/N`,
    );
  }
  const first = wholeNumber(env[array.first ?? '']) ?? 0;
  const index = Number(env[array.index]) - first;
  const count = shards ?? wholeNumber(env[array.count ?? '']);
  if (count === undefined)
    throw new UsageError(
      `${array.index} is set, so --shards must say how many there are (1 to do all here)`,
    );
  if (count === 1) return { index: 0, count };
  if (index >= 0 && index < count) return { index, count };
  throw new UsageError(
    `${array.index} must be between 0 and ${count - 1}, got ${index}`,
  );
}

/** @param {string} command @param {string} [query] */
function kindOf(command, query) {
  if (command === 'run') return 'request';
  return command === 'rerank' && query === undefined ? 'texts' : 'text';
}

/**
 * @param {string} command
 * @param {Record<string, any>} settings
 */
function checkSettings(command, settings) {
  if (settings.output === undefined)
    throw new UsageError('--output must name a file');
  if (settings.baseUrl === undefined)
    throw new UsageError('--base-url must name the server');
  if (command === 'embed' && settings.model === undefined)
    throw new UsageError('--model must name the model');
}

/**
 * Where the rows go: a file, a folder of files, or a server, with a folder of
 * what is known of them here, by the name of the table there.
 * @param {Record<string, any>} settings
 * @returns {Pick<Job, 'output' | 'isFolder' | 'remote' | 'format'>}
 */
function readOutput({ output, outputFormat, parts = false }) {
  const remote = readAddress(output);
  if (remote?.kind === 's3') {
    const format = outputFormat ?? formatNameOf(remote.name);
    if (FORMATS[format].hasIdsFile)
      throw new UsageError(
        `a part is one object of S3: ${format} has its ids in another`,
      );
    return { output: remote.name, isFolder: true, remote, format };
  }
  if (remote) {
    if (outputFormat !== undefined || parts)
      throw new UsageError(
        `--output-format and --parts mean nothing to ${remote.label}`,
      );
    const { kind, name } = remote;
    return { output: name, isFolder: true, remote, format: kind };
  }
  if (parts && outputFormat === undefined)
    throw new UsageError('--parts needs --output-format, as a folder has none');
  const isPiped = output === STANDARD_OUTPUT;
  const format = outputFormat ?? (isPiped ? 'jsonl' : formatNameOf(output));
  return { output, isFolder: parts, format };
}

/**
 * @param {string} command
 * @param {string} format
 * @param {Record<string, any>} settings
 */
function checkFormat(command, format, { columns, output, parts }) {
  if (command !== 'embed' && format !== 'jsonl')
    throw new UsageError(`${command} writes jsonl, not ${format}`);
  if (columns.length > 0 && FORMATS[format]?.hasColumns === false)
    throw new UsageError(`${format} has no place for --columns`);
  if (output !== STANDARD_OUTPUT) return;
  if (format !== 'jsonl' || parts)
    throw new UsageError('standard output takes jsonl, and no --parts');
}

/**
 * @param {string} command
 * @param {readonly string[]} operands
 * @param {Record<string, any>} settings
 * @param {number} shards
 * @returns {Promise<Job>}
 */
async function readJob(command, operands, settings, shards) {
  checkSettings(command, settings);
  const { columns, query } = settings;
  const isPiped = settings.output === STANDARD_OUTPUT;
  const { output, isFolder, remote, format } = readOutput(settings);
  checkFormat(command, format, settings);
  const inputs = await findInputs(operands, settings.inputFormat);
  const isUnsized = inputs[0].path === STANDARD_INPUT;
  if (shards > 1 && (isUnsized || isPiped))
    throw new UsageError('shards need files to read and to write');
  const isRun = command === 'run';
  const id =
    isRun && settings.idField === 'id' ? 'custom_id' : settings.idField;
  return {
    command: /** @type {Job['command']} */ (command),
    inputs,
    fields: {
      kind: kindOf(command, query),
      text: settings.textField,
      texts: settings.textsField,
      query: settings.queryField,
      id,
      columns,
    },
    output,
    isFolder,
    ...(remote && { remote }),
    errors: settings.errors,
    format,
    model: settings.model,
    dimensions: settings.dimensions,
    encodingFormat: settings.encodingFormat,
    query,
    rawScores: settings.rawScores,
    truncate: settings.truncate,
    partRows: settings.partRows,
    shards,
    baseUrl: settings.baseUrl,
  };
}

/**
 * The client's own checks, in the words of the flags.
 * @param {Record<string, any>} given
 */
function readPreferences({ extraHeaders, ...given }) {
  const named = new Map(FLAGS.map((flag) => [keyOf(flag), `--${flag.name}`]));
  const headers = extraHeaders && Object.fromEntries(extraHeaders);
  const all = { ...given, extraHeaders: headers };
  readPreference(all, undefined, (name) => named.get(name) ?? name);
  const { maxConcurrentRequests, batchSize } = DEFAULTS;
  return {
    ...all,
    maxConcurrentRequests: given.maxConcurrentRequests ?? maxConcurrentRequests,
    batchSize: given.batchSize ?? batchSize,
  };
}

/**
 * @param {Record<string, any>} settings
 * @returns {import('../job/shard-run').RunSettings}
 */
function readRunSettings(settings) {
  if (settings.noApiKey && settings.apiKey !== undefined)
    throw new UsageError('--no-api-key contradicts --api-key');
  return {
    apiKey: settings.noApiKey ? false : settings.apiKey,
    outputKey: settings.outputKey,
    clientOptions: { httpVersion: settings.httpVersion },
    preferences: readPreferences(settings.preferences),
    outageS: settings.outageS,
    maxFailures: settings.maxFailures ?? Infinity,
    isRetry: settings.retryFailed ?? false,
  };
}

module.exports = { readJob, readRunSettings, shardOf };
