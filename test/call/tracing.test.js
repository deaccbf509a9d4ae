'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const {
  subscribe,
  tracingChannel,
  unsubscribe,
} = require('node:diagnostics_channel');

const { connect, rejection } = require('../helpers/client');
const { startUpstream } = require('../helpers/upstream');

const CALL = 'baseten-performance-client:call';
const REQUEST = 'baseten-performance-client:request';

const OK = { body: { ok: true } };
const BAD = { status: 400 };

/** What is told of calls during a test: [event, context] each. */
function listenToCalls(t) {
  const told = [];
  const names = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'];
  const handlers = Object.fromEntries(
    names.map((name) => [name, (context) => told.push([name, context])]),
  );
  const channel = tracingChannel(CALL);
  channel.subscribe(handlers);
  t.after(() => channel.unsubscribe(handlers));
  return told;
}

function listenToRequests(t) {
  const told = [];
  const listen = (event) => told.push(event);
  subscribe(REQUEST, listen);
  t.after(() => unsubscribe(REQUEST, listen));
  return told;
}

describe('those who listen to calls', () => {
  it('are told of the beginning, the end and the response', async (t) => {
    const upstream = await startUpstream(t, () => OK);
    const client = connect(t, upstream.url);
    const told = listenToCalls(t);

    const call = client.batchPost('/x', [1, 2], { method: 'PUT' });
    const atOnce = told.map(([name]) => name);
    const response = await call;

    assert.deepEqual(atOnce, ['start', 'end']);
    assert.deepEqual(
      told.map(([name]) => name),
      ['start', 'end', 'asyncStart', 'asyncEnd'],
    );
    const [[, context]] = told;
    assert.ok(told.every(([, each]) => each === context));
    assert.deepEqual(context, {
      ...{ operation: 'batchPost', method: 'PUT' },
      ...{ url: `${upstream.url}/x`, inputs: 2 },
      result: response,
    });
  });

  it('are told of the error that the caller gets', async (t) => {
    const upstream = await startUpstream(t, () => BAD);
    const client = connect(t, upstream.url);
    const told = listenToCalls(t);

    const error = await rejection(client.classify(['a', 'b', 'c']));

    const [, context] = told.find(([name]) => name === 'error');
    assert.equal(context.error, error);
    assert.equal(context.operation, 'classify');
    assert.equal(context.inputs, 3);
  });

  it('are told neither keys nor inputs', async (t) => {
    const upstream = await startUpstream(t, () => OK);
    const client = connect(t, upstream.url);
    const told = listenToCalls(t);

    await client.batchPost('/x', ['sesame-input'], {
      primaryApiKeyOverride: 'sesame-key',
      headers: { 'x-a': 'sesame-header' },
    });

    const [[, { result, ...context }]] = told;
    assert.ok(result);
    assert.doesNotMatch(JSON.stringify(context), /sesame|test-key/);
  });

  it('cannot lead a call astray', async (t) => {
    const upstream = await startUpstream(t, () => OK);
    const client = connect(t, upstream.url);
    const channel = tracingChannel(CALL);
    const handlers = {
      start: (context) => Object.assign(context, { url: 'x', inputs: 7 }),
    };
    channel.subscribe(handlers);
    t.after(() => channel.unsubscribe(handlers));

    const response = await client.batchPost('/x', [1]);

    assert.deepEqual(response.data, [{ ok: true }]);
  });
});

describe('those who listen to requests', () => {
  it('are told of each answered batch', async (t) => {
    const upstream = await startUpstream(t, ({ json }) => ({
      status: 201,
      body: json.inputs.map(() => []),
    }));
    const client = connect(t, upstream.url);
    const told = listenToRequests(t);

    await client.classify(['a', 'b', 'c'], { batchSize: 2 });

    told.sort((a, b) => a.batch - b.batch);
    const facts = told.map(({ call, seconds, ...event }) => {
      assert.equal(call.operation, 'classify');
      assert.ok(seconds > 0);
      return event;
    });
    assert.deepEqual(facts, [
      { batch: 0, firstInput: 0, inputCount: 2, status: 201 },
      { batch: 1, firstInput: 2, inputCount: 1, status: 201 },
    ]);
  });

  it('are told of failed batches, whatever the call makes of them', async (t) => {
    const upstream = await startUpstream(t, ({ json }) =>
      json === 'bad' ? BAD : OK,
    );
    const client = connect(t, upstream.url);

    for (const onError of ['partial', 'throw']) {
      const told = listenToRequests(t);
      await client.batchPost('/x', ['bad', 'b'], { onError }).catch(() => {});

      const failed = told.filter(({ code }) => code);
      assert.equal(failed.length, 1, onError);
      const [{ call, ...event }] = failed;
      assert.equal(call.operation, 'batchPost');
      assert.deepEqual(event, {
        ...{ batch: 0, firstInput: 0, inputCount: 1 },
        ...{ status: 400, code: 'HTTP_ERROR' },
      });
    }
  });

  it('can tell by the context which call a request belongs to', async (t) => {
    const upstream = await startUpstream(t, () => OK);
    const client = connect(t, upstream.url);
    const calls = listenToCalls(t);
    const requests = listenToRequests(t);

    await Promise.all([
      client.batchPost('/x', [1]),
      client.batchPost('/y', [1]),
    ]);

    const contexts = calls
      .filter(([name]) => name === 'start')
      .map(([, context]) => context);
    assert.deepEqual(
      new Set(requests.map(({ call }) => call)),
      new Set(contexts),
    );
    assert.equal(contexts.length, 2);
  });
});
