'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');

const SCRIPT = path.join(__dirname, 'lossy-link.py');

/** Where a server that listens everywhere is reached over the link. */
const FAR = '10.99.0.2';

/** What a script of a fault server needs to be reached over the link. */
const BEHIND_LINK = { host: '0.0.0.0', names: [`IP:${FAR}`] };

/** @param {string} url of a server behind the link */
function overLink(url) {
  return url.replace(BEHIND_LINK.host, FAR);
}

/**
 * A link that loses and delays packets, in a network of our own; see
 * lossy-link.py.
 * @param {{ seed?: number, loss?: number, delayMs?: number, jitterMs?: number,
 *   vanish?: number }} qualities
 * @returns {Promise<{ close: () => Promise<void> }>}
 */
async function openLink(qualities) {
  const {
    seed = 1,
    loss = 0,
    delayMs = 0,
    jitterMs = 0,
    vanish = 0,
  } = qualities;
  const numbers = [seed, loss, delayMs, jitterMs, vanish].map(String);
  const child = spawn(SCRIPT, numbers, { stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const isUp = once(child.stdout, 'data').then(() => true);
  const hasFailed = closed.then(() => false);
  if (!(await Promise.race([isUp, hasFailed])))
    throw new Error('the lossy link could not be made');
  return {
    async close() {
      child.stdin.end();
      await closed;
    },
  };
}

module.exports = { BEHIND_LINK, openLink, overLink };
