'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { getEventListeners } = require('node:events');

const { CancellationToken } = require('../..');
const { connect, rejection } = require('../helpers/client');
const {
  collect,
  counting,
  echo,
  places,
  stalling,
} = require('../helpers/streams');
const { startUpstream } = require('../helpers/upstream');

const HANG = { hang: true };

describe('a stream that is left early', () => {
  it('cancels what is in flight and closes its source', async (t) => {
    const upstream = await startUpstream(t, (request) =>
      request.json.input[0] === '0' ? echo(request) : HANG,
    );
    const client = connect(t, upstream.url);
    const source = counting();
    const options = { batchSize: 1, maxConcurrentRequests: 3 };

    for await (const result of client.embedStream(source, 'm', options)) {
      assert.equal(result.start, 0);
      await upstream.until((now) => now.requests.length === 4);
      break;
    }

    assert.equal(source.isClosed, true);
    const [, ...others] = upstream.requests;
    await upstream.until(() => others.every((one) => one.aborted));
    await client.close();
  });

  it('does not wait for a source that does not answer', async (t) => {
    const upstream = await startUpstream(t, echo);
    const client = connect(t, upstream.url);
    const source = stalling();
    const stream = client.embedStream(source, 'm', { batchSize: 1 });
    await stream.next();
    const waiting = stream.next();

    await stream.return();

    assert.equal((await waiting).done, true);
    assert.equal(source.isClosed, true);
  });

  it('never opens a source that was not read', async (t) => {
    const client = connect(t, 'http://a.example');
    const source = counting();
    const stream = client.embedStream(source, 'm');

    await stream.return();

    assert.equal((await stream.next()).done, true);
    assert.deepEqual([source.read, source.isClosed], [0, false]);
  });
});

