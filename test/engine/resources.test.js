'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { startFaultServer } = require('../helpers/fault-server');
const { StarvedChild, canStarve } = require('../helpers/starved-child');

const LIMIT = {
  timeout: 20_000,
  concurrency: true,
  skip: !canStarve() && 'another user may not read this folder',
};

const PLENTY = 1024;
const NONE = 3; // but for those that every process begins with

const CODES = new Set(['CONNECTION_ERROR', 'SYSTEM_ERROR']);

/** A server, and a client of it in a process of its own. */
async function start(t) {
  const server = await startFaultServer(t, { answers: () => ({ body: 1 }) });
  const child = new StarvedChild();
  t.after(() => child.close());
  await child.ready();
  return { child, url: server.url };
}

/** Holds that each payload ended once. */
function checkOnce({ endings, errors }) {
  assert.deepEqual(new Set(endings), new Set([1]));
  for (const { code, message } of errors) assert.ok(CODES.has(code), message);
}

describe('a process', LIMIT, () => {
  it('with few descriptors left loses no input, and goes on', async (t) => {
    const { child, url } = await start(t);

    child.limit('nofile', 64);
    const starved = await child.ask(url, 300);
    child.limit('nofile', PLENTY);
    const fed = await child.ask(url, 300);

    checkOnce(starved);
    assert.ok(starved.answered > 0, 'what could be sent was not');
    const short = starved.errors.length + starved.retries;
    assert.ok(short > 0, 'there was no shortage');
    assert.equal(fed.answered, 300);
  });

  it('that runs out of descriptors amid a call is told which lack it was', async (t) => {
    const { child, url } = await start(t);

    await child.ask(url, 1);
    child.limit('nofile', 64);
    const { errors } = await child.ask(url, 300, 0);
    child.limit('nofile', NONE);
    const named = await child.ask('http://name.invalid', 1, 0);

    for (const { code, message } of [errors[0], ...errors, ...named.errors]) {
      assert.equal(code, 'CONNECTION_ERROR');
      assert.match(message, /the process has no file descriptor left/);
    }
  });

  it('without a descriptor is told so, and goes on', async (t) => {
    const { child, url } = await start(t);

    child.limit('nofile', NONE);
    const starved = await child.ask(url, 10);
    child.limit('nofile', PLENTY);
    const fed = await child.ask(url, 10);

    checkOnce(starved);
    assert.equal(starved.errors[0].code, 'SYSTEM_ERROR');
    assert.match(starved.errors[0].message, /resource: Too many open files$/);
    assert.equal(fed.answered, 10);
  });

  it('without a thread is told so, and goes on', async (t) => {
    const { child, url } = await start(t);

    child.limit('nproc', 1);
    const starved = await child.ask(url, 10);
    child.limit('nproc', PLENTY);
    const fed = await child.ask(url, 10);

    checkOnce(starved);
    assert.equal(starved.errors[0].code, 'SYSTEM_ERROR');
    assert.match(
      starved.errors[0].message,
      /resource: no further thread may be started$/,
    );
    assert.equal(fed.answered, 10);
  });

  it('that may not start a thread for a name tells it', async (t) => {
    const { child, url } = await start(t);

    await child.ask(url, 1);
    child.limit('nproc', 1);
    const running = await child.ask(url, 10);
    const first = await child.ask('http://name.invalid', 2);

    assert.equal(running.answered, 10);
    checkOnce(first);
    assert.match(first.errors[0].message, /resource|thread/);
  });
});
