'use strict';

const { HttpClientWrapper } = require('baseten-performance-client');
const { ConfigError } = require('../base/errors');
const { Forwarder } = require('../forward/forwarder');
const { TargetPool } = require('../forward/target-pool');
const { namedHosts } = require('../plan/targets');
const { Admission } = require('../server/admission');
const { Server } = require('../server/server');
const { Metrics } = require('../telemetry/metrics');
const { createPages } = require('../telemetry/pages');
const { Tokenizers } = require('../tokens/tokenizers');
const { Peers } = require('./peers');

/** @typedef {import('../start/config').Config} Config */
/** @typedef {import('../telemetry/log').Log} Log */
/** @typedef {import('../forward/forwarder').Wrappers} Wrappers */

/**
 * The pools of connections: for the operator's targets, and for those that
 * callers choose, who must not reach what only we can reach.
 * @param {Readonly<Config>} config
 * @returns {Wrappers}
 */
function createWrappers({ httpVersion, upstreamH2c, maxInFlight }) {
  const options = {
    httpVersion,
    cleartextHttp2: upstreamH2c,
    ...(maxInFlight > 0 && { maxInFlight }),
  };
  // Declared twice, for users and by the client itself.
  return /** @type {any} */ ({
    trusted: new HttpClientWrapper(options),
    open: new HttpClientWrapper({ ...options, publicOnly: true }),
  });
}

/** A proxy with all that it needs, in the only process or in a worker. */
class ReverseProxy {
  #config;
  #log;
  #tokenizers;
  #wrappers;
  #forwarder;

  /** @type {TargetPool | undefined} undefined with one target, or none */
  #targetPool;

  #server;

  /** @type {Peers | undefined} of a worker */
  #peers;

  /** @type {Promise<void> | undefined} */
  #ended;

  /**
   * Makes a proxy that does not listen yet; a tokenizer that cannot be used is
   * a ConfigError.
   * @param {Readonly<Config>} config
   * @param {Log} log
   * @param {boolean} [isWorker]
   */
  static async create(config, log, isWorker = false) {
    const tokenizers = await Tokenizers.start(config.tokenizers);
    return new ReverseProxy(config, log, isWorker, tokenizers);
  }

  /**
   * @param {Readonly<Config>} config
   * @param {Log} log
   * @param {boolean} isWorker
   * @param {Tokenizers} tokenizers
   */
  constructor(config, log, isWorker, tokenizers) {
    const wrappers = createWrappers(config);
    const admission = new Admission(config);
    const metrics = new Metrics(namedHosts(config));
    this.#config = config;
    this.#log = log;
    this.#tokenizers = tokenizers;
    this.#wrappers = wrappers;
    this.#peers = isWorker ? new Peers(metrics) : undefined;
    if (config.targets.length > 1)
      this.#targetPool = new TargetPool(config, wrappers.trusted, log);
    const targetPool = this.#targetPool;
    this.#forwarder = new Forwarder({
      ...{ config, wrappers, tokenizers, targetPool },
    });
    this.#server = new Server(config, {
      handlers: this.#forwarder.handlers,
      pages: createPages(this.#peers ?? metrics),
      admission,
      log,
      metrics,
      isHealthy: () => targetPool?.isHealthy ?? true,
    });
    metrics.attach({
      engines: () => [wrappers.trusted.stats(), wrappers.open.stats()],
      admission,
      isDraining: () => !this.#server.isReady,
      targets: () => targetPool?.figures() ?? [],
    });
  }

  /**
   * @returns {Promise<import('node:net').AddressInfo>} rejects with a
   * ConfigError when the address cannot be used
   */
  async listen() {
    const { host, port } = this.#config;
    try {
      const address = await this.#server.listen();
      this.#targetPool?.start();
      return address;
    } catch (error) {
      const reason = error.code ?? error.message;
      throw new ConfigError(`cannot listen on ${host}:${port} (${reason})`);
    }
  }

  /**
   * Lets what runs come to its end.
   * @returns {Promise<void>}
   */
  drain() {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  /**
   * Ends everything at once.
   * @returns {Promise<void>}
   */
  close() {
    this.#server.close();
    return this.drain();
  }

  /** Reads keys and certificate again; one that cannot be used stays. */
  reload() {
    const { upstreamApiKey, targets, clientApiKeys, tlsCert, tlsKey } =
      this.#config;
    if (upstreamApiKey)
      this.#reread('--upstream-api-key', () => upstreamApiKey.reload());
    for (const { apiKey, url } of targets)
      if (apiKey)
        this.#reread(`the key of --target-url ${url}`, () => apiKey.reload());
    this.#targetPool?.renew();
    if (clientApiKeys)
      this.#reread('--client-api-key', () => clientApiKeys.reload());
    if (tlsCert && tlsKey)
      this.#reread('--tls-cert and --tls-key', () => {
        tlsCert.reload();
        tlsKey.reload();
        this.#server.renewCertificate();
      });
  }

  /**
   * @param {string} setting
   * @param {() => void} read throws when what is there cannot be used
   */
  #reread(setting, read) {
    try {
      read();
      this.#log.info('a setting was read again', { setting });
    } catch (error) {
      const reason = error.message;
      this.#log.error('a setting stays as it was', { setting, reason });
    }
  }

  async #end() {
    this.#log.info('draining');
    await this.#server.drain();
    this.#targetPool?.close();
    await Promise.all([
      this.#forwarder.close(),
      this.#peers?.leave(),
      this.#tokenizers.close(),
      this.#wrappers.trusted.destroy(),
      this.#wrappers.open.destroy(),
    ]);
    this.#log.info('stopped');
  }
}

module.exports = { ReverseProxy };
