'use strict';

const {
  DEFAULTS,
  LOG_LEVELS,
  checkName,
} = require('baseten-performance-client/internal');
const {
  choice,
  integer,
  number,
  readBlocks,
  readHealthPath,
  readKey,
  readKeys,
  readNumbers,
  readOrigin,
  readPassedPath,
  readPemFile,
  readSwitch,
  readTarget,
  readTargetUrl,
  readTokenizer,
  toNumber,
} = require('./values');

/** @typedef {import('./values').ReadValue} ReadValue */

/**
 * One setting of the proxy. Each is also the variable BASETEN_PROXY_<NAME>.
 * @typedef {object} Flag
 * @property {string} name without its dashes
 * @property {string} value placeholder, '' for a switch
 * @property {string} help
 * @property {ReadValue} read
 * @property {string} [short]
 * @property {string} [key] in the configuration, where it is not the name
 * @property {unknown} [fallback]
 * @property {string} [variable] that means the same
 * @property {boolean} [isList] it may be given again, and all count
 * @property {RegExp} [separator] of a list in a variable, else a comma
 * @property {boolean} [isPreference] a default of what calls may prefer
 */

const WEEK_S = 7 * 24 * 3600;
const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/**
 * @param {string} name
 * @param {string} value
 * @param {string} help
 * @param {ReadValue} read
 * @param {unknown} [fallback]
 * @param {Partial<Flag>} [more]
 * @returns {Readonly<Flag>}
 */
function flag(name, value, help, read, fallback, more) {
  return Object.freeze({ name, value, help, read, fallback, ...more });
}

/**
 * A flag that may be given again, and all count.
 * @param {string} name
 * @param {string} value
 * @param {string} help
 * @param {ReadValue} read
 * @param {string} key
 * @param {unknown[]} [fallback]
 */
function list(name, value, help, read, key, fallback) {
  return flag(name, value, help, read, fallback, { key, isList: true });
}

/**
 * A default of what calls may prefer; the client checks its range.
 * @param {string} name
 * @param {string} value
 * @param {string} help
 * @param {unknown} [fallback]
 * @param {ReadValue} [read]
 */
function preference(name, value, help, fallback, read = toNumber) {
  return flag(name, value, help, read, fallback, { isPreference: true });
}

