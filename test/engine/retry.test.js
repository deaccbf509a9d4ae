'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const net = require('node:net');

const { CancellationToken } = require('../..');
const { connect, rejection } = require('../helpers/client');
const { startUpstream } = require('../helpers/upstream');

const LIMIT = { timeout: 60_000 };

const SOON = { initialBackoffMs: 50 };

const OK = { body: { ok: true } };

/** A port on which nobody listens any more. */
function closedPort() {
  const server = net.createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function requestId(request) {
  return request.headers['x-baseten-customer-request-id'];
}

describe('a failed request is sent again', () => {
  for (const status of [408, 409, 429, 500, 502, 503, 504, 529])
    it(`after status ${status}`, async (t) => {
      const upstream = await startUpstream(t, [{ status }, OK]);
      const client = connect(t, upstream.url);

      const response = await client.batchPost('/x', [{ a: 1 }], SOON);

      assert.deepEqual(response.data, [{ ok: true }]);
      assert.equal(upstream.requests.length, 2);
    });

  it('after the server hung up without an answer', async (t) => {
    const upstream = await startUpstream(t, [{ reset: true }, OK]);
    const client = connect(t, upstream.url);

    const response = await client.batchPost('/x', [{}], SOON);

    assert.deepEqual(response.data, [{ ok: true }]);
  });

  it('after an answer was cut off', async (t) => {
    const upstream = await startUpstream(t, [{ ...OK, cut: 4 }, OK]);
    const client = connect(t, upstream.url);

    const response = await client.batchPost('/x', [{}], SOON);

    assert.deepEqual(response.data, [{ ok: true }]);
    assert.equal(upstream.requests.length, 2);
  });

  it('after an answer with too few items', async (t) => {
    const one = { embedding: [1, 2], index: 0 };
    const upstream = await startUpstream(t, [
      { body: { data: [one] } },
      { body: { data: [one, { ...one, index: 1 }] } },
    ]);
    const client = connect(t, upstream.url);

    const response = await client.embed(['a', 'b'], 'm', SOON);

    assert.equal(response.data.length, 2);
    assert.equal(upstream.requests.length, 2);
  });

  it('with the same body and headers, but for id and deadline', async (t) => {
    const upstream = await startUpstream(t, [{ status: 503 }, OK]);
    const client = connect(t, upstream.url);

    await client.batchPost('/x', [{ text: 'ä'.repeat(1000) }], SOON);

    const [first, second] = upstream.requests.map(({ headers, text }) => {
      const same = { ...headers };
      delete same['x-baseten-customer-request-id'];
      delete same['request-deadline-ms'];
      return { same, text };
    });
    assert.deepEqual(second, first);
  });

  it('under an id that counts the attempts', async (t) => {
    const upstream = await startUpstream(t, [
      { status: 503 },
      { status: 429 },
      OK,
    ]);
    const client = connect(t, upstream.url);

    await client.batchPost('/x', [{}], SOON);

    const ids = upstream.requests.map(requestId);
    const stem = ids[0].slice(0, -1);
    assert.match(ids[0], /^perfclient-[0-9a-f]{10}-0-0$/);
    assert.deepEqual(ids, [`${stem}0`, `${stem}1`, `${stem}2`]);
  });

  it('and only that one of a call', async (t) => {
    let isFirst = true;
    const upstream = await startUpstream(t, ({ json }) => {
      if (json !== 2 || !isFirst) return { body: json };
      isFirst = false;
      return { status: 500 };
    });
    const client = connect(t, upstream.url);

    const { data } = await client.batchPost('/x', [0, 1, 2, 3], SOON);

    const sent = upstream.requests.map(({ json }) => json).sort();
    assert.deepEqual(data, [0, 1, 2, 3]);
    assert.deepEqual(sent, [0, 1, 2, 2, 3]);
  });

  it('after the others, when they wait for its place', async (t) => {
    const upstream = await startUpstream(t, ({ json }, n) =>
      n === 0 ? { status: 503 } : { body: json },
    );
    const client = connect(t, upstream.url);

    const { data } = await client.batchPost('/x', [0, 1, 2], {
      maxConcurrentRequests: 1,
      initialBackoffMs: 400,
    });

    const sent = upstream.requests.map(({ json }) => json);
    assert.deepEqual(data, [0, 1, 2]);
    assert.deepEqual(sent, [0, 1, 2, 0]);
  });

  it('free of charge when a kept connection had died', async (t) => {
    const upstream = await startUpstream(t, (_request, n) =>
      n === 1 ? { reset: true } : OK,
    );
    const client = connect(t, upstream.url);
    await client.batchPost('/x', [{}]);

    const response = await client.batchPost('/x', [{}], { maxRetries: 0 });

    assert.deepEqual(response.data, [{ ok: true }]);
    assert.equal(upstream.requests.length, 3);
  });
});

describe('a failed request is given up', () => {
  for (const status of [
    400, 401, 403, 404, 405, 410, 413, 418, 422, 451, 501, 505,
  ])
    it(`at once after status ${status}`, async (t) => {
      const upstream = await startUpstream(t, [{ status, body: { no: 1 } }]);
      const client = connect(t, upstream.url);

      const error = await rejection(client.batchPost('/x', [{}], SOON));

      assert.equal(error.code, 'HTTP_ERROR');
      assert.equal(error.status, status);
      assert.equal(error.response.status, status);
      assert.deepEqual(error.response.json(), { no: 1 });
      assert.equal(error.attempts, 1);
      assert.equal(upstream.requests.length, 1);
    });

  it('after maxRetries, with the last answer and its id', async (t) => {
    const upstream = await startUpstream(t, (_request, n) => ({
      status: 503,
      body: { n },
    }));
    const client = connect(t, upstream.url);

    const error = await rejection(
      client.batchPost('/x', [{}], { ...SOON, maxRetries: 2 }),
    );

    assert.equal(error.code, 'HTTP_ERROR');
    assert.equal(error.attempts, 3);
    assert.deepEqual(error.response.json(), { n: 2 });
    assert.equal(error.requestId, requestId(upstream.requests[2]));
    assert.equal(upstream.requests.length, 3);
  });

  it('at once when maxRetries is 0', async (t) => {
    const upstream = await startUpstream(t, [{ status: 503 }]);
    const client = connect(t, upstream.url);

    const error = await rejection(
      client.batchPost('/x', [{}], { maxRetries: 0 }),
    );

    assert.equal(error.attempts, 1);
    assert.equal(upstream.requests.length, 1);
  });

  it('when nobody listens, naming it a connection error', async (t) => {
    const client = connect(t, `http://127.0.0.1:${await closedPort()}`);

    const error = await rejection(
      client.batchPost('/x', [{}], { ...SOON, maxRetries: 1 }),
    );

    assert.equal(error.code, 'CONNECTION_ERROR');
    assert.match(error.message, /could not connect/);
    assert.equal(error.attempts, 2);
    assert.equal(error.response, undefined);
  });

  it('when the host has no address', async (t) => {
    const client = connect(t, 'http://nowhere.invalid');

    const error = await rejection(
      client.batchPost('/x', [{}], { maxRetries: 0 }),
    );

    assert.equal(error.code, 'CONNECTION_ERROR');
  });

  it('when resets have used up the budget of the call', async (t) => {
    const upstream = await startUpstream(t, () => ({ reset: true }));
    const client = connect(t, upstream.url);

    const error = await rejection(
      client.batchPost('/x', [{}], { ...SOON, retryBudgetPct: 0 }),
    );

    assert.equal(error.code, 'CONNECTION_ERROR');
    assert.equal(error.attempts, 3);
    assert.equal(upstream.requests.length, 3);
  });

  for (const [status, sent] of [
    [500, 40 + 3],
    [502, 40 + 3],
    [504, 40 + 3],
    [503, 40 + 80],
    [429, 40 + 80],
  ])
    it(`after ${sent} requests of a call of 40, with status ${status}`, async (t) => {
      const upstream = await startUpstream(t, () => ({ status }));
      const client = connect(t, upstream.url);
      const payloads = Array.from({ length: 40 }, (_, i) => i);

      await rejection(
        client.batchPost('/x', payloads, {
          ...{ ...SOON, maxRetries: 2, onError: 'partial' },
        }),
      );

      assert.equal(upstream.requests.length, sent);
    });

  it('and says which payload it was', async (t) => {
    const upstream = await startUpstream(t, ({ json }) => ({
      status: json === 3 ? 422 : 200,
      body: json,
    }));
    const client = connect(t, upstream.url);

    const error = await rejection(client.batchPost('/x', [0, 1, 2, 3, 4]));

    assert.match(error.message, /^HTTP 422 from POST \/x \(payload 3, /);
    assert.equal(error.firstInput, 3);
  });
});

describe('of requests that are sent again to one server', LIMIT, () => {
  const MOST = 64;

  /** Held answers are no reason to send fewer. */
  const AT_ONCE = { ...SOON, adaptive: false };

  /** Fails every payload once, and holds what comes again until `open`. */
  async function startHolding(t) {
    const gate = { seen: new Set(), held: [], most: 0, isOpen: false };
    gate.open = () => {
      gate.isOpen = true;
      for (const answer of gate.held.splice(0)) answer(OK);
    };
    const upstream = await startUpstream(t, ({ json }) => {
      if (gate.seen.size < gate.seen.add(json).size) return { status: 503 };
      if (gate.isOpen) return OK;
      return new Promise((resolve) => {
        gate.most = Math.max(gate.most, gate.held.push(resolve));
      });
    });
    return { gate, upstream };
  }

  function payloads(count, from = 0) {
    return Array.from({ length: count }, (_, i) => from + i);
  }

  it(`no more than ${MOST} are in flight, over all calls`, async (t) => {
    const { gate, upstream } = await startHolding(t);
    const client = connect(t, upstream.url);

    const calls = [0, 60].map((from) =>
      client.batchPost('/x', payloads(60, from), AT_ONCE),
    );
    await upstream.until(({ requests }) => requests.length === 120 + MOST);
    // Longer than every back-off: whatever may come has come.
    await new Promise((resolve) => setTimeout(resolve, 250));
    gate.open();
    const responses = await Promise.all(calls);

    assert.equal(gate.most, MOST);
    assert.equal(upstream.requests.length, 240);
    assert.ok(responses.every(({ data }) => data.length === 60));
  });

  it('the places of a cancelled call go to those of the others', async (t) => {
    const { gate, upstream } = await startHolding(t);
    const client = connect(t, upstream.url);
    const cancelToken = new CancellationToken();

    const first = rejection(
      client.batchPost('/x', payloads(100), { ...AT_ONCE, cancelToken }),
    );
    await upstream.until(({ requests }) => requests.length === 100 + MOST);
    const second = client.batchPost('/x', payloads(10, 100), AT_ONCE);
    await upstream.until(({ requests }) => requests.length === 110 + MOST);
    gate.isOpen = true;
    cancelToken.cancel();

    assert.equal((await first).code, 'CANCELLED');
    assert.equal((await second).data.length, 10);
  });
});
