'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');

const { PerformanceClient } = require('../..');
const { rejection } = require('../helpers/client');
const { startFaultServer } = require('../helpers/fault-server');
const { startFullServer } = require('../helpers/full-server');

/** Calls in each phase; eight phases make a thousand. */
const CALLS = 125;

/** For a test that would otherwise wait forever. */
const LIMIT = { timeout: 30_000 };

const descriptors = () => fs.readdirSync('/proc/self/fd').length;

const timers = () =>
  process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

/** A server that follows `script`, and a client of it. */
async function serve(t, script) {
  const server = await startFaultServer(t, script);
  const options = { apiKey: 'test-key', ca: server.ca };
  const client = new PerformanceClient(server.url, options);
  return { server, client };
}

const HANG = { answers: () => ({ how: 'hang' }) };

/** All requests of all calls have reached the server. */
const arrived = (each) => (now) => now.requests.length >= each * CALLS;

/** All calls have a connection. */
const connected = (now) => now.connections >= CALLS;

/** Each phase: how to begin so many calls, and when all of them are in it. */
const PHASES = {
  async 'while they connect'(t) {
    const port = await startFullServer(t);
    const client = new PerformanceClient(`http://127.0.0.1:${port}`, 'key');
    return { client, payloads: [1] };
  },
  async 'while they shake hands over TLS'(t) {
    const script = { tls: true, connections: () => 'silent' };
    return { ...(await serve(t, script)), payloads: [1], isThere: connected };
  },
  async 'while they send'(t) {
    const script = { connections: () => 'deaf' };
    const payloads = ['x'.repeat(400_000)];
    return { ...(await serve(t, script)), payloads, isThere: connected };
  },
  async 'while they wait for an answer'(t) {
    return { ...(await serve(t, HANG)), payloads: [1], isThere: arrived(1) };
  },
  async 'in the middle of a body'(t) {
    const body = { rest: 'x'.repeat(1000) };
    const script = { answers: () => ({ how: 'hang-in-body', body }) };
    return { ...(await serve(t, script)), payloads: [1], isThere: arrived(1) };
  },
  async 'while they wait before another attempt'(t) {
    const script = { answers: () => ({ status: 503 }) };
    return {
      ...(await serve(t, script)),
      payloads: [1],
      options: { initialBackoffMs: 45_000 },
      isThere: arrived(1),
    };
  },
  async 'while they hedge'(t) {
    return {
      ...(await serve(t, HANG)),
      payloads: [1],
      options: { hedgeDelay: 0.2, hedgeBudgetPct: 1 },
      isThere: arrived(2),
    };
  },
  async 'between two batches'(t) {
    const answers = ({ json }) => ({ how: json === 1 ? 'whole' : 'hang' });
    return {
      ...(await serve(t, { answers })),
      payloads: [1, 2, 3],
      options: { maxConcurrentRequests: 1 },
      isThere: arrived(2),
    };
  },
};

/** Begins all calls, waits for their phase, and cancels them one by one. */
async function cancelAll({ client, server, payloads, options, isThere }) {
  const controllers = Array.from(
    { length: CALLS },
    () => new AbortController(),
  );
  const calls = controllers.map(({ signal }) =>
    rejection(client.batchPost('/x', payloads, { ...options, signal })),
  );
  await server?.until(isThere);
  for (const controller of controllers) controller.abort();
  const errors = await Promise.all(calls);
  return errors.map(({ code }) => code);
}

describe('a hundred and twenty-five calls cancelled', LIMIT, () => {
  for (const [phase, begin] of Object.entries(PHASES))
    it(`${phase} leave no descriptor, timer or work behind`, async (t) => {
      const { server, client, ...rest } = await begin(t);
      const before = { descriptors: descriptors(), timers: timers() };

      const codes = await cancelAll({ server, client, ...rest });
      const { inFlight, queued } = client.stats();
      await client.destroy();
      await server?.close();

      assert.deepEqual(codes, new Array(CALLS).fill('CANCELLED'));
      assert.deepEqual({ inFlight, queued }, { inFlight: 0, queued: 0 });
      assert.ok(descriptors() <= before.descriptors, 'a descriptor is left');
      assert.equal(timers(), before.timers);
    });

  it('while they wait let the server know at once', async (t) => {
    const { server, client } = await serve(t, HANG);
    t.after(() => client.destroy());

    await cancelAll({ server, client, payloads: [1], isThere: arrived(1) });

    await server.until((now) => now.openConnections === 0);
    assert.equal(server.connections, CALLS);
  });
});

describe('a client', LIMIT, () => {
  it('holds no more memory after a thousand cancelled calls', async (t) => {
    const { server, client } = await serve(t, {
      ...HANG,
      keepsRequests: false,
    });
    t.after(() => client.destroy());
    const payloads = ['x'.repeat(150_000)];
    const round = async () => {
      const first = server.connections;
      const isThere = (now) => now.connections >= first + CALLS;
      await cancelAll({ server, client, payloads, isThere });
      await server.until((now) => now.openConnections === 0);
    };

    for (let i = 0; i < 8; i++) await round();
    const before = process.memoryUsage.rss();
    for (let i = 0; i < 8; i++) await round();
    const grown = process.memoryUsage.rss() - before;

    const sent = 8 * CALLS * payloads[0].length;
    assert.ok(grown < sent / 2, `grew by ${grown} of ${sent} bytes sent`);
  });
});
