'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const readline = require('node:readline');

const PROXY = path.join(
  __dirname,
  '../../proxy/bin/baseten-performance-proxy.js',
);

/**
 * Starts the proxy on any free port, in a process of its own, which does not
 * outlive ours.
 * @param {string[]} flags
 * @param {Record<string, string>} [variables] of its environment
 * @returns {Promise<{ url: string, lines: any[], stop: () => Promise<number> }>}
 * `lines` is what it has logged; stopped once more, it does not drain
 */
async function startProxyProcess(flags, variables = {}) {
  const own = ['--host', '127.0.0.1', '--port', '0'];
  const child = spawn(process.execPath, [PROXY, ...own, ...flags], {
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  exited.finally(() => process.off('exit', kill));
  /** @type {any[]} */
  const lines = [];
  const port = await new Promise((resolve, reject) => {
    readline.createInterface(child.stdout).on('line', (text) => {
      const line = JSON.parse(text);
      lines.push(line);
      if (line.msg === 'listening') resolve(line.port);
    });
    exited.then(() => reject(new Error('the proxy did not start')));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    lines,
    async stop() {
      child.kill('SIGTERM');
      const [code] = await exited;
      return code;
    },
  };
}

module.exports = { startProxyProcess };
