'use strict';

const binding = require('../native/binding');
const {
  checkBoolean,
  checkChoice,
  checkInteger,
  checkNumber,
  checkOptionNames,
  isGiven,
  isPlainObject,
  wrongType,
} = require('../base/check');
const { logLevel } = require('./environment');
const { Latencies, sumFigures } = require('./stats');
const { Lifecycle } = require('../cancellation/cancellation');
const {
  checkProxy,
  environmentProxies,
  explicitProxies,
} = require('./forward-proxies');
const { checkTrust, withEnvironmentTrust } = require('./trust');

/** @typedef {import('../native/binding').Engine} Engine */
/** @typedef {import('../native/binding').EngineFigures} EngineFigures */

const WRAPPER_NAMES = new Set([
  'httpVersion',
  'proxy',
  'cleartextHttp2',
  'publicOnly',
  'maxInFlight',
  'ca',
  'cert',
  'key',
  'connectTimeoutS',
]);

const DEFAULT_CONNECT_TIMEOUT_S = 10;

const MOST_IN_FLIGHT = 2 ** 31 - 1;

/** @type {(wrapper: HttpClientWrapper, url: string) => Engine} */
let engineFor;

/** @type {(wrapper: HttpClientWrapper) => Latencies} */
let latenciesOf;

/** @type {(wrapper: HttpClientWrapper) => Lifecycle} */
let lifecycleOf;

/**
 * The positional form as named options, or the options object as it is.
 * @param {unknown} httpVersion
 * @param {unknown} proxy
 * @param {unknown} options
 * @returns {Record<string, unknown>}
 */
function namedArguments(httpVersion, proxy, options) {
  const given = isPlainObject(httpVersion) ? httpVersion : (options ?? {});
  if (!isPlainObject(given))
    throw wrongType('options', 'an options object', given);
  checkOptionNames(given, WRAPPER_NAMES, 'HttpClientWrapper');
  if (given === httpVersion) return given;
  return {
    ...given,
    httpVersion: httpVersion ?? given.httpVersion,
    proxy: proxy ?? given.proxy,
  };
}

/** A pool of connections; any number of clients may share it. */
class HttpClientWrapper {
  #httpVersion;
  #cleartextHttp2;
  #publicOnly;
  #maxInFlight;
  #connectTimeoutMs;
  #trust;
  #proxies;
  #lifecycle = new Lifecycle('HttpClientWrapper');

  /** @type {Map<string, Engine>} by proxy; http and https may differ */
  #engines = new Map();

  /** What the engines had done when they were destroyed. */
  #past = sumFigures([]);

  #latencies = new Latencies();

  static {
    engineFor = (wrapper, url) => wrapper.#engineFor(url);
    latenciesOf = (wrapper) => wrapper.#latencies;
    lifecycleOf = (wrapper) => wrapper.#lifecycle;
  }

  /**
   * @param {unknown} [httpVersion] 1 or 2, or an options object
   * @param {unknown} [proxy] a URL; left out: what the environment says
   * @param {unknown} [options]
   */
  constructor(httpVersion, proxy, options) {
    const named = namedArguments(httpVersion, proxy, options);
    this.#httpVersion = checkChoice(
      named.httpVersion ?? 1,
      'httpVersion',
      [1, 2],
    );
    this.#cleartextHttp2 = checkBoolean(
      named.cleartextHttp2 ?? true,
      'cleartextHttp2',
    );
    this.#publicOnly = checkBoolean(named.publicOnly ?? false, 'publicOnly');
    this.#maxInFlight = isGiven(named.maxInFlight)
      ? checkInteger(named.maxInFlight, 'maxInFlight', 1, MOST_IN_FLIGHT)
      : 0;
    this.#proxies = isGiven(named.proxy)
      ? explicitProxies(checkProxy(named.proxy, 'proxy'))
      : environmentProxies(process.env);
    this.#trust = checkTrust(named);
    const seconds = named.connectTimeoutS ?? DEFAULT_CONNECT_TIMEOUT_S;
    this.#connectTimeoutMs = Math.round(
      1000 * checkNumber(seconds, 'connectTimeoutS', 0.1, 7200),
    );
  }

  /** What it has done so far, and how long its batches took. */
  stats() {
    const { statuses, ...figures } = sumFigures(this.#allFigures());
    return Object.freeze({
      ...figures,
      statuses: Object.freeze(statuses),
      latency: this.#latencies.figures(),
    });
  }

  /** Refuses new calls, lets the running ones finish, then lets go. */
  async close() {
    await this.#lifecycle.finish();
    this.#destroyEngines();
  }

  /** Ends the running calls of all its clients now, with code CLOSED. */
  async destroy() {
    const finished = this.#lifecycle.finish();
    this.#lifecycle.interrupt();
    this.#destroyEngines();
    await finished;
  }

  [Symbol.asyncDispose]() {
    return this.close();
  }

  /**
   * @param {string} url
   * @returns {Engine}
   */
  #engineFor(url) {
    const { http, https } = this.#proxies;
    const proxy = url.startsWith('https:') ? https : http;
    let engine = this.#engines.get(proxy);
    if (!engine) {
      engine = this.#createEngine(proxy);
      this.#engines.set(proxy, engine);
    }
    return engine;
  }

  /**
   * @param {string} proxy
   * @returns {Engine}
   */
  #createEngine(proxy) {
    return binding.native().createEngine({
      httpVersion: this.#httpVersion,
      cleartextHttp2: this.#cleartextHttp2,
      publicOnly: this.#publicOnly,
      maxInFlight: this.#maxInFlight,
      proxy,
      // A proxy decides itself what it reaches; past it nothing may go.
      noProxy: this.#publicOnly && proxy ? '' : this.#proxies.noProxy,
      ...withEnvironmentTrust(this.#trust, process.env),
      connectTimeoutMs: this.#connectTimeoutMs,
      logLevel: logLevel(process.env),
    });
  }

  /** @returns {EngineFigures[]} */
  #allFigures() {
    const figures = [this.#past];
    for (const engine of this.#engines.values()) {
      const its = binding.native().stats(engine);
      if (its) figures.push(its);
    }
    return figures;
  }

  #destroyEngines() {
    const past = sumFigures(this.#allFigures());
    this.#past = { ...past, inFlight: 0, queued: 0 };
    for (const engine of this.#engines.values())
      binding.native().destroyEngine(engine);
    this.#engines.clear();
  }
}

module.exports = {
  HttpClientWrapper,
  WRAPPER_NAMES,
  engineFor,
  latenciesOf,
  lifecycleOf,
};
