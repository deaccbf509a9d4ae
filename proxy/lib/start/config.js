'use strict';

const tls = require('node:tls');

const {
  environmentProxies,
  readPreference,
} = require('baseten-performance-client/internal');
const { readArguments, readVariables } = require('./command-line');
const { ConfigError } = require('../base/errors');
const { createEndpointPool } = require('../forward/target-pool');
const { FLAGS, keyOf } = require('./flags');
const { joinLists } = require('./values');

/** @typedef {import('baseten-performance-client/internal').PreferenceValues} PreferenceValues */
/** @typedef {import('./command-line').Given} Given */
/** @typedef {import('./command-line').GivenFlags} GivenFlags */
/** @typedef {import('./flags').Flag} Flag */

/**
 * @template Value
 * @typedef {import('./values').Reloadable<Value>} Reloadable
 */

/**
 * @typedef {object} Config
 * @property {string} host
 * @property {number} port
 * @property {Reloadable<string>} [tlsCert] PEM text
 * @property {Reloadable<string>} [tlsKey] PEM text
 * @property {number} workers
 * @property {readonly import('./values').TargetSetting[]} targets where calls
 * go that name none; two or more are a pool
 * @property {string | false} [healthPath] of a pool's targets; false for none
 * @property {number} healthIntervalS
 * @property {Reloadable<string>} [upstreamApiKey]
 * @property {readonly string[]} allowTargets in lower case
 * @property {'on' | 'off'} callerTargets
 * @property {readonly string[]} passThrough paths that go upstream with the
 * operator's key, see isNamed; none: nothing passes through
 * @property {1 | 2} httpVersion towards the targets
 * @property {boolean} upstreamH2c
 * @property {Reloadable<readonly string[]>} [clientApiKeys] none: callers need
 * no key of ours; never an empty list
 * @property {readonly string[]} corsOrigins in lower case
 * @property {readonly string[]} trustedProxies addresses and blocks of them
 * @property {'metadata' | 'bare'} responseFormat
 * @property {'plain' | 'openai'} errorFormat
 * @property {readonly import('./values').TokenizerSetting[]} tokenizers
 * @property {Readonly<PreferenceValues>} preferences
 * @property {number} maxBodyBytes
 * @property {number} maxBufferedBytes
 * @property {number} maxHeaderBytes
 * @property {number} maxHeaders
 * @property {number} maxInFlight
 * @property {number} maxQueue
 * @property {number} maxUploads
 * @property {number} maxConnections
 * @property {number} headerTimeoutS
 * @property {number} bodyTimeoutS
 * @property {number} sendTimeoutS
 * @property {number} idleTimeoutS
 * @property {number} drainS
 * @property {number} drainDelayS
 * @property {string} logLevel
 * @property {boolean} check
 * @property {boolean} help
 * @property {boolean} version
 */

/**
 * @param {Readonly<Flag>} flag
 * @param {Given[] | undefined} given
 * @param {NodeJS.ProcessEnv} env
 * @returns {unknown}
 */
function valueOf({ read, isList, fallback }, given, env) {
  if (!given) return isList ? Object.freeze(fallback) : fallback;
  if (!isList) {
    const { text, argument } = given[given.length - 1];
    return read(text, argument, env);
  }
  const values = given.map(({ text, argument }) => read(text, argument, env));
  return Object.freeze(values.flat());
}

/**
 * Checks the defaults of what calls may prefer. The checks speak of options
 * of calls; the message speaks of what the operator wrote.
 * @param {Record<string, unknown>} values by the option's name
 * @param {GivenFlags} given
 * @returns {Readonly<PreferenceValues>}
 */
function checkPreferences(values, given) {
  try {
    return readPreference(values);
  } catch (error) {
    let { message } = error;
    for (const flag of FLAGS)
      if (flag.isPreference) {
        const shown = given.get(flag.name)?.at(-1)?.argument;
        message = message.replaceAll(
          new RegExp(`\\b${keyOf(flag)}\\b`, 'g'),
          shown ?? `--${flag.name}`,
        );
      }
    throw new ConfigError(message);
  }
}

/** What the client's endpoints call the settings of a pool. */
const POOL_SETTINGS = /** @type {const} */ ([
  [/^endpoints(\[\d+\])?/, '--target-url'],
  [/^weights/, 'the weights of --target-url'],
  [/^deploymentHealthPath/, '--health-path'],
]);

/**
 * @param {Readonly<Config>} config
 * @param {NodeJS.ProcessEnv} env
 */
function checkTargets(config, env) {
  const { targets, upstreamApiKey } = config;
  const keyless = targets.find(({ apiKey }) => !apiKey);
  if (keyless && !upstreamApiKey && targets.some(({ apiKey }) => apiKey))
    throw new ConfigError(
      `--target-url must have a key of its own each time, or --upstream-api-key beside it, got none for ${keyless.url}`,
    );
  if (targets.length < 2) return;
  try {
    createEndpointPool(config);
  } catch (error) {
    let { message } = error;
    for (const [name, shown] of POOL_SETTINGS)
      message = message.replace(name, shown);
    throw new ConfigError(message);
  }
  const { http, https } = environmentProxies(env);
  const schemes = new Set(targets.map(({ url }) => url.split(':')[0]));
  if (schemes.size > 1 && http !== https)
    throw new ConfigError(
      '--target-url must be http or https each time: the environment names different forward proxies for them',
    );
}

/**
 * @param {Readonly<Config>} config
 */
function checkTls({ tlsCert, tlsKey }) {
  if (!tlsCert && !tlsKey) return;
  if (!tlsCert || !tlsKey) {
    const [given, missing] = tlsCert
      ? ['--tls-cert', '--tls-key']
      : ['--tls-key', '--tls-cert'];
    throw new ConfigError(`${given} needs ${missing} beside it`);
  }
  try {
    tls.createSecureContext({ cert: tlsCert.current(), key: tlsKey.current() });
  } catch (error) {
    throw new ConfigError(
      `--tls-cert and --tls-key cannot be used together: ${error.message}`,
    );
  }
}

/**
 * Reads the settings; a flag goes before its variable. Whatever is wrong ends
 * in a ConfigError whose message is the one sentence to print.
 * @param {readonly string[]} argv what follows the program's name
 * @param {NodeJS.ProcessEnv} env
 * @returns {Readonly<Config>}
 */
function readConfig(argv, env) {
  const given = new Map([...readVariables(env), ...readArguments(argv)]);
  /** @type {Record<string, unknown>} */
  const values = {};
  /** @type {Record<string, unknown>} */
  const preferred = {};
  try {
    for (const flag of FLAGS) {
      const value = valueOf(flag, given.get(flag.name), env);
      (flag.isPreference ? preferred : values)[keyOf(flag)] = value;
    }
    const reads = /** @type {any} */ (values.clientApiKeys);
    if (reads) values.clientApiKeys = joinLists(reads);
  } catch (error) {
    if (error instanceof ConfigError || error.code !== 'INVALID_ARGUMENT')
      throw error;
    throw new ConfigError(error.message);
  }
  // Unless it is set, the client gives up sooner on hosts that nobody ever met.
  if (!given.has('max-retries')) delete preferred.maxRetries;
  const preferences = checkPreferences(preferred, given);
  const config = /** @type {Config} */ ({ ...values, preferences });
  checkTargets(config, env);
  checkTls(config);
  return Object.freeze(config);
}

module.exports = { readConfig };
