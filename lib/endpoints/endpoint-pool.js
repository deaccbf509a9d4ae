'use strict';

const binding = require('../native/binding');
const { invalidArgument, outOfRange, wrongType } = require('../base/check');
const { renderHeaders } = require('../base/headers');
const { USER_AGENT } = require('../base/version');
const {
  ENDPOINT_NUMBER,
  ENDPOINT_WORD,
  MOST,
  VOTE,
} = require('../native/contract');
const { Endpoint, siteOf } = require('./endpoint');

/** @typedef {import('../native/binding').EndpointFigures} EndpointFigures */
/** @typedef {import('../native/binding').Endpoints} Endpoints */
/** @typedef {import('../pool/pool').Pool} Pool */
/** @typedef {ReturnType<typeof siteOf>} Site */

/**
 * @typedef {object} ProbeStats
 * @property {Date} at its end
 * @property {number} seconds
 * @property {boolean | undefined} healthy undefined when it only timed out
 *
 * @typedef {object} EndpointStats
 * @property {string} baseUrl
 * @property {boolean} healthy
 * @property {number} requests
 * @property {number} failures
 * @property {number} retries
 * @property {number} hedges
 * @property {number} inFlight
 * @property {Readonly<ProbeStats> | undefined} lastProbe
 */

const COUNTERS = /** @type {const} */ ([
  'requests',
  'failures',
  'retries',
  'hedges',
  'inFlight',
]);

/** @type {EndpointFigures} */
const NO_FIGURES = Object.freeze({
  ...{ ailing: 0, requests: 0, failures: 0, retries: 0, hedges: 0 },
  ...{ inFlight: 0, probedAtMs: 0, probeMs: 0, probeVote: VOTE.NONE },
});

/** @type {(pool: EndpointPool) => readonly Site[]} */
let sitesOf;

/** @type {(pool: EndpointPool, connections: Pool) => Endpoints} */
let endpointsFor;

/**
 * @param {unknown} endpoints
 * @returns {readonly Endpoint[]}
 */
function checkEndpoints(endpoints) {
  if (!Array.isArray(endpoints))
    throw wrongType('endpoints', 'an array of Endpoints', endpoints);
  if (endpoints.length < 1 || endpoints.length > MOST.ENDPOINTS)
    throw invalidArgument(
      RangeError,
      'endpoints',
      `endpoints must be 1 to ${MOST.ENDPOINTS}, got ${endpoints.length}`,
    );
  const seen = new Set();
  endpoints.forEach((endpoint, i) => {
    if (!(endpoint instanceof Endpoint))
      throw wrongType(`endpoints[${i}]`, 'an Endpoint', endpoint);
    const { baseUrl } = endpoint;
    if (seen.has(baseUrl))
      throw invalidArgument(
        RangeError,
        `endpoints[${i}]`,
        `endpoints[${i}] must be unlike the others, got ${baseUrl} twice`,
      );
    seen.add(baseUrl);
  });
  return Object.freeze([...endpoints]);
}

/**
 * @param {unknown} weights
 * @param {number} count
 * @returns {readonly number[]}
 */
function checkWeights(weights, count) {
  if (weights === undefined || weights === null) return Array(count).fill(1);
  if (!Array.isArray(weights))
    throw wrongType('weights', 'an array of numbers', weights);
  if (weights.length !== count)
    throw invalidArgument(
      RangeError,
      'weights',
      `weights must be one for each of ${count} endpoints, got ${weights.length}`,
    );
  weights.forEach((weight, i) => {
    if (typeof weight !== 'number')
      throw wrongType(`weights[${i}]`, 'a number', weight);
    if (!(weight >= 0 && weight < Infinity))
      throw outOfRange(`weights[${i}]`, 'a finite number from 0 on', weight);
  });
  if (!weights.some((weight) => weight > 0))
    throw invalidArgument(
      RangeError,
      'weights',
      'weights must not all be 0, or no endpoint would be asked',
    );
  return Object.freeze([...weights]);
}

/**
 * How an endpoint is doing, as one engine sees it and others.
 * @param {EndpointFigures} one
 * @param {EndpointFigures} other
 * @returns {EndpointFigures}
 */
function sum(one, other) {
  const last = other.probedAtMs > one.probedAtMs ? other : one;
  const both = { ...last, ailing: Math.max(one.ailing, other.ailing) };
  for (const name of COUNTERS) both[name] = one[name] + other[name];
  return both;
}

/**
 * @param {EndpointFigures} figures
 * @returns {Readonly<ProbeStats> | undefined}
 */
