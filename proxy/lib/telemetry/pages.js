'use strict';

/*
 * What the proxy tells of itself: its work, and whether it is well.
 */

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const { Registry } = require('prom-client');

const { describeSnapshot, mergeSnapshots } = require('./snapshots');

/** @typedef {import('../server/exchange').Exchange} Exchange */
/** @typedef {import('./snapshots').Snapshot} Snapshot */

const PAGE = fs.readFileSync(path.join(__dirname, 'status-page.html'));

/**
 * The hashes of the page's own elements of this name, for its policy: nothing
 * else may run or style it.
 * @param {string} element
 */
function hashesOf(element) {
  const pattern = new RegExp(`<${element}>([^]*?)</${element}>`, 'g');
  return Array.from(PAGE.toString('utf8').matchAll(pattern), ([, content]) => {
    const hash = createHash('sha256').update(content).digest('base64');
    return `'sha256-${hash}'`;
  }).join(' ');
}

const PAGE_HEADERS = Object.freeze({
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': [
    "default-src 'none'",
    `script-src ${hashesOf('script')}`,
    `style-src ${hashesOf('style')}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
});

const FRESH = Object.freeze({ 'cache-control': 'no-store' });

const METRICS_HEADERS = Object.freeze({
  'content-type': Registry.PROMETHEUS_CONTENT_TYPE,
  'cache-control': 'no-store',
});

/**
 * Who knows what there is to tell: the metrics of this process, or of all.
 * @typedef {object} Source
 * @property {() => Promise<string>} text for Prometheus
 * @property {() => Promise<Snapshot[]>} snapshots one of each process
 */

/**
 * What the proxy tells of its work, as handlers of their routes.
 * @param {Source} source
 */
function createPages(source) {
  return {
    /** @param {Exchange} exchange */
    async metrics(exchange) {
      exchange.reply(200, METRICS_HEADERS, await source.text());
    },

    /** @param {Exchange} exchange */
    async status(exchange) {
      const merged = mergeSnapshots(await source.snapshots());
      const status = describeSnapshot(merged, Date.now());
      exchange.replyJson(200, status, FRESH);
    },

    /** @param {Exchange} exchange */
    statusPage(exchange) {
      exchange.reply(200, PAGE_HEADERS, PAGE);
    },
  };
}

/**
 * @param {Exchange} exchange
 * @param {string | number} timestamp
 */
function replyHealthy(exchange, timestamp) {
  const service = 'baseten-performance-proxy';
  exchange.replyJson(200, { status: 'healthy', service, timestamp }, FRESH);
}

/** @param {Exchange} exchange */
function replyHealth(exchange) {
  replyHealthy(exchange, new Date().toISOString().replace(/\.\d+/, ''));
}

/** @param {Exchange} exchange */
function replyHealthInternal(exchange) {
  replyHealthy(exchange, Math.floor(Date.now() / 1000));
}

/** @param {Exchange} exchange */
function replyAlive(exchange) {
  exchange.replyJson(200, { status: 'alive' }, FRESH);
}

/** @typedef {'ready' | 'draining' | 'unhealthy'} Readiness */

/**
 * @param {Exchange} exchange
 * @param {Readiness} status
 */
function replyReadiness(exchange, status) {
  exchange.replyJson(status === 'ready' ? 200 : 503, { status }, FRESH);
}

module.exports = {
  createPages,
  replyAlive,
  replyHealth,
  replyHealthInternal,
  replyReadiness,
};
