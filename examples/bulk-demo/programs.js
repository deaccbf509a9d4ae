'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const net = require('node:net');
const path = require('node:path');

const BULK = path.join(__dirname, '../../bulk/bin/baseten-performance-bulk.js');

/**
 * A program that does not outlive ours.
 * @param {string} file
 * @param {string[]} args
 * @param {import('node:child_process').StdioOptions} stdio
 */
function start(file, args, stdio) {
  const child = spawn(file, args, { stdio });
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = once(child, 'exit').then(([code]) => {
    process.off('exit', kill);
    return code;
  });
  return { child, ended };
}

/**
 * The bulk command, whose progress is seen.
 * @param {string[]} args
 */
function startBulk(args) {
  const stdio = /** @type {const} */ (['ignore', 'inherit', 'inherit']);
  return start(process.execPath, [BULK, ...args], [...stdio]);
}

/**
 * Runs the bulk command to its end.
 * @param {string[]} args
 * @param {number[]} codes that it may end with
 */
async function runBulk(args, codes = [0]) {
  const code = await startBulk(args).ended;
  if (!codes.includes(code))
    throw new Error(`baseten-performance-bulk ${args[0]} ended with ${code}`);
}

async function findFreePort() {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = /** @type {net.AddressInfo} */ (probe.address());
  probe.close();
  await once(probe, 'close');
  return port;
}

/**
 * A Redis of the demo's own.
 * @param {string} folder
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
async function startRedis(folder) {
  const port = await findFreePort();
  const { child, ended } = start(
    'redis-server',
    [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
      ...['--save', '', '--appendonly', 'yes'],
      ...['--maxmemory-policy', 'noeviction'],
    ],
    ['ignore', 'pipe', 'inherit'],
  );
  const output = /** @type {import('node:stream').Readable} */ (child.stdout);
  let log = '';
  output.setEncoding('utf8');
  for await (const text of output.iterator({ destroyOnReturn: false })) {
    log += text;
    if (log.includes('Ready to accept connections')) break;
  }
  output.resume();
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}

module.exports = { runBulk, startBulk, startRedis };
