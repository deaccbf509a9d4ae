'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const net = require('node:net');
const zlib = require('node:zlib');

const { connect, rejection } = require('../helpers/client');
const { startUpstream } = require('../helpers/upstream');

const LIMIT = { timeout: 60_000 };

const ONCE = { maxRetries: 0 };

const KIB = 1024;

const MIB = 1024 * KIB;

const CHUNK = Buffer.alloc(64 * KIB, ' ');

/**
 * A server that writes `head` to each request and then `piece`, for ever. Its
 * `written` counts bytes, and what the peer has not taken stays unwritten.
 */
async function startEndless(t, head, piece) {
  const sockets = new Set();
  const endless = { written: 0, url: '' };
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    const pour = () => {
      do endless.written += piece.length;
      while (socket.write(piece) && !socket.destroyed);
    };
    socket.once('data', () => {
      socket.on('drain', pour).write(head);
      pour();
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  endless.url = `http://127.0.0.1:${server.address().port}`;
  return endless;
}

function chunkOf(bytes) {
  return Buffer.concat([
    Buffer.from(`${bytes.length.toString(16)}\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ]);
}

const CHUNKED = 'transfer-encoding: chunked\r\n\r\n';

describe('an answer without end', LIMIT, () => {
  it('is read to 1 MiB when it is an error', async (t) => {
    const head = `HTTP/1.1 500 No\r\n${CHUNKED}`;
    const server = await startEndless(t, head, chunkOf(CHUNK));

    const error = await rejection(
      connect(t, server.url).batchPost('/x', [{}], ONCE),
    );

    assert.equal(error.code, 'HTTP_ERROR');
    assert.equal(error.status, 500);
    assert.equal(error.response.text.length, 64 * KIB);
    assert.ok(server.written < 16 * MIB, `${server.written}`);
  });

  it('is read to 1 MiB of what an error unfolds to', async (t) => {
    const body = zlib.gzipSync(Buffer.alloc(64 * MIB, 'x'));
    const upstream = await startUpstream(t, () => ({
      ...{ status: 400, body, headers: { 'content-encoding': 'gzip' } },
    }));

    const error = await rejection(
      connect(t, upstream.url).batchPost('/x', [{}], ONCE),
    );

    assert.equal(error.status, 400);
    assert.equal(error.response.text.length, 64 * KIB);
  });

  it('is read to 512 MiB when it is one of embeddings', async (t) => {
    const head = `HTTP/1.1 200 OK\r\n${CHUNKED}`;
    const server = await startEndless(t, head, chunkOf(CHUNK));

    const error = await rejection(
      connect(t, server.url).embed(['a'], 'm', ONCE),
    );

    assert.equal(error.code, 'RESPONSE_TOO_LARGE');
    assert.ok(server.written < 600 * MIB, `${server.written}`);
  });
});

describe('an error', LIMIT, () => {
  it('carries 64 KiB of a 200 that was cut', async (t) => {
    const upstream = await startUpstream(t, () => ({
      body: `"${'x'.repeat(40 * MIB)}"`,
      cut: 36 * MIB,
    }));
    const client = connect(t, upstream.url);

    const error = await rejection(client.batchPost('/x', [{}], ONCE));

    assert.equal(error.code, 'PARSE_ERROR');
    assert.equal(error.answer.text.length, 64 * KIB);
  });
});
