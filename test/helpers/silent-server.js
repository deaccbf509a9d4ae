'use strict';

const net = require('node:net');

/**
 * A server that accepts connections and never says a word: to a TLS client, a
 * peer that does not finish connecting.
 * @param {import('node:test').TestContext} t closes it after the test
 */
async function startSilentServer(t) {
  const sockets = new Set();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.resume();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address();
  return {
    port,
    connection: () =>
      new Promise((resolve) => server.once('connection', resolve)),
  };
}

module.exports = { startSilentServer };
