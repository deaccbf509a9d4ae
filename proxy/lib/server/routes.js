'use strict';

const { Refusal } = require('../base/refusal');

/** @typedef {import('./exchange').Exchange} Exchange */
/** @typedef {(exchange: Exchange) => void | Promise<void>} Handler */

/**
 * @typedef {object} Route
 * @property {string} name for log and metrics
 * @property {readonly string[]} methods
 * @property {Handler} handler
 * @property {boolean} isCall does it go upstream?
 */

/**
 * What answers the requests.
 * @typedef {object} Handlers
 * @property {Handler} embeddings
 * @property {Handler} rerank
 * @property {Handler} classify
 * @property {Handler} other whatever has no path of its own
 */

/**
 * What tells about the proxy's work.
 * @typedef {object} Pages
 * @property {Handler} metrics
 * @property {Handler} status
 * @property {Handler} statusPage
 */

/**
 * What tells whether the proxy is well.
 * @typedef {object} Probes
 * @property {Handler} health
 * @property {Handler} healthInternal
 * @property {Handler} livez
 * @property {Handler} readyz
 */

const READING = Object.freeze(['GET', 'HEAD']);
const POSTING = Object.freeze(['POST']);

/** Which handler answers a path. */
class Routes {
  #other;

  /** @type {ReadonlyMap<string, Route>} */
  #known;

  /**
   * @param {Handlers} handlers
   * @param {Pages & Probes} monitors
   */
  constructor({ embeddings, rerank, classify, other }, monitors) {
    /** @type {(name: string, handler: Handler) => Route} */
    const call = (name, handler) =>
      Object.freeze({ name, methods: POSTING, handler, isCall: true });
    /** @type {(name: string, handler: Handler) => Route} */
    const monitor = (name, handler) =>
      Object.freeze({ name, methods: READING, handler, isCall: false });

    this.#other = call('other', other);
    this.#known = new Map([
      ['/v1/embeddings', call('embeddings', embeddings)],
      ['/v1/tokenized-embeddings', call('embeddings', embeddings)],
      ['/rerank', call('rerank', rerank)],
      ['/predict', call('classify', classify)],
      ['/classify', call('classify', classify)],
      ['/health', monitor('health', monitors.health)],
      ['/health_internal', monitor('health', monitors.healthInternal)],
      ['/livez', monitor('livez', monitors.livez)],
      ['/readyz', monitor('readyz', monitors.readyz)],
      ['/metrics', monitor('metrics', monitors.metrics)],
      ['/status', monitor('status', monitors.statusPage)],
      ['/status.json', monitor('status', monitors.status)],
    ]);
  }

  /**
   * Names the exchange's route. A known path with a foreign method is refused.
   * @param {Exchange} exchange
   * @returns {Route}
   */
  find(exchange) {
    const { path, method } = exchange;
    const route =
      this.#known.get(path) ??
      (path.endsWith('/') ? this.#known.get(path.slice(0, -1)) : undefined);
    if (!route) return this.#other;
    exchange.route = route.name;
    if (route.methods.includes(method)) return route;
    const allow = route.methods.join(', ');
    throw new Refusal(
      405,
      'METHOD_NOT_ALLOWED',
      `${route.methods[0]} is the method for this path`,
      { headers: { allow } },
    );
  }
}

module.exports = { Routes };
