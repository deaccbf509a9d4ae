'use strict';

const { assemble } = require('./assembly');
const { ConfigError } = require('../base/config-error');
const { Peers } = require('./peers');

/** @typedef {import('../start/config').Config} Config */
/** @typedef {import('../telemetry/log').Log} Log */
/** @typedef {import('../telemetry/metrics').Metrics} Metrics */
/** @typedef {import('../telemetry/pages').Source} Source */

/**
 * @param {Metrics} metrics of the only process there is
 * @returns {Source}
 */
function ownSource(metrics) {
  return {
    text: () => metrics.text(),
    snapshots: () => Promise.resolve([metrics.snapshot()]),
  };
}

/**
 * @param {Metrics} metrics
 * @returns {Source}
 */
function sharedSource(metrics) {
  return new Peers(metrics);
}

/** A process that serves: the only one, or a worker. */
class ServerProcess {
  #config;
  #log;
  #isWorker;

  /** @type {Awaited<ReturnType<typeof assemble>> | undefined} */
  #assembly;

  /** @type {Promise<void> | undefined} */
  #ended;

  /**
   * @param {Readonly<Config>} config
   * @param {Log} log
   * @param {boolean} isWorker
   */
  constructor(config, log, isWorker) {
    this.#config = config;
    this.#log = log;
    this.#isWorker = isWorker;
  }

  async start() {
    const makeSource = this.#isWorker ? sharedSource : ownSource;
    this.#assembly = await assemble(this.#config, this.#log, makeSource);
    const { address, port } = await this.#listen(this.#assembly.proxy);
    if (!this.#isWorker) this.#log.info('listening', { address, port });
  }

  /**
   * Lets what runs come to its end. Asked again, the only process hurries; a
   * worker may be told once by its primary and once more by the terminal.
   * @returns {Promise<void>}
   */
  drain() {
    if (this.#ended && !this.#isWorker) this.#assembly?.proxy.close();
    this.#ended ??= this.#end();
    return this.#ended;
  }

  /** Reads the operator's key again. */
  reload() {
    try {
      this.#config.upstreamApiKey?.reload();
      this.#log.info('the key of the upstream was read again');
    } catch (error) {
      this.#log.error('the key of the upstream stays as it was', {
        reason: error.message,
      });
    }
  }

  /** @param {import('./reverse-proxy').ReverseProxy} proxy */
  async #listen(proxy) {
    try {
      return await proxy.listen();
    } catch (error) {
      const { host, port } = this.#config;
      const reason = error.code ?? error.message;
      throw new ConfigError(`cannot listen on ${host}:${port} (${reason})`);
    }
  }

  async #end() {
    this.#log.info('draining');
    await this.#assembly?.proxy.drain();
    await this.#assembly?.close();
    this.#log.info('stopped');
  }
}

module.exports = { ServerProcess };
