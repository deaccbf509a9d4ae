'use strict';

const { spawn } = require('node:child_process');
const path = require('node:path');

const ROOT = path.join(__dirname, '..', '..');

const PRELUDE = `'use strict';
const lib = require(${JSON.stringify(ROOT)});
const url = process.env.UPSTREAM_URL;
const connect = () => new lib.PerformanceClient(url, process.env.KEY);
`;

const LONGEST_MS = 10_000;

/**
 * Runs JavaScript in a process of its own, where `lib` is the package, `url`
 * the upstream's and `connect()` makes a client. Nothing of this process's
 * environment but PATH reaches it. A child that does not end is killed, which
 * its signal then tells.
 * @param {import('node:test').TestContext} t
 * @param {string} source
 * @param {{ url?: string, env?: object, flags?: string[] }} [options]
 * @returns {Promise<{ code: number | null, signal: string | null,
 *   stdout: string, stderr: string }>}
 */
function runChild(t, source, { url = '', env = {}, flags = [] } = {}) {
  const child = spawn(process.execPath, [...flags, '-e', PRELUDE + source], {
    env: {
      PATH: process.env.PATH,
      UPSTREAM_URL: url,
      KEY: 'test-key',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LONGEST_MS,
    killSignal: 'SIGKILL',
  });
  t.after(() => child.kill('SIGKILL'));
  const texts = { stdout: '', stderr: '' };
  for (const name of Object.keys(texts))
    child[name].setEncoding('utf8').on('data', (text) => {
      texts[name] += text;
    });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...texts }));
  });
}

module.exports = { runChild };
