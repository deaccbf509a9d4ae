'use strict';

const { Dispatcher } = require('../server/dispatcher');
const {
  alive,
  health,
  healthInternal,
  readiness,
} = require('../telemetry/health');
const { Listener } = require('../server/listener');
const { Routes } = require('../server/routes');

/** @typedef {import('../start/config').Config} Config */
/** @typedef {import('../server/routes').Handler} Handler */

/**
 * The parts that a proxy is put together from.
 * @typedef {object} Parts
 * @property {import('../server/routes').Handlers} handlers
 * @property {import('../server/routes').Pages} pages
 * @property {import('../server/admission').Admission} admission
 * @property {import('../telemetry/log').Log} log
 * @property {{ observe(exchange: import('../server/exchange').Exchange): void }} metrics
 */

/** Listens, answers, and ends in good order. */
class ReverseProxy {
  #config;
  #context;
  #dispatcher;
  #listener;
  #isReady = true;

  /** @type {Promise<void> | undefined} */
  #drained;

  #hurry = new AbortController();

  /**
   * @param {Readonly<Config>} config
   * @param {Parts} parts
   */
  constructor(config, { handlers, pages, admission, log, metrics }) {
    this.#config = config;
    this.#context = {
      corsOrigins: config.corsOrigins,
      maxBodyBytes: config.maxBodyBytes,
      bodyTimeoutMs: 1000 * config.bodyTimeoutS,
      idleTimeoutMs: 1000 * config.idleTimeoutS,
      admission,
      isDraining: false,
    };
    const routes = new Routes(handlers, {
      ...pages,
      health,
      healthInternal,
      livez: alive,
      readyz: (exchange) => readiness(exchange, this.#isReady),
    });
    const secrets = () => this.#secrets();
    this.#dispatcher = new Dispatcher(
      { routes, admission, log, metrics, secrets },
      this.#context,
      config.maxHeaders,
    );
    this.#listener = new Listener(config, this.#dispatcher);
  }

  /** Does it want more requests? Not any more once it drains. */
  get isReady() {
    return this.#isReady;
  }

  /** @returns {Promise<import('node:net').AddressInfo>} */
  listen() {
    return this.#listener.listen();
  }

  /**
   * Stops being ready, then listening, lets the running exchanges end, and
   * ends by force what takes longer than drainS.
   * @returns {Promise<void>}
   */
  drain() {
    this.#drained ??= this.#drain();
    return this.#drained;
  }

  /**
   * Ends everything at once.
   * @returns {Promise<void>}
   */
  close() {
    this.#hurry.abort();
    return this.drain();
  }

  async #drain() {
    const { drainDelayS, drainS } = this.#config;
    this.#isReady = false;
    await this.#atMost(drainDelayS);
    this.#context.isDraining = true;
    const stopped = this.#listener.stop(this.#dispatcher.busySockets());
    await this.#atMost(drainS, stopped);
    this.#listener.destroy();
    await stopped;
  }

  /**
   * @param {number} seconds
   * @param {Promise<void>} [promise] may settle earlier
   * @returns {Promise<void>} settles at once when it must hurry
   */
  #atMost(seconds, promise) {
    const { signal } = this.#hurry;
    if (signal.aborted || seconds === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, 1000 * seconds);
      const end = () => {
        clearTimeout(timer);
        resolve();
      };
      signal.addEventListener('abort', end, { once: true });
      promise?.then(end);
    });
  }

  /** @returns {string[]} */
  #secrets() {
    const { upstreamApiKey, clientApiKeys = [] } = this.#config;
    const own = upstreamApiKey ? [upstreamApiKey.current()] : [];
    return [...own, ...clientApiKeys];
  }
}

module.exports = { ReverseProxy };
