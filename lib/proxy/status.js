'use strict';

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const { describeSnapshot, mergeSnapshots } = require('./snapshots');

/** @typedef {import('./exchange').Exchange} Exchange */
/** @typedef {import('./snapshots').Snapshot} Snapshot */

const PAGE = fs.readFileSync(path.join(__dirname, 'status-page.html'));

/**
 * The hashes of the page's own elements of this name, for its policy: nothing
 * else may run or style it.
 * @param {string} element
 * @returns {string}
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

/** @param {Exchange} exchange */
function replyStatusPage(exchange) {
  exchange.reply(200, PAGE_HEADERS, PAGE);
}

/**
 * @param {Exchange} exchange
 * @param {Snapshot[]} snapshots of every worker
 */
function replyStatus(exchange, snapshots) {
  const status = describeSnapshot(mergeSnapshots(snapshots), Date.now());
  exchange.replyJson(200, status, { 'cache-control': 'no-store' });
}

module.exports = { replyStatus, replyStatusPage };
