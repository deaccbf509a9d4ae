'use strict';

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
const { latencyOf, sumFigures } = require('./stats');
const { Lifecycle } = require('../cancellation/cancellation');
const {
  checkProxy,
  environmentProxies,
  explicitProxies,
} = require('./forward-proxies');
const { checkTrust, withEnvironmentTrust } = require('./trust');
const { ownPool, sharedPool } = require('./pool');

/** @typedef {import('./pool').Pool} Pool */
/** @typedef {import('./stats').PoolStats} PoolStats */

const WRAPPER_NAMES = new Set([
  'httpVersion',
  'proxy',
  'cleartextHttp2',
  'transport',
  'publicOnly',
  'maxInFlight',
  'ca',
  'cert',
  'key',
  'connectTimeoutS',
]);

const DEFAULT_CONNECT_TIMEOUT_S = 10;

const TRANSPORTS = ['auto', 'libcurl'];

const MOST_IN_FLIGHT = 2 ** 31 - 1;

/** @type {(wrapper: HttpClientWrapper, url: string) => Pool} */
let poolFor;

/** @type {(wrapper: HttpClientWrapper, url: string) => string} '' for none */
let proxyFor;

/** @type {(options: Record<string, unknown>) => HttpClientWrapper} */
let sharingWrapper;

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
  #usesLibcurl;
  #publicOnly;
  #maxInFlight;
  #connectTimeoutMs;
  #trust;
  #proxies;
  #lifecycle = new Lifecycle('HttpClientWrapper');

  /** Do others of equal settings use the same pools? */
  #isSharing = false;

  /** @type {Map<string, Pool>} by proxy; http and https may differ */
  #pools = new Map();

  /** @type {PoolStats | undefined} once closed */
  #lastStats;

  static {
    poolFor = (wrapper, url) => wrapper.#poolFor(url);
    proxyFor = (wrapper, url) => wrapper.#proxyFor(url);
    lifecycleOf = (wrapper) => wrapper.#lifecycle;
    sharingWrapper = (options) => {
      const wrapper = new HttpClientWrapper(options);
      // A limit is meant for the client that was given it.
      wrapper.#isSharing = wrapper.#maxInFlight === 0;
      return wrapper;
    };
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
    // For tests, and so not in index.d.ts: all that is sent, by libcurl.
    this.#usesLibcurl =
      checkChoice(named.transport ?? 'auto', 'transport', TRANSPORTS) ===
      'libcurl';
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
    return this.#lastStats ?? this.#readStats();
  }

  /** Refuses new calls, lets the running ones finish, then lets go. */
  async close() {
    await this.#lifecycle.finish();
    this.#leavePools();
  }

  /** Ends the running calls of all its clients now, with code CLOSED. */
  async destroy() {
    const finished = this.#lifecycle.finish();
    this.#lifecycle.interrupt();
    await finished;
    this.#leavePools();
  }

  [Symbol.asyncDispose]() {
    return this.close();
  }

  /** @param {string} url */
  #proxyFor(url) {
    const { http, https } = this.#proxies;
    return url.startsWith('https:') ? https : http;
  }

  /**
   * @param {string} url
   * @returns {Pool}
   */
  #poolFor(url) {
    const proxy = this.#proxyFor(url);
    let pool = this.#pools.get(proxy);
    if (!pool) {
      const options = this.#engineOptions(proxy);
      pool = this.#isSharing ? sharedPool(options) : ownPool(options);
      this.#pools.set(proxy, pool);
    }
    return pool;
  }

  /**
   * @param {string} proxy
   * @returns {import('../native/binding').EngineOptions}
   */
  #engineOptions(proxy) {
    return {
      httpVersion: this.#httpVersion,
      cleartextHttp2: this.#cleartextHttp2,
      usesLibcurl: this.#usesLibcurl,
      publicOnly: this.#publicOnly,
      maxInFlight: this.#maxInFlight,
      proxy,
      // A proxy decides itself what it reaches; past it nothing may go.
      noProxy: this.#publicOnly && proxy ? '' : this.#proxies.noProxy,
      ...withEnvironmentTrust(this.#trust, process.env),
      connectTimeoutMs: this.#connectTimeoutMs,
      logLevel: logLevel(process.env),
    };
  }

  /**
   * @param {{ inFlight?: number, queued?: number, limit?: number }} [now] in place of theirs
   * @returns {PoolStats}
   */
  #readStats(now) {
    const pools = [...this.#pools.values()];
    const { statuses, ...figures } = sumFigures(
      pools.flatMap((pool) => pool.figures()),
    );
    return Object.freeze({
      ...figures,
      ...now,
      statuses: Object.freeze(statuses),
      latency: latencyOf(pools.map(({ latencies }) => latencies)),
    });
  }

  #leavePools() {
    if (this.#lastStats) return;
    this.#lastStats = this.#readStats({ inFlight: 0, queued: 0, limit: 0 });
    for (const pool of this.#pools.values()) pool.leave();
    this.#pools.clear();
  }
}

module.exports = {
  HttpClientWrapper,
  WRAPPER_NAMES,
  lifecycleOf,
  poolFor,
  proxyFor,
  sharingWrapper,
};
