'use strict';

const { FORMATS } = require('../formats/formats');
const { FORMATS: INPUT_FORMATS } = require('../read/inputs');
const {
  choice,
  integer,
  number,
  readHeader,
  readKey,
  readNames,
  readNumbers,
  readShard,
  readText,
  toNumber,
} = require('./values');

/** @typedef {import('./values').ReadValue} ReadValue */

/**
 * One setting. Each is also the variable BASETEN_BULK_<NAME>.
 * @typedef {object} Flag
 * @property {string} name without its dashes
 * @property {string} value placeholder, '' for a switch
 * @property {string} help
 * @property {ReadValue} [read] of what is no switch
 * @property {readonly string[]} commands that know it
 * @property {string} [short]
 * @property {unknown} [fallback]
 * @property {boolean} [isList] it may be given again, and all count
 * @property {boolean} [isPreference] of the client's calls; it checks the value
 */

const WEEK_S = 7 * 24 * 3600;

/** Commands that do a job. */
const JOBS = Object.freeze(['embed', 'classify', 'rerank', 'run']);

const SCORERS = Object.freeze(['classify', 'rerank']);

const TEXT_JOBS = Object.freeze(['embed', ...SCORERS]);

/** Those that send requests. */
const SENDERS = Object.freeze([...JOBS, 'work']);

const QUEUE_COMMANDS = Object.freeze(['submit', 'work', 'status']);

const COMMANDS = Object.freeze([
  ...JOBS,
  'inspect',
  'merge',
  ...QUEUE_COMMANDS,
]);

/** @type {(name: string, value: string, help: string, read: ReadValue, commands: readonly string[], more?: Partial<Flag>) => Readonly<Flag>} */
function flag(name, value, help, read, commands, more) {
  return Object.freeze({ name, value, help, read, commands, ...more });
}

/** @type {(name: string, help: string, commands: readonly string[], more?: Partial<Flag>) => Readonly<Flag>} */
function toggle(name, help, commands, more) {
  return Object.freeze({ name, value: '', help, commands, ...more });
}

/** @type {(name: string, value: string, help: string, read?: ReadValue) => Readonly<Flag>} */
function preference(name, value, help, read = toNumber) {
  return flag(name, value, help, read, SENDERS, { isPreference: true });
}