/** @type {readonly Readonly<Flag>[]} */
const FLAGS = Object.freeze([
  flag(
    'port',
    'PORT',
    'Port to listen on, 0 for any',
    integer(0, 65535),
    8080,
    { short: 'p', variable: 'PORT' },
  ),
  flag('host', 'HOST', 'Address to listen on', checkName, '0.0.0.0'),
  flag('tls-cert', 'FILE', 'Certificate chain, PEM', readPemFile),
  flag('tls-key', 'FILE', 'Its private key, PEM', readPemFile),
  flag('workers', 'COUNT', 'Processes that share the port', integer(1, 256), 1),

  flag(
    'target-url',
    'TARGET_URL',
    'Target API URL, perhaps with #weight=3&key=$VARIABLE or a /file',
    readTargetUrl,
    [],
    {
      ...{ short: 'u', variable: 'TARGET_URL', key: 'targets', isList: true },
      // A path may have commas.
      separator: /,(?=\s*https?:)/i,
    },
  ),
  flag(
    'health-path',
    'PATH',
    'Of several targets: what tells whether one is well, or off',
    readHealthPath,
    undefined,
  ),
  flag(
    'health-interval-s',
    'SECONDS',
    'How often each of several targets is asked whether it is well',
    number(0.1, 86400),
    10,
  ),
  flag(
    'upstream-api-key',
    'KEY',
    'Key for callers without one: text, $VARIABLE, or a /file',
    readKey,
    undefined,
    { short: 'k' },
  ),
  list(
    'allow-target',
    'TARGET',
    'scheme://host[:port] that callers may choose and that gets the key',
    readTarget,
    'allowTargets',
    [],
  ),
  flag(
    'caller-targets',
    'SWITCH',
    'May callers with keys of their own choose other targets? on or off',
    choice(['on', 'off']),
    'on',
  ),
  list(
    'pass-through',
    'PATH',
    'Paths for the key of the operator: /path, /path/*, or off',
    readPassedPath,
    'passThrough',
    ['/v1/*', '/rerank', '/predict', '/classify', '/health'],
  ),
  flag(
    'http-version',
    'HTTP_VERSION',
    'HTTP version to use, 1 or 2',
    choice([1, 2]),
    2,
    { variable: 'HTTP_VERSION' },
  ),
  flag('upstream-h2c', '', 'Targets speak cleartext HTTP/2', readSwitch, false),

  list(
    'client-api-key',
    'KEY',
    'Key that callers must have: text, $VARIABLE, or a /file of keys',
    readKeys,
    'clientApiKeys',
  ),
  list(
    'cors-origin',
    'ORIGIN',
    'Origin browsers may call from',
    readOrigin,
    'corsOrigins',
    [],
  ),
  list(
    'trusted-proxies',
    'ADDRESSES',
    'Whose X-Forwarded-* are believed: addresses or blocks (10.0.0.0/8)',
    readBlocks,
    'trustedProxies',
    [],
  ),
  flag(
    'response-format',
    'FORMAT',
    'Of rerank and classify: metadata or bare',
    choice(['metadata', 'bare']),
    'metadata',
  ),
  flag(
    'error-format',
    'FORMAT',
    "Of the proxy's own errors: plain, or openai as its clients read them",
    choice(['plain', 'openai']),
    'plain',
  ),
  list(
    'tokenizer',
    'MODEL PATH',
    'Turns token ids for this model into text',
    readTokenizer,
    'tokenizers',
    [],
  ),

  preference(
    'max-concurrent-requests',
    'MAX_CONCURRENT_REQUESTS',
    'Maximum concurrent requests of a call',
    64,
  ),
  preference('batch-size', 'BATCH_SIZE', 'Batch size for requests', 32),
  preference(
    'max-chars-per-request',
    'CHARS',
    'Most characters of a batch',
    10000,
  ),
  preference('timeout-s', 'TIMEOUT_S', 'Request timeout in seconds', 30),
  preference('total-timeout-s', 'SECONDS', 'Longest time of a whole call'),
  preference('hedge-delay', 'SECONDS', 'Until a slow request gets a twin'),
  preference(
    'hedge-budget-pct',
    'SHARE',
    'Twins a call may send, as a share of its requests',
    DEFAULTS.hedgeBudgetPct,
  ),
  preference(
    'retry-budget-pct',
    'SHARE',
    'Retries of a call, as a share of its requests',
    DEFAULTS.retryBudgetPct,
  ),
  preference(
    'max-retries',
    'COUNT',
    'Retries of a request',
    DEFAULTS.maxRetries,
  ),
  preference(
    'initial-backoff-ms',
    'MS',
    'Wait before the first retry',
    DEFAULTS.initialBackoffMs,
  ),
  preference(
    'non-retryable-status-codes',
    'CODES',
    'Statuses never tried again, separated by commas',
    undefined,
    readNumbers,
  ),

  flag('max-body-bytes', 'BYTES', 'Largest body', integer(1, GIB), 64 * MIB),
  flag(
    'max-buffered-bytes',
    'BYTES',
    'Most memory for bodies and answers of calls in progress',
    integer(MIB, 1024 * GIB),
    GIB,
  ),
  flag('max-header-bytes', 'BYTES', 'Largest head', integer(1024, MIB), 16384),
  flag('max-headers', 'COUNT', 'Most headers', integer(1, 10000), 100),
  flag(
    'max-in-flight',
    'COUNT',
    'Most upstream requests of all calls, 0 for no limit',
    integer(0, 1e6),
    1024,
  ),
  flag('max-queue', 'COUNT', 'Most calls that wait', integer(0, 1e6), 1024),
  flag(
    'max-uploads',
    'COUNT',
    'Most bodies on their way, half of them from one caller',
    integer(1, 1e6),
    1024,
  ),
  flag('max-connections', 'COUNT', 'Most connections', integer(1, 1e6), 10000),
  flag(
    'header-timeout-s',
    'SECONDS',
    'Longest wait for a head',
    number(0.1, 3600),
    10,
  ),
  flag(
    'body-timeout-s',
    'SECONDS',
    'Longest wait for a body',
    number(0.1, 7200),
    60,
  ),
  flag(
    'send-timeout-s',
    'SECONDS',
    'Longest wait for a caller to take a piece of its answer',
    number(0.1, 7200),
    60,
  ),
  flag(
    'idle-timeout-s',
    'SECONDS',
    'How long idle connections stay open',
    number(0.1, 7200),
    75,
  ),

  flag(
    'drain-s',
    'SECONDS',
    'Longest wait for calls at the end',
    number(0, WEEK_S),
    30,
  ),
  flag(
    'drain-delay-s',
    'SECONDS',
    'Goes on listening that long, no longer ready',
    number(0, WEEK_S),
    0,
  ),
  flag(
    'log-level',
    'LOG_LEVEL',
    `Log level: ${LOG_LEVELS.join(', ')}`,
    choice(LOG_LEVELS),
    'info',
    { variable: 'LOG_LEVEL' },
  ),
  flag('check', '', 'Check the settings and exit', readSwitch, false),
  flag('help', '', 'Print help', readSwitch, false, { short: 'h' }),
  flag('version', '', 'Print version', readSwitch, false, { short: 'V' }),
]);

/**
 * The variables that mean the same as a flag, the more telling one first.
 * @param {Readonly<Flag>} flag
 * @returns {string[]}
 */
function variablesOf({ name, variable }) {
  const own = `BASETEN_PROXY_${name.toUpperCase().replaceAll('-', '_')}`;
  return variable === undefined ? [own] : [own, variable];
}

/**
 * Its name in the configuration.
 * @param {Readonly<Flag>} flag
 * @returns {string}
 */
function keyOf({ name, key }) {
  return key ?? name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
}

module.exports = { FLAGS, keyOf, variablesOf };
