'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const lib = require('../..');
const { fail, standInEngine, succeed } = require('../helpers/stand-in-engine');

const { HttpClientWrapper, PerformanceClient, PerformanceClientError } = lib;

const KEY = 'sesame-key';

function setUp(t) {
  const engine = standInEngine(t);
  return { engine, client: new PerformanceClient('http://a.example', KEY) };
}

/** The error of a call that the engine ends with `failure`. */
async function errorOf(t, failure, method = 'embed', args = [['a'], 'm']) {
  const { engine, client } = setUp(t);
  const call = client[method](...args);
  fail(engine.jobs[0], failure);
  return call.then(
    () => assert.fail('the call did not fail'),
    (error) => error,
  );
}

const TOO_MANY = {
  code: 'HTTP_ERROR',
  message: 'the server answered with an error status',
  status: 429,
  head: 'HTTP/1.1 429 Too Many\r\nRetry-After: 3\r\nSet-Cookie: a=b\r\n\r\n',
  body: '{"error":"slow down"}',
  requestId: 'perfclient-0a1b2c3d4e-3-5',
  attempts: 6,
  batch: 3,
  firstInput: 384,
  inputCount: 128,
};

describe('an error', () => {
  it('has a class and a name for each code', async (t) => {
    const classes = {
      HTTP_ERROR: 'HttpError',
      TIMEOUT: 'TimeoutError',
      CANCELLED: 'CancelledError',
      CLOSED: 'ClosedError',
      CONNECTION_ERROR: 'ConnectionError',
      PARSE_ERROR: 'ParseError',
      RESPONSE_TOO_LARGE: 'PerformanceClientError',
      NO_MEMORY: 'PerformanceClientError',
      SYSTEM_ERROR: 'PerformanceClientError',
    };

    for (const [code, name] of Object.entries(classes)) {
      const error = await errorOf(t, { code, message: 'it happened' });
      t.mock.restoreAll();

      assert.equal(error.code, code);
      assert.equal(error.name, name);
      assert.ok(error instanceof lib[name]);
      assert.ok(error instanceof PerformanceClientError);
      assert.ok(error instanceof Error);
    }
  });

  it('tells what failed, where, how often and why', async (t) => {
    const error = await errorOf(t, TOO_MANY);

    assert.equal(
      error.message,
      'HTTP 429 from POST /v1/embeddings (batch 3, inputs 384-511, ' +
        '6 attempts, request perfclient-0a1b2c3d4e-3-5): {"error":"slow down"}',
    );
  });

  it('carries the answer and the facts of the request', async (t) => {
    const error = await errorOf(t, TOO_MANY);

    assert.equal(error.status, 429);
    assert.equal(error.response.status, 429);
    assert.deepEqual(error.response.headers, {
      'retry-after': '3',
      'set-cookie': ['a=b'],
    });
    assert.equal(error.response.text, '{"error":"slow down"}');
    assert.deepEqual(error.response.json(), { error: 'slow down' });
    assert.equal(error.requestId, 'perfclient-0a1b2c3d4e-3-5');
    assert.equal(error.customerRequestId, error.requestId);
    assert.equal(error.attempts, 6);
    assert.deepEqual(
      [error.batch, error.firstInput, error.inputCount],
      [3, 384, 128],
    );
  });

  it('of a payload names its place', async (t) => {
    const failure = { ...TOO_MANY, firstInput: 3, inputCount: 1, attempts: 1 };

    const error = await errorOf(t, failure, 'batchPost', ['/x?q=1', [{}]]);

    assert.match(
      error.message,
      /^HTTP 429 from POST \/x \(payload 3, 1 attempt,/,
    );
  });

  it('of a connection holds the words of the library', async (t) => {
    const error = await errorOf(t, {
      code: 'CONNECTION_ERROR',
      message: 'the connection failed',
      detail: 'Connection refused',
      attempts: 3,
      ...{ batch: 0, firstInput: 0, inputCount: 1 },
    });

    assert.equal(
      error.message,
      'the connection failed: POST /v1/embeddings ' +
        '(batch 0, input 0, 3 attempts): Connection refused',
    );
    assert.equal(error.response, undefined);
    assert.equal(error.status, undefined);
  });

  it('of a timeout has no response, even after a bad answer', async (t) => {
    const error = await errorOf(t, {
      ...TOO_MANY,
      code: 'TIMEOUT',
      message: 'the call took longer than totalTimeoutS',
    });

    assert.equal(error.code, 'TIMEOUT');
    assert.equal(error.response, undefined);
    assert.equal(error.status, 429);
  });

  it('of a broken answer shows its reason and the start of it', async (t) => {
    const error = await errorOf(t, {
      ...TOO_MANY,
      code: 'PARSE_ERROR',
      message: 'the answer is not what was asked for',
      detail: 'expected 128 items, got 2',
      status: 200,
      body: `\n<html>\0\x1b[31m${'€'.repeat(300)}`,
    });

    const [, shown] = error.message.split('expected 128 items, got 2: ');
    assert.equal(shown, `<html> [31m${'€'.repeat(189)}…`);
    assert.equal(error.answer.status, 200);
    assert.throws(() => error.answer.json(), SyntaxError);
  });

  it('without facts has no such properties', async (t) => {
    const error = await errorOf(t, { code: 'CONNECTION_ERROR', message: 'x' });

    assert.deepEqual(Object.keys(error).sort(), ['attempts', 'code']);
    assert.equal(error.message, 'x: POST /v1/embeddings');
    assert.equal('cause' in error, false);
  });

  it('has a stack that leads to the caller', async (t) => {
    const { engine, client } = setUp(t);
    async function theCaller() {
      await client.classify(['a']);
    }
    const call = theCaller();
    fail(engine.jobs[0], TOO_MANY);

    const { stack } = await call.catch((error) => error);

    assert.match(stack, /classify/);
    assert.match(stack, /theCaller/);
  });

  it('that the addon throws becomes one of ours', async (t) => {
    const { engine, client } = setUp(t);
    engine.refusal = Object.assign(new Error('no thread'), {
      code: 'SYSTEM_ERROR',
    });

    await assert.rejects(client.embed(['a'], 'm'), {
      name: 'PerformanceClientError',
      code: 'SYSTEM_ERROR',
      message: 'no thread',
      cause: engine.refusal,
    });
    await client.close();
  });
});

describe('a key', () => {
  it('is shown nowhere in an error that echoes it', async (t) => {
    const echo = {
      ...TOO_MANY,
      detail: `with ${KEY}`,
      head: `HTTP/1.1 401 No\r\nx-echo: Bearer ${KEY}\r\n\r\n`,
      body: `{"key":"${KEY}","twice":"${KEY}"}`,
    };

    const error = await errorOf(t, echo);

    const everything = JSON.stringify([
      ...[error.message, error.stack, error.response.text],
      ...[error.response.headers, error.response.json()],
    ]);
    assert.doesNotMatch(everything, /sesame/);
    assert.deepEqual(error.response.json(), {
      key: '[redacted]',
      twice: '[redacted]',
    });
  });

  it('of one call is hidden as well as that of the client', async (t) => {
    const override = `${KEY}-and-more`;
    const echo = { ...TOO_MANY, body: `${KEY} ${override} credential-2` };
    const options = {
      primaryApiKeyOverride: override,
      extraHeaders: { Authorization: 'Basic credential-2' },
    };

    const error = await errorOf(t, echo, 'embed', [['a'], 'm', options]);

    assert.equal(error.response.text, '[redacted] [redacted] [redacted]');
  });

  it('is hidden that stands in another header of the caller', async (t) => {
    const echo = { ...TOO_MANY, body: 'first-key second-key blue' };
    const extraHeaders = {
      'X-Api-Key': 'first-key',
      'api-key': 'second-key',
      'x-tenant': 'blue',
    };

    const error = await errorOf(t, echo, 'embed', [
      ['a'],
      'm',
      { extraHeaders },
    ]);

    assert.equal(error.response.text, '[redacted] [redacted] blue');
  });

  it('is hidden before a body is cut, so that no half of it remains', async (t) => {
    const body = `${'x'.repeat(195)}${KEY}`;

    const error = await errorOf(t, { ...TOO_MANY, body });

    assert.doesNotMatch(error.message, /sesam/);
  });
});

describe('a closed client', () => {
  it('refuses new calls with CLOSED', async (t) => {
    const { client } = setUp(t);
    await client.close();
    await client.close();

    await assert.rejects(client.embed(['a'], 'm'), {
      name: 'ClosedError',
      code: 'CLOSED',
      message: 'the PerformanceClient is closed',
    });
  });

  it('lets running calls finish before its engine goes', async (t) => {
    const { engine, client } = setUp(t);
    const call = client.batchPost('/x', [{}]);

    const closing = client.close();
    const destroyedEarly = engine.destroyed.length;
    succeed(engine.jobs[0], ['1']);
    await closing;

    assert.deepEqual((await call).data, [1]);
    assert.equal(destroyedEarly, 0);
    assert.equal(engine.destroyed.length, 1);
  });

  it('is what asyncDispose leaves behind', async (t) => {
    const { client } = setUp(t);

    await client[Symbol.asyncDispose]();

    await assert.rejects(client.embed(['a'], 'm'), { code: 'CLOSED' });
  });

  it('leaves a shared wrapper to the other clients', async (t) => {
    const engine = standInEngine(t);
    const wrapper = new HttpClientWrapper();
    const clients = ['a', 'b'].map(
      (host) =>
        new PerformanceClient(`http://${host}.example`, KEY, 1, wrapper),
    );
    await clients[0].close();

    const call = clients[1].batchPost('/x', [{}]);
    succeed(engine.jobs[0], ['1']);

    assert.deepEqual((await call).data, [1]);
    assert.equal(engine.destroyed.length, 0);
  });
});

describe('a destroyed client', () => {
  it('ends its running calls with CLOSED, and only its own', async (t) => {
    const engine = standInEngine(t);
    const wrapper = new HttpClientWrapper();
    const clients = ['a', 'b'].map(
      (host) =>
        new PerformanceClient(`http://${host}.example`, KEY, 1, wrapper),
    );
    const [own, foreign] = clients.map((one) => one.batchPost('/x', [{}]));

    const destroying = clients[0].destroy();

    await assert.rejects(own, { name: 'ClosedError', code: 'CLOSED' });
    await destroying;
    succeed(engine.jobs[1], ['1']);
    assert.deepEqual((await foreign).data, [1]);
  });

  it('takes a wrapper of its own with it', async (t) => {
    const { engine, client } = setUp(t);
    const call = client.embed(['a'], 'm');

    const destroying = client.destroy();

    await assert.rejects(call, { code: 'CLOSED' });
    await destroying;
    assert.equal(engine.destroyed.length, 1);
  });
});

describe('a closed wrapper', () => {
  it('refuses new calls of all its clients', async (t) => {
    standInEngine(t);
    const wrapper = new HttpClientWrapper();
    const client = new PerformanceClient('http://a.example', KEY, 1, wrapper);
    await wrapper.close();

    await assert.rejects(client.embed(['a'], 'm'), {
      code: 'CLOSED',
      message: 'the HttpClientWrapper is closed',
    });
  });

  it('ends running calls with CLOSED when it is destroyed', async (t) => {
    const engine = standInEngine(t);
    const wrapper = new HttpClientWrapper();
    const client = new PerformanceClient('http://a.example', KEY, 1, wrapper);
    const call = client.embed(['a'], 'm');

    const destroying = wrapper.destroy();

    await assert.rejects(call, { code: 'CLOSED' });
    await destroying;
    assert.equal(engine.destroyed.length, 1);
  });
});
