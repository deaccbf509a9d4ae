'use strict';

const { it } = require('node:test');
const assert = require('node:assert/strict');
const path = require('node:path');

const { runChild } = require('../helpers/child');

const HELPERS = JSON.stringify(path.join(__dirname, '../helpers/'));

/** One stream's way shuts the connection down, and the next one's resets it. */
const GARBAGE_AND_RESET = `
const http2 = require('node:http2');
const { FaultServer } = require(${HELPERS} + 'fault-server');

async function main() {
  const server = new FaultServer({
    ...{ tls: process.env.TLS === 'true', http2: true },
    answers: [{ how: 'garbage' }, { how: 'reset' }],
  });
  await server.listen();
  const session = http2.connect(server.url, { ca: server.ca });
  session.on('error', () => {});
  for (let i = 0; i < 2; i++)
    session.request().on('error', () => {}).resume();
  await server.until((now) => now.requests.length === 2);
  await server.until((now) => now.openConnections === 0);
  console.log('all closed');
  session.destroy();
  await server.close();
}

main();
`;

/** Here it is the TLS socket on top that shuts the connection down. */
const TLS_END_AND_RESET = `
const net = require('node:net');
const tls = require('node:tls');
const { makeCertificate } = require(${HELPERS} + 'certificate');
const { resetConnection } = require(${HELPERS} + 'reset');

const certificate = makeCertificate();
const inner = tls.createServer(certificate, (secured) => secured.end());
const front = net.createServer((socket) => {
  socket.on('error', () => {});
  socket.on('close', () => console.log('all closed'));
  inner.on('secureConnection', (secured) => {
    socket.secured = secured;
    process.nextTick(resetConnection, socket);
  });
  inner.emit('connection', socket);
  front.close();
});
front.listen(0, '127.0.0.1', () => {
  const { port } = front.address();
  tls.connect({ port, host: '127.0.0.1', ca: certificate.cert })
    .on('error', () => {})
    .resume();
});
`;

for (const [what, source, env] of [
  ['HTTP/2', GARBAGE_AND_RESET, { TLS: 'false' }],
  ['HTTP/2 over TLS', GARBAGE_AND_RESET, { TLS: 'true' }],
  ['the TLS socket on top', TLS_END_AND_RESET, {}],
])
  it(`a reset while ${what} is shut down lets the process end`, async (t) => {
    const child = await runChild(t, source, { env });

    assert.deepEqual(child, {
      ...{ code: 0, signal: null },
      ...{ stdout: 'all closed\n', stderr: '' },
    });
  });
