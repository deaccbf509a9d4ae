'use strict';

const { spawn } = require('node:child_process');

const LONGEST_MS = 240_000;

/**
 * Runs a command to its end; one that does not end, or that the signal stops, is
 * killed with the processes it started. Only the environment that is given
 * reaches it.
 * @param {string[]} command
 * @param {{ cwd?: string, env?: object, longestMs?: number,
 *   signal?: AbortSignal }} [options]
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function run(command, options = {}) {
  const { cwd, env = {}, longestMs = LONGEST_MS, signal } = options;
  const [file, ...args] = command;
  const child = spawn(file, args, {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  const kill = () => process.kill(-child.pid, 'SIGKILL');
  signal?.addEventListener('abort', kill);
  const timer = setTimeout(() => {
    output += `\nkilled after ${longestMs / 1000} s`;
    kill();
  }, longestMs);
  return new Promise((resolve, reject) => {
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', kill);
      resolve({ code, output });
    });
  });
}

/**
 * Runs a command that must end with `code`.
 * @returns {Promise<string>} what it printed
 */
async function demand(command, { code: expected = 0, ...options } = {}) {
  const { code, output } = await run(command, options);
  if (code === expected) return output;
  const tail = output.trim().split('\n').slice(-12).join('\n');
  throw new Error(`exit code ${code}, ${expected} was due: ${tail}`);
}

module.exports = { demand, run };
