'use strict';

const { native, redact } = require('baseten-performance-client/internal');
const { version } = require('../../package.json');
const { helpText, readArguments } = require('./command-line');
const { readConfig } = require('./config');
const { ConfigError } = require('../base/errors');
const { operatorKeys } = require('../base/operator-keys');
const { Log } = require('../telemetry/log');
const { ReverseProxy } = require('../process/reverse-proxy');
const { isLoopback } = require('../server/cors');
const { Tokenizers } = require('../tokens/tokenizers');
const { Workers, isWorker } = require('../process/workers');

/** @typedef {import('./config').Config} Config */

const NAME = 'baseten-performance-proxy';

/** Exit codes: the settings were wrong, or something else was. */
const WRONG_SETTINGS = 2;
const FAILURE = 1;

/**
 * @param {Readonly<Config>} config
 * @param {Log} log
 */
function warnOfOpenPort(config, log) {
  const { callerTargets, clientApiKeys, host } = config;
  if (clientApiKeys || isLoopback(host)) return;
  if (operatorKeys(config).length > 0)
    log.warn(
      `whoever reaches this port can spend the key of ${config.upstreamApiKey ? '--upstream-api-key' : '--target-url'}: ` +
        'give --client-api-key, or listen on --host 127.0.0.1',
      { host },
    );
  if (callerTargets === 'on')
    log.warn(
      'whoever reaches this port can send requests to any public host: ' +
        'give --caller-targets off, or listen on --host 127.0.0.1',
      { host },
    );
}

/**
 * What nobody caught leaves something undone, a request with its slot for
 * instance, so that the process should end in good order.
 * @param {Readonly<Config>} config
 * @param {Log} log
 * @returns {Promise<void>} settles at the first such failure
 */
function untilFailure(config, log) {
  return new Promise((resolve) =>
    process.on('uncaughtException', (error) => {
      const secrets = [
        ...(config.clientApiKeys?.current() ?? []),
        ...operatorKeys(config).map((key) => key.current()),
      ];
      const stack = redact(String(error?.stack ?? error), secrets);
      log.error('a failure was not caught', { stack });
      resolve();
    }),
  );
}

/**
 * Drains at the first signal to end, and hurries at the next. A worker does
 * not: it may be told once by its primary and once more by the terminal.
 * @param {{ drain(): unknown, close(): unknown }} running
 */
function obeyEnd(running) {
  let isTold = false;
  const onSignal = () => {
    if (isTold && !isWorker()) running.close();
    else running.drain();
    isTold = true;
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

/**
 * @param {Readonly<Config>} config
 * @param {Log} log
 */
async function runPrimary(config, log) {
  const workers = new Workers(config, log);
  let hasFailed = false;
  obeyEnd(workers);
  process.on('SIGHUP', () => workers.reload());
  untilFailure(config, log).then(() => {
    hasFailed = true;
    workers.drain();
  });
  warnOfOpenPort(config, log);
  const exitCode = await workers.run();
  return hasFailed ? FAILURE : exitCode;
}

/**
 * @param {Readonly<Config>} config
 * @param {Log} log
 */
async function startServer(config, log) {
  const proxy = await ReverseProxy.create(config, log, isWorker());
  const { address, port } = await proxy.listen();
  if (!isWorker()) log.info('listening', { address, port });
  return proxy;
}

/**
 * @param {Readonly<Config>} config
 * @param {Log} log
 */
async function runServer(config, log) {
  if (!isWorker()) warnOfOpenPort(config, log);
  const starting = startServer(config, log);
  // Both may come while it starts: the signal would end the process.
  const reload = () =>
    void starting.then(
      (proxy) => proxy.reload(),
      () => {}, // it ends, and says why
    );
  process.on('SIGHUP', reload);
  const isToldToDrain = new Promise((resolve) =>
    process.on('message', (/** @type {any} */ { kind }) => {
      if (kind === 'reload') reload();
      else if (kind === 'drain') resolve(undefined);
    }),
  );
  const failed = untilFailure(config, log);
  const proxy = await Promise.race([starting, failed]);
  if (!proxy) return FAILURE; // before it ran
  return await new Promise((resolve) => {
    let exitCode = 0;
    const drain = () => void proxy.drain().then(() => resolve(exitCode));
    obeyEnd({ drain, close: () => proxy.close() });
    isToldToDrain.then(drain);
    failed.then(() => {
      exitCode = FAILURE;
      drain();
    });
  });
}

/**
 * @param {readonly string[]} argv
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} exit code
 */
async function run(argv, env) {
  const given = readArguments(argv);
  if (given.has('help') || given.has('version')) {
    process.stdout.write(given.has('help') ? helpText() : `${version}\n`);
    return 0;
  }
  const config = readConfig(argv, env);
  // Here, or a proxy without it would be ready and serve nothing.
  native().keepLittleMemory();
  if (config.check) {
    await (await Tokenizers.start(config.tokenizers)).close();
    process.stdout.write('the settings are valid\n');
    return 0;
  }
  const log = new Log(config.logLevel);
  const isPrimary = config.workers > 1 && !isWorker();
  try {
    return await (isPrimary ? runPrimary(config, log) : runServer(config, log));
  } finally {
    await log.end();
  }
}

/**
 * Runs the proxy until it is told to end.
 * @param {readonly string[]} argv what follows the program's name
 * @param {NodeJS.ProcessEnv} env
 */
async function main(argv, env) {
  try {
    process.exit(await run(argv, env));
  } catch (error) {
    const isWrong = error instanceof ConfigError;
    const isTold = isWrong || error.code === 'NATIVE_NOT_LOADED';
    const text = isTold ? error.message : (error.stack ?? error);
    process.stderr.write(`${NAME}: ${text}\n`);
    process.exit(isWrong ? WRONG_SETTINGS : FAILURE);
  }
}

module.exports = { main };
