'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const path = require('node:path');

const {
  CancellationToken,
  AbortError,
  CancelledError,
  RequestProcessingPreference,
} = require('../..');
const { succeed } = require('../helpers/stand-in-engine');
const { setUp } = require('../helpers/submission');

function nextTurn() {
  return new Promise(setImmediate);
}

describe('a cancellation token', () => {
  it('tells whether it was cancelled', () => {
    const token = new CancellationToken();

    const before = [token.isCancelled(), token.is_cancelled()];
    token.cancel();
    token.cancel();

    assert.deepEqual(before, [false, false]);
    assert.deepEqual([token.isCancelled(), token.is_cancelled()], [true, true]);
  });

  it('cancels every running call that holds it', async (t) => {
    const { engine, client } = setUp(t);
    const cancelToken = new CancellationToken();
    const preference = new RequestProcessingPreference({ cancelToken });
    const calls = [
      client.embed(['a'], 'm', { preference }),
      client.classify(['a'], { cancelToken }),
    ];

    cancelToken.cancel();

    for (const call of calls)
      await assert.rejects(call, { name: 'CancelledError', code: 'CANCELLED' });
    assert.equal(engine.cancelled.length, 2);
  });

  it('is not touched by the end of a call', async (t) => {
    const { engine, client } = setUp(t);
    const cancelToken = new CancellationToken();
    const call = client.batchPost('/x', [{}], { cancelToken });
    succeed(engine.jobs[0], ['{}']);
    await call;

    const isCancelled = cancelToken.isCancelled();
    cancelToken.cancel();

    assert.equal(isCancelled, false);
    assert.equal(engine.cancelled.length, 0);
  });

  it('ends a later call before anything is sent', async (t) => {
    const { engine, client } = setUp(t);
    const cancelToken = new CancellationToken();
    cancelToken.cancel();

    const call = client.embed(['a'], 'm', { cancelToken });

    await assert.rejects(call, /cancelled/);
    assert.equal(engine.jobs.length, 0);
  });

  it('cannot be forged from an object', async (t) => {
    const { client } = setUp(t);

    for (const cancelToken of [{}, { cancel() {} }, 'token', true])
      await assert.rejects(client.embed(['a'], 'm', { cancelToken }), {
        name: 'TypeError',
        argument: 'cancelToken',
      });
  });
});

describe('an abort signal', () => {
  it('cancels a call and is given as the cause', async (t) => {
    const { client } = setUp(t);
    const controller = new AbortController();
    const reason = new Error('the user left');
    const call = client.rerank('q', ['a'], { signal: controller.signal });

    controller.abort(reason);

    await assert.rejects(call, (error) => {
      assert.ok(error instanceof CancelledError);
      assert.ok(error instanceof AbortError);
      assert.equal(error.name, 'AbortError');
      assert.match(error.stack, /^AbortError: /);
      assert.match(error.message, /cancelled/);
      assert.equal(error.cause, reason);
      return true;
    });
  });

  it('ends a call before anything is sent when already aborted', async (t) => {
    const { engine, client } = setUp(t);
    const signal = AbortSignal.abort('too late');

    const call = client.embed(['a'], 'm', { signal });

    await assert.rejects(call, { code: 'CANCELLED', cause: 'too late' });
    assert.equal(engine.jobs.length, 0);
  });

  it('may stand where a token is expected, beside another signal', async (t) => {
    const { engine, client } = setUp(t);
    const controllers = [new AbortController(), new AbortController()];
    const [cancelToken, signal] = controllers.map((one) => one.signal);
    const calls = controllers.map(() =>
      client.embed(['a'], 'm', { cancelToken, signal }),
    );
    succeed(engine.jobs[0]);
    await calls[0];

    controllers[0].abort();

    await assert.rejects(calls[1], { code: 'CANCELLED' });
    assert.deepEqual(engine.cancelled, [engine.jobs[1]]);
  });

  it('is listened to once, and no longer than its calls run', async (t) => {
    const { engine, client } = setUp(t);
    const { signal } = new AbortController();
    const add = t.mock.method(signal, 'addEventListener');
    const remove = t.mock.method(signal, 'removeEventListener');
    const warnings = t.mock.method(process, 'emitWarning', () => {});
    const calls = Array.from({ length: 20 }, () =>
      client.batchPost('/x', [{}], { signal }),
    );

    for (const job of engine.jobs) succeed(job, ['1']);
    await Promise.all(calls);
    await nextTurn();

    assert.equal(add.mock.callCount(), 1);
    assert.equal(remove.mock.callCount(), 1);
    assert.equal(warnings.mock.callCount(), 0);
  });
});

describe('isCancelled without its call', () => {
  /** What a program writes to the console, its output and its warnings. */
  function run(script) {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['-e', `const { CancellationToken } = require('.');${script}`],
      { cwd: path.join(__dirname, '../..'), encoding: 'utf8' },
    );
    return { stdout, warnings: stderr.match(/isCancelled is a method/g) ?? [] };
  }

  it('is warned of, once in a process', () => {
    const script =
      'const token = new CancellationToken();' +
      'if (token.isCancelled) console.log("always");' +
      'setImmediate(() => new CancellationToken().isCancelled);';

    const { stdout, warnings } = run(script);

    assert.equal(stdout, 'always\n');
    assert.equal(warnings.length, 1);
  });

  it('is not suspected of calls, however many', () => {
    const script =
      'const token = new CancellationToken();' +
      'for (let i = 0; i < 1e5; i++) token.isCancelled();' +
      'setImmediate(() => console.log(token.isCancelled()));';

    const { stdout, warnings } = run(script);

    assert.equal(stdout, 'false\n');
    assert.deepEqual(warnings, []);
  });
});