/** @type {readonly Readonly<Flag>[]} */
const FLAGS = Object.freeze([
  flag(
    'output',
    'PATH',
    'File to write, or with --parts a folder; - for standard output; or a server',
    readText,
    [...JOBS, 'merge'],
    { short: 'o' },
  ),
  flag('model', 'MODEL', 'Model to ask for', readText, TEXT_JOBS),
  flag('base-url', 'URL', 'Server', readText, JOBS),
  flag(
    'api-key',
    'KEY',
    'Key: text, $VARIABLE, or a /file [default: $BASETEN_API_KEY or $OPENAI_API_KEY]',
    readKey,
    SENDERS,
  ),
  toggle('no-api-key', 'Send no key', SENDERS),
  flag(
    'output-key',
    'KEY',
    'Key of the server that takes the rows, likewise',
    readKey,
    SENDERS,
  ),

  flag(
    'input-format',
    'FORMAT',
    `${INPUT_FORMATS.join(', ')} [default: as the name tells]`,
    choice(INPUT_FORMATS),
    JOBS,
  ),
  flag(
    'output-format',
    'FORMAT',
    `${Object.keys(FORMATS).join(', ')} [default: as the name tells]`,
    choice(Object.keys(FORMATS)),
    JOBS,
  ),
  flag(
    'text-field',
    'NAME',
    'Field or column of the text',
    readText,
    TEXT_JOBS,
    {
      fallback: 'text',
    },
  ),
  flag(
    'id-field',
    'NAME',
    'Field or column of the id; rows without one are named by their line',
    readText,
    JOBS,
    { fallback: 'id' },
  ),
  flag(
    'columns',
    'NAMES',
    'Fields to pass along, separated by commas',
    readNames,
    JOBS,
    { fallback: [] },
  ),
  flag('dimensions', 'COUNT', 'Dimensions to ask for', integer(1, 1e6), [
    'embed',
  ]),
  flag(
    'encoding-format',
    'FORMAT',
    'float or base64, over the wire',
    choice(['float', 'base64']),
    ['embed'],
  ),
  flag('query', 'TEXT', 'One query for all texts', readText, ['rerank']),
  flag('query-field', 'NAME', 'Field of the query', readText, ['rerank'], {
    fallback: 'query',
  }),
  flag('texts-field', 'NAME', 'Field of the texts', readText, ['rerank'], {
    fallback: 'texts',
  }),
  toggle('raw-scores', 'Scores as the model gives them', SCORERS),
  toggle('truncate', 'Have the server cut texts that are too long', SCORERS),

  toggle('resume', 'Go on with what an earlier run has finished', JOBS),
  toggle('retry-failed', 'Send again what had failed, and only that', JOBS),
  toggle('overwrite', 'Drop what an earlier run has finished', JOBS),
  toggle('parts', 'Leave the output as a folder of files', [...JOBS, 'merge']),
  flag(
    'part-rows',
    'COUNT',
    'Rows of a part, the most that a crash can cost',
    integer(1, 1e6),
    JOBS,
    { fallback: 8192 },
  ),
  flag(
    'shard',
    'I/N',
    'Do the I-th of N shards; merge puts them together',
    readShard,
    JOBS,
  ),
  flag(
    'shards',
    'N',
    'Shards, the index being that of the array job around',
    integer(1, 100_000),
    JOBS,
  ),
  flag(
    'errors',
    'FILE',
    'Rows that failed [default: OUTPUT.errors.jsonl]',
    readText,
    [...JOBS, 'merge'],
  ),
  flag(
    'max-failures',
    'COUNT',
    'Stop when more rows than that have failed',
    integer(0, 1e9),
    SENDERS,
  ),
  flag(
    'outage-s',
    'SECONDS',
    'The longest that the server may be away',
    number(0, WEEK_S),
    SENDERS,
    { fallback: 900 },
  ),
  toggle('json-progress', 'Progress as JSON lines', SENDERS),
  flag(
    'progress-s',
    'SECONDS',
    'Between two lines of progress that is no terminal',
    number(0.1, 3600),
    SENDERS,
    { fallback: 10 },
  ),

  flag(
    'queue',
    'URL',
    'Redis or PostgreSQL that holds the queue',
    readText,
    QUEUE_COMMANDS,
  ),
  flag('queue-name', 'NAME', 'The queue', readText, QUEUE_COMMANDS, {
    fallback: 'bulk',
  }),
  flag(
    'max-in-flight',
    'COUNT',
    'Requests in flight over all workers',
    integer(1, 1e6),
    ['submit'],
  ),
  flag(
    'max-per-minute',
    'COUNT',
    'Requests per minute over all workers',
    integer(1, 1e9),
    ['submit'],
  ),
  toggle('stay', 'Wait for further jobs', ['work']),
  flag(
    'lock-s',
    'SECONDS',
    'Until the shard of a worker that is silent goes to another',
    number(1, 3600),
    ['work'],
    { fallback: 30 },
  ),
  toggle('watch', 'Again every two seconds, until all is over', ['status']),

  preference('max-concurrent-requests', 'COUNT', 'Requests in flight'),
  preference('batch-size', 'COUNT', 'Texts of a request'),
  preference('max-chars-per-request', 'CHARS', 'Most characters of a request'),
  preference('timeout-s', 'SECONDS', 'Longest time of an attempt'),
  preference('total-timeout-s', 'SECONDS', 'Longest time of a request'),
  preference('hedge-delay', 'SECONDS', 'Until a slow request gets a twin'),
  preference('hedge-budget-pct', 'SHARE', 'Twins, as a share of the requests'),
  preference(
    'retry-budget-pct',
    'SHARE',
    'Retries, as a share of the requests',
  ),
  preference('max-retries', 'COUNT', 'Retries of a request'),
  preference('initial-backoff-ms', 'MS', 'Wait before the first retry'),
  preference(
    'non-retryable-status-codes',
    'CODES',
    'Statuses never tried again, separated by commas',
    readNumbers,
  ),
  flag(
    'extra-headers',
    'NAME: VALUE',
    'Header of every request',
    readHeader,
    SENDERS,
    { isList: true, isPreference: true },
  ),
  flag(
    'http-version',
    'VERSION',
    'HTTP version, 1 or 2',
    integer(1, 2),
    SENDERS,
    { fallback: 1 },
  ),
  toggle('help', 'Print help', COMMANDS, { short: 'h' }),
  toggle('version', 'Print the version', COMMANDS, { short: 'V' }),
]);

/** @param {Readonly<Flag>} flag */
function variableOf({ name }) {
  return `BASETEN_BULK_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** Its name among the settings. @param {Readonly<Flag>} flag */
function keyOf({ name }) {
  return name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
}

module.exports = { COMMANDS, FLAGS, JOBS, keyOf, variableOf };
