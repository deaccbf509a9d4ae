'use strict';

const { fork } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');

const SERVER = path.join(__dirname, '..', 'inference-server', 'main.js');

/**
 * Starts the embedded inference server in a process of its own, which ends
 * with ours whatever happens to us.
 * @param {string[]} flags
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
async function startServerProcess(flags) {
  const child = fork(SERVER, flags, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const [first] = await Promise.race([once(child, 'message'), exited]);
  if (typeof first?.url !== 'string')
    throw new Error('the embedded server did not start');
  return {
    url: first.url,
    stop: async () => {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

module.exports = { startServerProcess };