describe('a stream that fails', () => {
  const refuse = (request) =>
    request.json.input?.includes('3') ? { status: 400 } : echo(request);

  it('rejects with the place in the stream, and closes all', async (t) => {
    const upstream = await startUpstream(t, refuse);
    const client = connect(t, upstream.url);
    const source = counting();
    const options = { batchSize: 2, maxConcurrentRequests: 1 };
    const stream = client.embedStream(source, 'm', options);
    const first = await stream.next();

    const error = await rejection(stream.next());

    assert.equal(first.value.start, 0);
    assert.equal(error.name, 'HttpError');
    assert.deepEqual(
      [error.batch, error.firstInput, error.inputCount],
      [1, 2, 2],
    );
    assert.match(error.message, /batch 1, inputs 2-3/);
    assert.equal(source.isClosed, true);
    assert.equal((await stream.next()).done, true);
  });

  it('yields the error in its place when partial results do', async (t) => {
    const upstream = await startUpstream(t, refuse);
    const client = connect(t, upstream.url);
    const options = { batchSize: 2, onError: 'partial' };

    const results = await collect(
      client.embedStream(counting(6), 'm', options),
    );

    assert.deepEqual(places(results), [
      [0, 2],
      [2, 2],
      [4, 2],
    ]);
    assert.deepEqual(Object.keys(results[1]), [
      'start',
      'count',
      'items',
      'error',
    ]);
    assert.equal(results[1].error.firstInput, 2);
    assert.deepEqual([...results[2].data], [4, 5]);
  });

  it('keeps the good parts of a batch that was split', async (t) => {
    const upstream = await startUpstream(t, (request) =>
      request.json.input.includes('2') ? { status: 413 } : echo(request),
    );
    const client = connect(t, upstream.url);
    const options = { batchSize: 4, onError: 'partial' };

    const results = await collect(
      client.embedStream(counting(4), 'm', options),
    );

    assert.deepEqual(places(results), [
      [0, 2],
      [2, 1],
      [3, 1],
    ]);
    assert.equal(results[1].error.status, 413);
    assert.deepEqual([...results[0].data, ...results[2].data], [0, 1, 3]);
    assert.equal(results[2].usage.total_tokens, 0);
  });

  it('passes on what the source throws, and cancels the rest', async (t) => {
    const upstream = await startUpstream(t, () => HANG);
    const client = connect(t, upstream.url);
    const broken = new Error('the file is gone');
    async function* source() {
      yield '0';
      await upstream.until((now) => now.requests.length === 1);
      throw broken;
    }

    const stream = client.embedStream(source(), 'm', { batchSize: 1 });

    assert.equal(await rejection(stream.next()), broken);
    await upstream.until((now) => now.requests[0].aborted);
  });

  it('names the element that is no string, and closes the source', async (t) => {
    const upstream = await startUpstream(t, echo);
    const client = connect(t, upstream.url);
    let isClosed = false;
    function* source() {
      try {
        yield* ['0', '1', 2];
      } finally {
        isClosed = true;
      }
    }

    const error = await rejection(
      collect(client.embedStream(source(), 'm', { onError: 'partial' })),
    );

    assert.deepEqual(
      [error.code, error.argument],
      [...['INVALID_ARGUMENT', 'input[2]']],
    );
    assert.equal(isClosed, true);
    assert.equal(upstream.requests.length, 0);
  });

  for (const [name, makeWay] of [
    [
      'a token',
      () => {
        const cancelToken = new CancellationToken();
        return [{ cancelToken }, () => cancelToken.cancel()];
      },
    ],
    [
      'a signal',
      () => {
        const controller = new AbortController();
        const { signal } = controller;
        return [{ signal }, () => controller.abort('enough')];
      },
    ],
  ])
    it(`is cancelled by ${name}, though its source stalls`, async (t) => {
      const upstream = await startUpstream(t, () => HANG);
      const client = connect(t, upstream.url);
      const source = stalling();
      const [option, cancel] = makeWay();
      const stream = client.embedStream(source, 'm', {
        ...{ batchSize: 1, onError: 'partial' },
        ...option,
      });
      const next = rejection(stream.next());
      await upstream.until((now) => now.requests.length === 1);

      cancel();

      const error = await next;
      assert.equal(error.code, 'CANCELLED');
      assert.equal(error.cause, option.signal && 'enough');
      assert.equal(error.name, option.signal ? 'AbortError' : 'CancelledError');
      assert.equal(source.isClosed, true);
      await upstream.until((now) => now.requests[0].aborted);
      if (option.signal)
        assert.equal(getEventListeners(option.signal, 'abort').length, 0);
      const again = client.embedStream(['0'], 'm', option);
      assert.equal((await rejection(again.next())).code, 'CANCELLED');
    });

  it('rejects when the whole of it takes too long', async (t) => {
    const upstream = await startUpstream(t, echo);
    const client = connect(t, upstream.url);
    const source = stalling();
    const options = { batchSize: 1, totalTimeoutS: 0.1 };

    const error = await rejection(
      collect(client.embedStream(source, 'm', options)),
    );

    assert.equal(error.name, 'TimeoutError');
    assert.match(error.message, /totalTimeoutS/);
    assert.equal(source.isClosed, true);
  });

  it('ends with its client, whose close waits for it', async (t) => {
    const upstream = await startUpstream(t, echo);
    const one = connect(t, upstream.url);
    const two = connect(t, upstream.url);
    const finishing = one.embedStream(counting(9), 'm', { batchSize: 1 });
    const ending = two.embedStream(stalling(), 'm', { batchSize: 1 });
    await Promise.all([finishing.next(), ending.next()]);

    const closed = one.close();
    const rest = await collect(finishing);
    await closed;
    const next = rejection(ending.next());
    await two.clientWrapper.destroy();

    assert.equal(rest.length, 8);
    assert.equal((await next).code, 'CLOSED');
    const late = rejection(one.embedStream(['0'], 'm').next());
    assert.equal((await late).code, 'CLOSED');
  });
});
