'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const net = require('node:net');

const { connect, rejection } = require('../helpers/client');
const { resetConnection } = require('../helpers/reset');

const LIMIT = { timeout: 30_000 };

const ONCE = { maxRetries: 0 };

const OK =
  'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}';

/** A server that hands each connection, numbered from 0, to `serve`. */
async function listen(t, serve) {
  const sockets = new Set();
  let count = 0;
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    serve(socket, count++);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${server.address().port}`;
}

/** Leaves what it is still sent unread, so that the system resets. */
function refuse(socket, status) {
  socket.once('data', () => {
    const text = '{"error":"no"}';
    socket.pause();
    socket.write(
      `HTTP/1.1 ${status} No\r\ncontent-type: application/json\r\n` +
        `content-length: ${text.length}\r\n\r\n${text}`,
      () => socket.destroy(),
    );
  });
}

describe('an answer that comes before its request is sent', LIMIT, () => {
  for (const status of [401, 413, 429])
    it(`is read, though the server resets then: ${status}`, async (t) => {
      const url = await listen(t, (socket) => refuse(socket, status));
      const client = connect(t, url);
      const payload = { text: 'x'.repeat(8 << 20) };

      for (let round = 0; round < 4; round++) {
        const calls = Array.from({ length: 8 }, () =>
          rejection(client.batchPost('/x', [payload], ONCE)),
        );
        for (const error of await Promise.all(calls)) {
          assert.equal(error.code, 'HTTP_ERROR');
          assert.equal(error.status, status);
          assert.equal(error.response.text, '{"error":"no"}');
        }
      }
    });
});

/** Answers the first request of a connection and resets at the second. */
function serveOnce(socket) {
  let requests = 0;
  socket.on('data', (bytes) => {
    if (bytes.toString('latin1', 0, 4) === 'POST') requests++;
    if (requests > 1) resetConnection(socket);
    else if (bytes.at(-1) === '}'.charCodeAt(0)) socket.write(OK);
  });
}

describe('a connection that was kept', LIMIT, () => {
  for (const [what, size] of Object.entries({ small: 10, large: 4 << 20 }))
    it(`may be reset by a ${what} request, which goes again`, async (t) => {
      const url = await listen(t, serveOnce);
      const client = connect(t, url);

      for (let round = 0; round < 20; round++)
        await client.batchPost('/x', [{ text: 'x'.repeat(size) }], ONCE);

      const { retries, connectionsOpened } = client.stats();
      assert.deepEqual([retries, connectionsOpened], [0, 20]);
    });
});
