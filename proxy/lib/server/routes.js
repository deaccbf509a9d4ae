'use strict';

const { Refusal } = require('../base/errors');
const tell = require('../telemetry/pages');

/** @typedef {import('./exchange').Exchange} Exchange */
/** @typedef {(exchange: Exchange, plan?: any) => void | Promise<void>} Handler */

/**
 * @typedef {object} Route
 * @property {string} name for log and metrics
 * @property {readonly string[]} methods
 * @property {Handler} handler
 * @property {boolean} isCall does it go upstream?
 */

/**
 * What answers the calls, `other` those without a path of their own. `plan`
 * refuses what a call's head gives cause to, who may not call first; what it
 * returns is handed to the handler.
 * @typedef {Record<'embeddings' | 'rerank' | 'classify' | 'other', Handler>
 *   & { plan(exchange: Exchange): unknown }} CallHandlers
 */

/**
 * What tells about the proxy's work.
 * @typedef {Record<'metrics' | 'status' | 'statusPage', Handler>} Pages
 */

/**
 * @param {string} name
 * @param {Handler} handler
 * @returns {Route}
 */
function call(name, handler) {
  return { name, methods: ['POST'], handler, isCall: true };
}

/**
 * @param {string} name
 * @param {Handler} handler
 * @returns {Route}
 */
function monitor(name, handler) {
  return { name, methods: ['GET', 'HEAD'], handler, isCall: false };
}

/** Which handler answers a path. */
class Routes {
  #other;

  /** @type {ReadonlyMap<string, Route>} */
  #known;

  /**
   * @param {CallHandlers} handlers
   * @param {Pages} pages
   * @param {() => import('../telemetry/pages').Readiness} readiness
   */
  constructor(handlers, pages, readiness) {
    const embeddings = call('embeddings', handlers.embeddings);
    const classify = call('classify', handlers.classify);
    this.#other = call('other', handlers.other);
    this.#known = new Map([
      ['/v1/embeddings', embeddings],
      ['/v1/tokenized-embeddings', embeddings],
      ['/rerank', call('rerank', handlers.rerank)],
      ['/predict', classify],
      ['/classify', classify],
      ['/health', monitor('health', tell.replyHealth)],
      ['/health_internal', monitor('health', tell.replyHealthInternal)],
      ['/livez', monitor('livez', tell.replyAlive)],
      [
        '/readyz',
        monitor('readyz', (exchange) =>
          tell.replyReadiness(exchange, readiness()),
        ),
      ],
      ['/metrics', monitor('metrics', pages.metrics)],
      ['/status', monitor('status', pages.statusPage)],
      ['/status.json', monitor('status', pages.status)],
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
