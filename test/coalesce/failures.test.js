'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { AbortError, CancellationToken, HttpError } = require('../..');
const { rejection } = require('../helpers/client');
const { embeddingsAnswer, vectorOf } = require('../helpers/model-answers');
const { inputsOf, start } = require('./start');

/** Longer than any test: what leaves then leaves because a batch is full. */
const NEVER = { maxDelayMs: 1000 };

/** Refuses every request with one of these texts in it. */
function refusing(bad, status, message = 'no such token') {
  return (request) =>
    request.json.input.some((text) => bad.includes(text))
      ? { status, body: { error: { message } } }
      : embeddingsAnswer(request);
}

describe('the failure of a batch', () => {
  for (const status of [400, 422])
    it(`is only that of the text that a ${status} is about`, async (t) => {
      const script = refusing(['bad', 'worse'], status);
      const { upstream, one } = await start(t, script);
      const texts = ['a', 'bad', 'c', 'worse', 'e'];

      const results = await Promise.allSettled(
        texts.map((text) => one.embed(text, 'm')),
      );

      assert.deepEqual(
        results.map(({ value, reason }) => value?.embedding ?? reason.status),
        [vectorOf('a'), status, vectorOf('c'), status, vectorOf('e')],
      );
      assert.deepEqual(
        inputsOf(upstream).map(({ length }) => length),
        [5, 1, 1, 1, 1, 1],
      );
    });

  it('is found in halves where the server says that a limit was passed', async (t) => {
    const message = 'too many input tokens: exceeds the maximum';
    const { one } = await start(t, refusing(['long'], 413, message));

    const results = await Promise.allSettled(
      ['a', 'b', 'long', 'd'].map((text) => one.embed(text, 'm')),
    );

    assert.deepEqual(
      results.map(({ value, reason }) => value?.embedding ?? reason.status),
      [vectorOf('a'), vectorOf('b'), 413, vectorOf('d')],
    );
  });

  it('is not asked about again when no text can be to blame', async (t) => {
    const script = Array.from({ length: 9 }, () => ({ status: 404 }));
    const { upstream, one } = await start(t, script);

    const reasons = await Promise.all([
      rejection(one.embed('a', 'm')),
      rejection(one.embed('b', 'm')),
    ]);

    assert.equal(upstream.requests.length, 1);
    assert.ok(reasons.every((reason) => reason instanceof HttpError));
    assert.notEqual(reasons[0], reasons[1]);
    assert.equal(reasons[0].response.status, 404);
    assert.equal(reasons[0].firstInput, undefined);
    assert.match(reasons[0].stack, /failures\.test\.js/);
  });

  it('ends a second question in the time that the first has left', async (t) => {
    const { one } = await start(t, (request) =>
      request.json.input.length > 1
        ? { status: 400, delayMs: 20 }
        : { hang: true },
    );
    const options = { totalTimeoutS: 0.3, timeoutS: 0.3, maxRetries: 0 };

    const reasons = await Promise.all([
      rejection(one.embed('a', 'm', options)),
      rejection(one.embed('b', 'm', options)),
    ]);

    assert.deepEqual(
      reasons.map(({ code }) => code),
      ['TIMEOUT', 'TIMEOUT'],
    );
  });
});

describe('a caller that leaves a batch', () => {
  it('leaves before it is sent: its text does not travel', async (t) => {
    const { upstream, one } = await start(t);
    const controller = new AbortController();

    const left = rejection(
      one.embed('left', 'm', { signal: controller.signal }),
    );
    const stayed = one.embed('stayed', 'm');
    controller.abort('changed my mind');

    const error = await left;
    assert.ok(error instanceof AbortError);
    assert.equal(error.cause, 'changed my mind');
    assert.deepEqual((await stayed).embedding, vectorOf('stayed'));
    assert.deepEqual(inputsOf(upstream), [['stayed']]);
  });

  it('leaves in flight: the others get their answers', async (t) => {
    const gate = deferred();
    const { upstream, one } = await start(t, async (request) => {
      await gate.promise;
      return embeddingsAnswer(request);
    });
    const token = new CancellationToken();

    const left = rejection(one.embed('left', 'm', { cancelToken: token }));
    const stayed = one.embed('stayed', 'm');
    await upstream.until(({ requests }) => requests.length === 1);
    token.cancel();

    const { code, name } = await left;
    gate.resolve();
    assert.deepEqual([code, name], ['CANCELLED', 'CancelledError']);
    assert.deepEqual((await stayed).embedding, vectorOf('stayed'));
    assert.equal(upstream.requests[0].aborted, false);
  });

  it('ends the request when it was the last', async (t) => {
    const { upstream, one } = await start(t, [{ hang: true }]);
    const { signal, ...controller } = abortable();

    const calls = ['a', 'b'].map((x) =>
      rejection(one.embed(x, 'm', { signal })),
    );
    await upstream.until(({ requests }) => requests.length === 1);
    controller.abort();

    const errors = await Promise.all(calls);
    assert.ok(errors.every((error) => error instanceof AbortError));
    assert.notEqual(errors[0], errors[1]);
    await upstream.until(({ requests }) => requests[0].aborted);
  });

  it('sends nothing when nobody is left, and begins anew', async (t) => {
    const { upstream, one } = await start(t);
    const { signal, abort } = abortable();

    const left = rejection(one.embed('a', 'm', { signal }));
    abort();
    await left;
    const { embedding } = await one.embed('b', 'm');

    assert.deepEqual(embedding, vectorOf('b'));
    assert.deepEqual(inputsOf(upstream), [['b']]);
  });

  it('is refused when its signal was aborted before', async (t) => {
    const { upstream, one } = await start(t);

    const error = await rejection(
      one.embed('a', 'm', { signal: AbortSignal.abort() }),
    );

    assert.ok(error instanceof AbortError);
    assert.equal(upstream.requests.length, 0);
  });
});

describe('the end of a client', () => {
  it('lets what waits to be sent be answered', async (t) => {
    const { client, one } = await start(t);

    const call = one.embed('a', 'm');
    await client.close();

    assert.deepEqual((await call).embedding, vectorOf('a'));
    assert.equal((await rejection(one.embed('b', 'm'))).code, 'CLOSED');
  });

  it('ends what waits or travels when it is destroyed', async (t) => {
    const { upstream, client, one } = await start(t, [{ hang: true }], {
      ...NEVER,
      maxBatchSize: 2,
    });

    const calls = ['a', 'b', 'c'].map((x) => rejection(one.embed(x, 'm')));
    await upstream.until(({ requests }) => requests.length === 1);
    await client.destroy();

    const errors = await Promise.all(calls);
    assert.deepEqual(
      errors.map(({ code }) => code),
      ['CLOSED', 'CLOSED', 'CLOSED'],
    );
    assert.equal(new Set(errors).size, 3);
  });
});

/** An AbortController whose method needs no receiver. */
function abortable() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

function deferred() {
  let resolve;
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
