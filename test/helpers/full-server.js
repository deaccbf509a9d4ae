'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const net = require('node:net');

const LISTEN_AND_SLEEP = `
  const server = require('node:net').createServer();
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
    require('node:fs').writeSync(1, String(server.address().port));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
`;

const FILLING_COUNT = 8;

/**
 * A server in a process that accepts nothing, its queue already full: whoever
 * connects waits.
 * @param {import('node:test').TestContext} t ends it after the test
 * @returns {Promise<number>} its port
 */
async function startFullServer(t) {
  const child = spawn(process.execPath, ['-e', LISTEN_AND_SLEEP], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const [text] = await once(child.stdout, 'data');
  const port = Number(text);
  const sockets = Array.from({ length: FILLING_COUNT }, () =>
    net.connect(port, '127.0.0.1').on('error', () => {}),
  );
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  await once(sockets[0], 'connect');
  return port;
}

module.exports = { startFullServer };
