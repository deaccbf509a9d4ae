'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const zlib = require('node:zlib');

const { connect, rejection } = require('../helpers/client');
const { startUpstream } = require('../helpers/upstream');

/** {"ok":"zstd"}, compressed by the zstd program. */
const ZSTD = Buffer.from('KLUv/QRYaQAAeyJvayI6InpzdGQifc/Q16M=', 'base64');

const CODINGS = {
  gzip: zlib.gzipSync,
  br: zlib.brotliCompressSync,
};

function encoded(coding, value, status = 200) {
  return {
    status,
    headers: { 'content-encoding': coding },
    body: CODINGS[coding](JSON.stringify(value)),
  };
}

describe('a compressed answer', () => {
  for (const coding of Object.keys(CODINGS)) {
    it(`is read (${coding})`, async (t) => {
      const value = { text: 'ä🙂'.repeat(100_000) };
      const upstream = await startUpstream(t, [encoded(coding, value)]);
      const client = connect(t, upstream.url);

      const { data } = await client.batchPost('/x', [{}]);

      assert.deepEqual(data, [value]);
    });

    it(`is read when it holds vectors (${coding})`, async (t) => {
      const embedding = Array.from({ length: 1000 }, (_, i) => i / 8);
      const upstream = await startUpstream(t, [
        encoded(coding, { data: [{ index: 0, embedding }] }),
      ]);
      const client = connect(t, upstream.url);

      const { data } = await client.embed(['a'], 'm');

      assert.deepEqual(data[0].embedding, embedding);
    });

    it(`is read when it tells of an error (${coding})`, async (t) => {
      const value = { error: 'no such model' };
      const upstream = await startUpstream(t, [encoded(coding, value, 404)]);
      const client = connect(t, upstream.url);

      const error = await rejection(client.batchPost('/x', [{}]));

      assert.deepEqual(error.response.json(), value);
      assert.match(error.message, /no such model/);
    });
  }

  it('is read (zstd)', async (t) => {
    const upstream = await startUpstream(t, [
      { headers: { 'content-encoding': 'zstd' }, body: ZSTD },
    ]);
    const client = connect(t, upstream.url);

    const { data } = await client.batchPost('/x', [{}]);

    assert.deepEqual(data, [{ ok: 'zstd' }]);
  });

  it('is asked for', async (t) => {
    const upstream = await startUpstream(t, [{ body: 1 }]);
    const client = connect(t, upstream.url);

    await client.batchPost('/x', [{}]);

    const { 'accept-encoding': codings } = upstream.requests[0].headers;
    assert.equal(codings, 'zstd, gzip, br');
  });

  it('that is damaged is a failed attempt', async (t) => {
    const good = encoded('gzip', { text: 'a'.repeat(1000) });
    const body = Buffer.from(good.body);
    body.fill(0xff, 12);
    const upstream = await startUpstream(t, [{ ...good, body }, good]);
    const client = connect(t, upstream.url);

    const response = await client.batchPost('/x', [{}], {
      initialBackoffMs: 50,
    });

    assert.equal(response.data[0].text.length, 1000);
    assert.equal(upstream.requests.length, 2);
  });

  it('that ends too early is no answer', async (t) => {
    const good = encoded('gzip', { text: 'a'.repeat(1000) });
    const body = good.body.subarray(0, -12);
    const upstream = await startUpstream(t, [{ ...good, body }]);
    const client = connect(t, upstream.url);

    const error = await rejection(
      client.batchPost('/x', [{}], { maxRetries: 0 }),
    );

    assert.equal(error.code, 'PARSE_ERROR');
  });

  it('in a coding nobody asked for is named', async (t) => {
    const upstream = await startUpstream(t, [
      { headers: { 'content-encoding': 'compress' }, body: 'abc' },
    ]);
    const client = connect(t, upstream.url);

    const error = await rejection(
      client.batchPost('/x', [{}], { maxRetries: 0 }),
    );

    assert.equal(error.code, 'PARSE_ERROR');
  });

  it('that unfolds for long leaves room for others', async (t) => {
    const body = zlib.gzipSync(`[${' '.repeat(100e6)}]`);
    const bomb = { headers: { 'content-encoding': 'gzip' }, body };
    const upstream = await startUpstream(t, ({ json }) =>
      json === 'bomb' ? bomb : { body: 1 },
    );
    const client = connect(t, upstream.url);
    await client.batchPost('/x', ['warm']);
    let hasEnded = false;
    const unfolded = client
      .batchPost('/x', ['bomb'])
      .finally(() => (hasEnded = true));
    let answered = 0;

    while (!hasEnded) {
      await client.batchPost('/x', ['other']);
      answered++;
    }

    await unfolded;
    assert.ok(answered >= 4, `${answered} were answered meanwhile`);
  });
});
