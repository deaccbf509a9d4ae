'use strict';

/*
 * Several targets of the operator as one: the client's pool for batches, and a
 * choice by the same weights and health for what passes through.
 */

const { Endpoint, EndpointPool } = require('baseten-performance-client');
const {
  FORM,
  endpointsFor,
  native,
  poolFor,
  toSettings,
  wordList,
} = require('baseten-performance-client/internal');

/** @typedef {import('baseten-performance-client/internal').HttpClientWrapper} HttpClientWrapper */
/** @typedef {import('../start/config').Config} Config */
/** @typedef {import('../telemetry/log').Log} Log */
/** @typedef {import('../telemetry/targets').TargetFigures} TargetFigures */

/**
 * What is counted of a target, batches or requests that passed through.
 * @typedef {{ requests: number, failures: number, inFlight: number }} Counts
 */

/**
 * What the turns of one target follow from.
 * @typedef {object} Turns
 * @property {number} weight
 * @property {number} credit what it is owed, of a smooth weighted round robin
 * @property {number} restsUntilMs nothing passes through to it, of
 * performance.now()
 */

/** A body that is no batch: nothing is sent of it. */
const NOTHING = Buffer.from('{}');

/** What says that a target is not there, or not able to. */
const UNAVAILABLE = new Set([502, 503]);

/** An answer that says that the request, or the target, is not well. */
const FIRST_ERROR = 400;

const MS_PER_S = 1000;

/**
 * The client's pool of these targets, with the keys as they are now. A target
 * without a key is only asked at a path that somebody named: at /health, those
 * that want a key would refuse.
 * @param {Pick<Config, 'targets' | 'upstreamApiKey' | 'healthPath' | 'healthIntervalS'>} config
 * @returns {EndpointPool}
 */
function createEndpointPool(config) {
  const { targets, upstreamApiKey, healthPath, healthIntervalS } = config;
  const endpoints = targets.map(({ url, apiKey = upstreamApiKey }) => {
    const key = apiKey?.current() ?? false;
    return new Endpoint(url, key, {
      deploymentHealthPath: healthPath ?? (key ? undefined : false),
      healthCheckIntervalS: healthIntervalS,
    });
  });
  return new EndpointPool(
    endpoints,
    targets.map(({ weight }) => weight),
  );
}

/** @returns {Counts} */
function noCounts() {
  return { requests: 0, failures: 0, inFlight: 0 };
}

/**
 * @param {Counts} sum changed
 * @param {Readonly<Counts>} more
 */
function add(sum, { requests, failures, inFlight }) {
  sum.requests += requests;
  sum.failures += failures;
  sum.inFlight += inFlight;
}

/**
 * The one whose turn it is: over a few turns already each has had its share.
 * Among those that only stand by, with a weight of 0, all have the same.
 * @param {Turns[]} candidates
 * @returns {Turns}
 */
function takeTurn(candidates) {
  const weighted = candidates.filter(({ weight }) => weight > 0);
  const rivals = weighted.length > 0 ? weighted : candidates;
  let total = 0;
  let best = rivals[0];
  for (const one of rivals) {
    const share = one.weight || 1;
    total += share;
    one.credit += share;
    if (one.credit > best.credit) best = one;
  }
  best.credit -= total;
  return best;
}

/** The targets of one process; probed from `start` to `close`. */
class TargetPool {
  #config;
  #wrapper;
  #log;
  #names;
  #urls;
  #numbers;
  #keys = /** @type {string[]} */ ([]);

  /** @type {EndpointPool} */
  #pool;

  /** @type {EndpointPool[]} with keys of before, while calls use them */
  #former = [];

  /** @type {Counts[]} of former pools that nobody uses, and what passed through */
  #counts;

  /** @type {Turns[]} */
  #turns;

  /** @type {boolean[]} as the log was told */
  #toldHealth;

  /** @type {NodeJS.Timeout | undefined} while targets are probed */
  #timer;

