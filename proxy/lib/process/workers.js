'use strict';

const { Reporter } = require('./peers');

/** @typedef {import('node:cluster').Worker} Worker */
/** @typedef {import('../start/config').Config} Config */
/** @typedef {import('../telemetry/log').Log} Log */

/** Declared as a default export, which it is not for require. */
const cluster = /** @type {import('node:cluster').Cluster} */ (
  /** @type {unknown} */ (require('node:cluster'))
);

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;

/** A worker that lived that long did not die of its start. */
const GOOD_LIFE_MS = 10_000;

/** Beyond its own limits, until a worker that does not end is killed. */
const GRACE_S = 5;

/** The primary process: starts the workers, and again those that crash. */
class Workers {
  #config;
  #log;

  /** @type {Map<number, number>} when each was started, by its id */
  #startedAt = new Map();

  #listening = 0;
  #quickDeaths = 0;
  #exitCode = 0;
  #isEnding = false;

  #reporter = new Reporter();

  /** @type {(exitCode: number) => void} */
  #onEnd = () => {};

  /**
   * @param {Readonly<Config>} config
   * @param {Log} log
   */
  constructor(config, log) {
    this.#config = config;
    this.#log = log;
  }

  /**
   * @returns {Promise<number>} exit code, when all workers have ended for good
   */
  run() {
    cluster.on('listening', (_, address) => this.#onListening(address));
    cluster.on('message', (worker, message) =>
      this.#onMessage(worker, message),
    );
    // Unlike its exit, this comes behind the last message of a worker.
    cluster.on('disconnect', (worker) => this.#reporter.bury(worker));
    cluster.on('exit', (worker, code, signal) =>
      this.#onExit(worker, code, signal),
    );
    this.#start(); // it shows whether the settings work, for all others
    return new Promise((resolve) => {
      this.#onEnd = resolve;
    });
  }

  /** Lets every worker end what it is doing. */
  drain() {
    const { drainDelayS, drainS } = this.#config;
    this.#isEnding = true;
    this.#tell({ kind: 'drain' });
    const longestMs = 1000 * (drainDelayS + drainS + GRACE_S);
    setTimeout(() => this.close(), longestMs).unref();
    this.#endIfAlone();
  }

  /** Ends every worker now. */
  close() {
    this.#isEnding = true;
    for (const worker of this.#workers()) worker.process.kill('SIGKILL');
  }

  /**
   * Lets every worker read again what may have changed. A message waits for
   * one that is starting, which a signal would end.
   */
  reload() {
    this.#tell({ kind: 'reload' });
  }

  /** @param {{ kind: string }} message */
  #tell(message) {
    for (const worker of this.#workers())
      if (worker.isConnected()) worker.send(message);
  }

  /** @returns {Worker[]} */
  #workers() {
    const workers = Object.values(cluster.workers ?? {});
    return workers.filter((worker) => worker !== undefined);
  }

  #start() {
    const { id } = cluster.fork();
    this.#startedAt.set(id, performance.now());
  }

  /**
   * @param {Worker} worker
   * @param {number | null} code
   * @param {string | null} signal
   */
  #onExit(worker, code, signal) {
    const age = performance.now() - (this.#startedAt.get(worker.id) ?? 0);
    this.#startedAt.delete(worker.id);
    if (this.#isEnding) {
      this.#endIfAlone();
    } else if (this.#listening === 0) {
      this.#exitCode = code ?? 1; // it has said why
      this.#endIfAlone();
    } else {
      this.#quickDeaths = age < GOOD_LIFE_MS ? this.#quickDeaths + 1 : 0;
      this.#replace(worker, code, signal);
    }
  }

  /**
   * @param {Worker} worker
   * @param {number | null} code
   * @param {string | null} signal
   */
  #replace(worker, code, signal) {
    const delay = FIRST_DELAY_MS * 2 ** this.#quickDeaths;
    const delayMs = Math.min(delay, LONGEST_DELAY_MS);
    this.#log.error('a worker ended, another one will be started', {
      pid: worker.process.pid,
      code,
      signal,
      delay_ms: delayMs,
    });
    setTimeout(() => {
      if (!this.#isEnding) this.#start();
    }, delayMs);
  }

  #endIfAlone() {
    if (this.#startedAt.size === 0) this.#onEnd(this.#exitCode);
  }

  /** @param {{ address: string, port: number }} address */
  #onListening({ address, port }) {
    const { workers } = this.#config;
    this.#listening += 1;
    if (this.#listening === 1) for (let i = 1; i < workers; i++) this.#start();
    if (this.#listening === workers)
      this.#log.info('listening', { address, port });
  }

  /**
   * @param {Worker} worker
   * @param {any} message
   */
  #onMessage(worker, message) {
    if (message.kind === 'report') this.#reporter.add(worker, message);
    if (message.kind !== 'gather') return;
    const connected = this.#workers().filter((peer) => peer.isConnected());
    this.#reporter.gather(worker, message, connected);
  }
}

/**
 * Is this process one of the workers?
 * @returns {boolean}
 */
function isWorker() {
  return cluster.isWorker;
}

module.exports = { Workers, isWorker };