function lastProbe({ probedAtMs, probeMs, probeVote }) {
  if (!probedAtMs) return undefined;
  return Object.freeze({
    at: new Date(probedAtMs),
    seconds: probeMs / 1000,
    healthy: probeVote === VOTE.NONE ? undefined : probeVote === VOTE.HEALTHY,
  });
}

/** Deployments of one model: a call's requests go to those that are well. */
class EndpointPool {
  #endpoints;
  #weights;

  /**
   * For each engine that works on them; it is not kept alive for that.
   * @type {{ connections: WeakRef<Pool>, endpoints: Endpoints }[]}
   */
  #natives = [];

  /** @type {EndpointFigures[]} of engines that have ended */
  #past;

  static {
    sitesOf = (pool) => pool.#endpoints.map(siteOf);
    endpointsFor = (pool, connections) => pool.#endpointsFor(connections);
  }

  /**
   * @param {unknown} endpoints
   * @param {unknown} [weights] left out: 1 each
   */
  constructor(endpoints, weights) {
    this.#endpoints = checkEndpoints(endpoints);
    this.#weights = checkWeights(weights, this.#endpoints.length);
    this.#past = this.#endpoints.map(() => NO_FIGURES);
  }

  /** @returns {readonly Endpoint[]} */
  get endpoints() {
    return this.#endpoints;
  }

  /** @returns {readonly number[]} */
  get weights() {
    return this.#weights;
  }

  /**
   * How each endpoint is doing, over all clients of the pool.
   * @returns {readonly Readonly<EndpointStats>[]}
   */
  stats() {
    let all = this.#past;
    for (const { endpoints } of this.#natives)
      all = this.#withFigures(all, endpoints);
    return Object.freeze(
      all.map((figures, i) =>
        Object.freeze({
          baseUrl: this.#endpoints[i].baseUrl,
          healthy: figures.ailing === 0,
          requests: figures.requests,
          failures: figures.failures,
          retries: figures.retries,
          hedges: figures.hedges,
          inFlight: figures.inFlight,
          lastProbe: lastProbe(figures),
        }),
      ),
    );
  }

  /**
   * @param {EndpointFigures[]} figures
   * @param {Endpoints} endpoints
   */
  #withFigures(figures, endpoints) {
    const own = binding.native().endpointStats(endpoints);
    return figures.map((one, i) => sum(one, own[i]));
  }

  /** What engines have counted that are over; none of them is asked again. */
  #forgetEnded() {
    const isOver = ({ connections }) => connections.deref()?.isOver ?? true;
    for (const { endpoints } of this.#natives.filter(isOver))
      this.#past = this.#withFigures(this.#past, endpoints).map((figures) => ({
        ...figures,
        ailing: 0,
        inFlight: 0,
      }));
    this.#natives = this.#natives.filter((one) => !isOver(one));
  }

  /**
   * @param {Pool} connections
   * @returns {Endpoints}
   */
  #endpointsFor(connections) {
    for (const known of this.#natives)
      if (known.connections.deref() === connections) return known.endpoints;
    this.#forgetEnded();
    const endpoints = this.#make();
    this.#natives.push({ connections: new WeakRef(connections), endpoints });
    return endpoints;
  }

  #make() {
    const count = ENDPOINT_NUMBER.COUNT;
    const numbers = new Float64Array(count * this.#endpoints.length);
    const words = this.#endpoints.flatMap((endpoint, i) => {
      const { apiKey, health } = siteOf(endpoint);
      const own = numbers.subarray(count * i);
      own[ENDPOINT_NUMBER.WEIGHT] = this.#weights[i];
      own[ENDPOINT_NUMBER.INTERVAL_MS] = health.intervalMs;
      own[ENDPOINT_NUMBER.TIMEOUT_MS] = health.timeoutMs;
      own[ENDPOINT_NUMBER.RETRIES] = health.retries;
      own[ENDPOINT_NUMBER.FLAGS] = health.flags;
      const headers = new Map([['user-agent', USER_AGENT]]);
      if (apiKey) headers.set('authorization', `Bearer ${apiKey}`);
      const texts = [];
      texts[ENDPOINT_WORD.NAME] = endpoint.baseUrl;
      texts[ENDPOINT_WORD.HEADERS] = renderHeaders(headers);
      texts[ENDPOINT_WORD.PATH] = health.path;
      texts[ENDPOINT_WORD.DEEP] = health.deep;
      return texts;
    });
    return binding.native().createEndpoints(numbers, words);
  }
}

module.exports = { EndpointPool, endpointsFor, sitesOf };