  /**
   * @param {Readonly<Config>} config with two targets or more
   * @param {HttpClientWrapper} wrapper on whose connections batches go
   * @param {Log} log
   */
  constructor(config, wrapper, log) {
    const { targets, preferences } = config;
    this.#config = config;
    this.#wrapper = wrapper;
    this.#log = log;
    this.#urls = targets.map(({ url }) => url);
    this.#names = this.#urls.map((url) => url.replace(/^https?:\/\//, ''));
    this.#numbers = toSettings(preferences).numbers;
    this.#counts = targets.map(noCounts);
    this.#toldHealth = targets.map(() => true);
    this.#turns = targets.map(({ weight }) => ({
      weight,
      credit: 0,
      restsUntilMs: 0,
    }));
    this.#keys = this.#readKeys();
    this.#pool = createEndpointPool(config);
  }

  /** Is there any target that is well? */
  get isHealthy() {
    return this.#pool.stats().some(({ healthy }) => healthy);
  }

  /**
   * Has the targets probed from now on, whether there are calls or not: where
   * none is well nobody may send any.
   */
  start() {
    const intervalMs = MS_PER_S * this.#config.healthIntervalS;
    this.#probe();
    // Twice as often as probes are due, so that none finds itself unwanted.
    this.#timer = setInterval(() => {
      this.#probe();
      this.#tellHealth();
    }, intervalMs / 2);
  }

  close() {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Takes the keys as they are now, once they have been read again. */
  renew() {
    const keys = this.#readKeys();
    if (keys.every((key, i) => key === this.#keys[i])) return;
    this.#keys = keys;
    this.#former.push(this.#pool);
    this.#pool = createEndpointPool(this.#config);
    if (this.#timer) this.#probe();
  }

  /**
   * @param {Parameters<typeof endpointsFor>[1]} connections
   * @returns {ReturnType<typeof endpointsFor>} what the engine chooses among
   */
  endpointsFor(connections) {
    // Declared twice, for users and by the client itself.
    return endpointsFor(/** @type {any} */ (this.#pool), connections);
  }

  /**
   * Chooses for a request that passes through, as the engine does for batches:
   * those that are well and were not tried, then those that are well, then
   * those not tried.
   * @param {ReadonlySet<number>} tried
   * @returns {number} its place among the targets
   */
  choose(tried) {
    const now = performance.now();
    const health = this.#pool.stats().map(({ healthy }) => healthy);
    /** @param {(i: number) => boolean} isWanted */
    const those = (isWanted) => this.#turns.filter((_, i) => isWanted(i));
    const isNew = (/** @type {number} */ i) => !tried.has(i);
    const isWell = (/** @type {number} */ i) =>
      health[i] && this.#turns[i].restsUntilMs <= now;
    const tiers = [
      those((i) => isNew(i) && isWell(i)),
      those(isWell),
      those(isNew),
      this.#turns,
    ];
    const candidates = tiers.find(({ length }) => length > 0) ?? this.#turns;
    return this.#turns.indexOf(takeTurn(candidates));
  }

  /**
   * A request passes through to this target.
   * @param {number} i its place among the targets
   */
  enter(i) {
    this.#counts[i].requests += 1;
    this.#counts[i].inFlight += 1;
  }

  /**
   * It has come to its end.
   * @param {number} i
   * @param {number} status of the answer, or 502 and the like for none; 0 when
   * nobody waited for one
   */
  leave(i, status) {
    const intervalMs = MS_PER_S * this.#config.healthIntervalS;
    this.#counts[i].inFlight -= 1;
    if (status >= FIRST_ERROR) this.#counts[i].failures += 1;
    if (status > 0)
      this.#turns[i].restsUntilMs = UNAVAILABLE.has(status)
        ? performance.now() + intervalMs
        : 0;
  }

  /** @returns {TargetFigures[]} */
  figures() {
    this.#forgetFormer();
    const stats = this.#pool.stats();
    const former = this.#former.map((pool) => pool.stats());
    return stats.map((own, i) => {
      const sum = { ...this.#counts[i] };
      for (const one of [stats, ...former]) add(sum, one[i]);
      return {
        ...sum,
        name: this.#names[i],
        weight: this.#turns[i].weight,
        healthy: own.healthy,
        probe: own.lastProbe && {
          atMs: own.lastProbe.at.getTime(),
          seconds: own.lastProbe.seconds,
          healthy: own.lastProbe.healthy ?? null,
        },
      };
    });
  }

  #readKeys() {
    const { targets, upstreamApiKey } = this.#config;
    return targets.map(
      ({ apiKey = upstreamApiKey }) => apiKey?.current() ?? '',
    );
  }

  /** Keeps the counts of former pools that no call uses any more. */
  #forgetFormer() {
    this.#former = this.#former.filter((pool) => {
      const stats = pool.stats();
      if (stats.some(({ inFlight }) => inFlight > 0)) return true;
      stats.forEach((one, i) => add(this.#counts[i], one));
      return false;
    });
  }

  /**
   * Calls are what has a pool probed: one that ends before anything is sent
   * does, too.
   */
  #probe() {
    const [url] = this.#urls;
    const connections = poolFor(this.#wrapper, url);
    const words = wordList({ URL: url, METHOD: 'POST' });
    const places = this.#urls.flatMap((one) => [one, '']);
    try {
      native().splice(
        connections.engine,
        FORM.GENERIC,
        this.#numbers,
        words,
        NOTHING,
        { onEnd() {} },
        this.endpointsFor(connections),
        places,
      );
    } catch (error) {
      const reason = error.message;
      this.#log.error('the targets cannot be probed now', { reason });
    }
  }

  #tellHealth() {
    this.#pool.stats().forEach(({ healthy }, i) => {
      if (healthy === this.#toldHealth[i]) return;
      const target = this.#names[i];
      this.#toldHealth[i] = healthy;
      if (healthy) this.#log.info('a target is healthy again', { target });
      else this.#log.warn('a target is unhealthy', { target });
    });
  }
}

module.exports = { TargetPool, createEndpointPool };
