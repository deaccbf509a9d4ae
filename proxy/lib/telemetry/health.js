'use strict';

/** @typedef {import('../server/exchange').Exchange} Exchange */

const SERVICE = 'baseten-performance-proxy';

const FRESH = Object.freeze({ 'cache-control': 'no-store' });

/**
 * @param {Exchange} exchange
 * @param {string | number} timestamp
 */
function replyHealthy(exchange, timestamp) {
  const answer = { status: 'healthy', service: SERVICE, timestamp };
  exchange.replyJson(200, answer, FRESH);
}

/** @param {Exchange} exchange */
function health(exchange) {
  const now = new Date().toISOString();
  replyHealthy(exchange, `${now.slice(0, now.indexOf('.'))}Z`);
}

/** @param {Exchange} exchange */
function healthInternal(exchange) {
  replyHealthy(exchange, Math.floor(Date.now() / 1000));
}

/** @param {Exchange} exchange */
function alive(exchange) {
  exchange.replyJson(200, { status: 'alive' }, FRESH);
}

/**
 * @param {Exchange} exchange
 * @param {boolean} isReady
 */
function readiness(exchange, isReady) {
  const status = isReady ? 'ready' : 'draining';
  exchange.replyJson(isReady ? 200 : 503, { status }, FRESH);
}

module.exports = { alive, health, healthInternal, readiness };
