'use strict';

const { HttpClientWrapper } = require('baseten-performance-client');
const { Admission } = require('../server/admission');
const { createHandlers } = require('../forward/handlers');
const { createMetrics } = require('../telemetry/metrics');
const { createPages } = require('../telemetry/pages');
const { ReverseProxy } = require('./reverse-proxy');
const { Tokenizers } = require('../tokens/tokenizers');

/** @typedef {import('../start/config').Config} Config */
/** @typedef {import('../telemetry/log').Log} Log */
/** @typedef {import('../telemetry/metrics').Metrics} Metrics */
/** @typedef {import('../telemetry/pages').Source} Source */

/**
 * The pools of connections: for the operator's targets, and for those that
 * callers choose, who must not reach what only we can reach.
 * @param {Readonly<Config>} config
 */
function createWrappers({ httpVersion, upstreamH2c, maxInFlight }) {
  const options = {
    httpVersion,
    cleartextHttp2: upstreamH2c,
    ...(maxInFlight > 0 && { maxInFlight }),
  };
  return {
    trusted: new HttpClientWrapper(options),
    open: new HttpClientWrapper({ ...options, publicOnly: true }),
  };
}

/**
 * Makes a proxy and all that it needs; it does not listen yet.
 * @param {Readonly<Config>} config
 * @param {Log} log
 * @param {(metrics: Metrics) => Source} makeSource
 */
async function assemble(config, log, makeSource) {
  const tokenizers = await Tokenizers.start(config.tokenizers);
  const admission = new Admission(config);
  const wrappers = createWrappers(config);
  const metrics = createMetrics();
  const handlers = createHandlers({ config, wrappers, tokenizers, log });
  const pages = createPages(makeSource(metrics));
  const parts = { handlers, pages, admission, log, metrics };
  const proxy = new ReverseProxy(config, parts);
  metrics.attach({
    engines: () => [wrappers.trusted.stats(), wrappers.open.stats()],
    admission,
    isDraining: () => !proxy.isReady,
  });

  /** Lets go of everything but the proxy itself. */
  async function close() {
    handlers.close();
    await Promise.all([
      tokenizers.close(),
      wrappers.trusted.destroy(),
      wrappers.open.destroy(),
    ]);
  }

  return { proxy, close };
}

module.exports = { assemble };
