'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { Refusal } = require('../../lib/base/errors');
const {
  ask,
  askHttp2,
  bodyOf,
  sendRaw,
  startProxy,
} = require('../helpers/reverse-proxy');

describe('an error', () => {
  const failing = (error) => ({
    rerank: async () => {
      throw error;
    },
  });

  it('has the shape, the status and the headers of its refusal', async (t) => {
    const refusal = new Refusal(503, 'BUSY', 'the upstream is busy', {
      headers: { 'retry-after': '7' },
      upstreamStatus: 429,
    });
    const proxy = await startProxy(t, { handlers: failing(refusal) });

    const { status, headers, json } = await ask(proxy, {
      method: 'POST',
      path: '/rerank?secret=1',
      headers: { 'x-request-id': 'my-id' },
    });

    assert.equal(status, 503);
    assert.equal(headers['retry-after'], '7');
    assert.deepEqual(json, {
      error: 'the upstream is busy',
      path: '/rerank',
      method: 'POST',
      code: 'BUSY',
      request_id: 'my-id',
      upstream_status: 429,
    });
  });

  it('has the shape of OpenAI’s where the operator or the caller says so', async (t) => {
    const flags = ['--error-format', 'openai'];
    const ours = await startProxy(t, { flags });
    const theirs = await startProxy(t);
    const askFor = (proxy, format) =>
      ask(proxy, {
        path: '/rerank',
        headers: {
          'x-request-id': 'my-id',
          ...(format && { 'x-baseten-error-format': format }),
        },
      });
    const expected = {
      error: {
        message: 'POST is the method for this path',
        type: 'invalid_request_error',
        param: null,
        code: 'METHOD_NOT_ALLOWED',
      },
      path: '/rerank',
      method: 'GET',
      request_id: 'my-id',
    };

    const byFlag = await askFor(ours);
    const byHeader = await askFor(theirs, 'openai');
    const plain = await askFor(ours, 'plain');
    const unknown = await askFor(theirs, 'xml');
    const unread = bodyOf(await sendRaw(ours, 'nonsense\r\n\r\n'));

    assert.deepEqual(byFlag.json, expected);
    assert.deepEqual(byHeader.json, expected);
    assert.equal(plain.json.error, expected.error.message);
    assert.equal(
      `${unknown.status} ${unknown.json.code}`,
      '400 INVALID_ERROR_FORMAT',
    );
    assert.equal(unread.error.code, 'INVALID_REQUEST');
  });

  it('of our own is a 500 that only the log explains', async (t) => {
    const fault = new Error('secret-of-the-caller and operator-key');
    const proxy = await startProxy(t, {
      flags: ['--upstream-api-key', 'operator-key'],
      handlers: failing(fault),
    });

    const { status, json } = await ask(proxy, {
      method: 'POST',
      path: '/rerank',
      headers: { authorization: 'Bearer secret-of-the-caller' },
    });
    const next = await ask(proxy, { path: '/livez' });
    const line = await proxy.line(({ level }) => level === 'error');

    assert.equal(status, 500);
    assert.equal(json.code, 'INTERNAL_ERROR');
    assert.doesNotMatch(json.error, /secret|key/);
    assert.equal(line.request_id, json.request_id);
    assert.match(line.stack, /^Error: \[redacted\] and \[redacted\]/);
    assert.equal(next.status, 200);
  });

  it('after the answer has begun breaks the answer off', async (t) => {
    const handlers = {
      other: async (exchange) => {
        exchange.writeHead(200, {});
        exchange.response.write('some');
        throw new Refusal(502, 'UPSTREAM_DIED', 'the upstream died');
      },
    };
    const proxy = await startProxy(t, { handlers });

    await assert.rejects(ask(proxy), { code: 'ECONNRESET' });
    await assert.rejects(askHttp2(proxy), { code: 'ERR_HTTP2_STREAM_ERROR' });

    const line = await proxy.line(({ msg }) => msg === 'request');
    assert.equal(line.code, 'UPSTREAM_DIED');
  });
});
