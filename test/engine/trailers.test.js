'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const net = require('node:net');

const { connect } = require('../helpers/client');

describe('trailers', { timeout: 30_000 }, () => {
  it('are no new head, even when they look like one', async (t) => {
    const text =
      `HTTP/1.1 200 OK\r\nx-one: 1\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{"a"\r\n3\r\n:1}\r\n` +
      '0\r\nHTTP/1.1: 500\r\nx-two: 2\r\n\r\n';
    const server = net.createServer((socket) => {
      socket.on('error', () => {}).once('data', () => socket.end(text));
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    const client = connect(t, `http://127.0.0.1:${server.address().port}`);

    const response = await client.batchPost('/x', [{}], { maxRetries: 0 });

    assert.deepEqual(response.data, [{ a: 1 }]);
    const [headers] = response.response_headers;
    assert.equal(headers['x-one'], '1');
    assert.equal(headers['x-two'], undefined);
  });
});
