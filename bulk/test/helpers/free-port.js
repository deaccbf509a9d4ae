'use strict';

const net = require('node:net');

/** A port that nobody listens on, for a server that cannot choose its own. */
async function findFreePort() {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = /** @type {net.AddressInfo} */ (probe.address());
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

module.exports = { findFreePort };
