'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { connect } = require('../helpers/client');
const { startUpstream } = require('../helpers/upstream');

const WITH_BODY = ['POST', 'PUT', 'PATCH'];

const WITHOUT_BODY = ['GET', 'DELETE', 'HEAD', 'OPTIONS'];

describe('batchPost', () => {
  for (const method of WITH_BODY)
    it(`${method} sends each payload`, async (t) => {
      const upstream = await startUpstream(t, ({ json }) => ({ body: json }));
      const client = connect(t, upstream.url);
      const payloads = [{ b: 1, a: [null, 'ü'] }, { c: 2 }];

      const { data } = await client.batchPost('/x', payloads, { method });

      assert.deepEqual(data, payloads);
      for (const request of upstream.requests) {
        assert.equal(request.method, method);
        assert.equal(request.headers['content-type'], 'application/json');
        assert.equal(
          request.headers['content-length'],
          String(Buffer.byteLength(request.text)),
        );
      }
    });

  for (const method of WITHOUT_BODY)
    it(`${method} sends no payload, one request for each`, async (t) => {
      const upstream = await startUpstream(t, () => ({ body: { ok: 1 } }));
      const client = connect(t, upstream.url);

      const response = await client.batchPost('/x', [{ a: 1 }, {}], { method });

      assert.equal(response.data.length, 2);
      assert.equal(upstream.requests.length, 2);
      for (const { method: sent, headers, text } of upstream.requests) {
        assert.equal(sent, method);
        assert.equal(text, '');
        assert.equal(headers['content-type'], undefined);
        assert.equal(headers['content-length'], undefined);
        assert.equal(headers['transfer-encoding'], undefined);
      }
    });

  for (const method of ['GET', 'DELETE', 'OPTIONS'])
    it(`${method} reads the answer`, async (t) => {
      const upstream = await startUpstream(t, [{ body: { deleted: 3 } }]);
      const client = connect(t, upstream.url);

      const { data } = await client.batchPost('/x', [{}], { method });

      assert.deepEqual(data, [{ deleted: 3 }]);
    });

  it('HEAD gives null and the headers', async (t) => {
    const upstream = await startUpstream(t, () => ({
      headers: { 'x-count': '7', 'content-length': '1000' },
    }));
    const client = connect(t, upstream.url);

    const response = await client.batchPost('/x', [{}], { method: 'HEAD' });

    assert.deepEqual(response.data, [null]);
    assert.equal(response.response_headers[0]['x-count'], '7');
  });

  it('gives null for 204 and for an empty body', async (t) => {
    const upstream = await startUpstream(t, [
      { status: 204 },
      { status: 200, body: '' },
      { body: { a: 1 } },
    ]);
    const client = connect(t, upstream.url);

    const { data } = await client.batchPost('/x', [1, 2, 3], {
      maxConcurrentRequests: 1,
    });

    assert.deepEqual(data, [null, null, { a: 1 }]);
  });

  it('takes any 2xx for a success', async (t) => {
    const upstream = await startUpstream(t, ({ json }) => ({
      status: json,
      body: { json },
    }));
    const client = connect(t, upstream.url);

    const { data } = await client.batchPost('/x', [200, 201, 202, 203]);

    assert.deepEqual(
      data.map(({ json }) => json),
      [200, 201, 202, 203],
    );
  });

  it('may change its method from call to call', async (t) => {
    const upstream = await startUpstream(t, ({ method, text }) => ({
      body: { method, text },
    }));
    const client = connect(t, upstream.url);
    const order = ['POST', 'HEAD', 'GET', 'DELETE', 'PUT', 'OPTIONS', 'POST'];

    const answers = [];
    for (const method of order)
      answers.push((await client.batchPost('/x', [1], { method })).data[0]);

    assert.deepEqual(
      answers,
      order.map((method) =>
        method === 'HEAD'
          ? null
          : { method, text: WITH_BODY.includes(method) ? '1' : '' },
      ),
    );
    assert.equal(upstream.connections, 1);
  });
});
