'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { Sender } = require('../../lib/send/sender');

const failure = (code, status) =>
  Object.assign(new Error(`${code} ${status ?? ''}`), { code, status });

const ok = (inputs) => ({ count: inputs.length, tokens: 1, values: inputs });

/** A sender over a function that answers or throws, and what it took. */
function makeSender(answer, more) {
  const taken = [];
  const calls = [];
  const sender = new Sender({
    async send(inputs) {
      calls.push(inputs);
      const runs = await answer(inputs, calls.length);
      return {
        requests: 1,
        runs: runs ?? [{ count: inputs.length, results: ok(inputs) }],
      };
    },
    batchSize: 4,
    width: 2,
    options: {},
    outageS: 60,
    maxFailures: Infinity,
    take: async (results) => {
      taken.push(results);
    },
    ...more,
  });
  return { sender, taken, calls };
}

/** What was taken, one entry an input: its value, or 'failed'. */
const flat = (taken) =>
  taken.flatMap(({ count, values }) => values ?? Array(count).fill('failed'));

async function sendAll(sender, inputs) {
  await sender.sendAll(inputs);
  await sender.finish();
}

const LETTERS = [...'abcdefghij'];

describe('a sender', () => {
  it('hands results on in order, whichever comes first', async () => {
    const waiting = [];
    const { sender, taken } = makeSender(
      (inputs) =>
        new Promise((resolve) => {
          waiting.push(resolve);
          // The second of two is answered first.
          if (waiting.length === 2 || inputs.length < 4)
            for (const one of waiting.splice(0).reverse()) one(undefined);
        }),
    );

    await sendAll(sender, LETTERS);

    assert.deepEqual(flat(taken), LETTERS);
  });

  it('keeps no more calls in flight than it may', async () => {
    let inFlight = 0;
    let most = 0;
    const { sender } = makeSender(
      async () => {
        inFlight += 1;
        most = Math.max(most, inFlight);
        await new Promise((resolve) => setImmediate(resolve));
        inFlight -= 1;
      },
      { width: 3, batchSize: 1 },
    );

    await sendAll(sender, LETTERS);

    assert.equal(most, 3);
  });

  it('finds the one row that is to blame', async () => {
    const { sender, taken, calls } = makeSender((inputs) => {
      if (inputs.includes('c')) throw failure('HTTP_ERROR', 400);
    });

    await sendAll(sender, LETTERS);

    assert.deepEqual(flat(taken), [...'ab', 'failed', ...'defghij']);
    // abcd, ab, cd, c, d and the two batches behind.
    assert.equal(calls.length, 7);
  });

  it('finds a row that looks like an outage while others are answered', async () => {
    const { sender, taken } = makeSender((inputs) => {
      if (inputs.includes('f')) throw failure('HTTP_ERROR', 503);
    });

    await sendAll(sender, LETTERS);

    assert.deepEqual(flat(taken), [...'abcde', 'failed', ...'ghij']);
  });

  it('asks again for the part of a batch that met an outage', async () => {
    let isAway = true;
    const { sender, taken } = makeSender((inputs) => {
      if (inputs.length < 4 || !isAway) return undefined;
      isAway = false;
      return [
        { count: 2, results: ok(inputs.slice(0, 2)) },
        { count: 2, error: failure('TIMEOUT') },
      ];
    });

    await sendAll(sender, LETTERS);

    assert.deepEqual(flat(taken), LETTERS);
  });

  it('gives an outage up after its time', async () => {
    const { sender } = makeSender(
      () => {
        throw failure('CONNECTION_ERROR');
      },
      { outageS: 0 },
    );

    await assert.rejects(sendAll(sender, LETTERS), {
      name: 'JobError',
      message: /the server has not answered for 0 s: CONNECTION_ERROR/,
    });
  });

  it('asks for smaller batches once the server takes no larger ones', async () => {
    const sizes = [];
    const { sender } = makeSender(undefined, {
      width: 1,
      async send(inputs) {
        sizes.push(inputs.length);
        const runs = [{ count: inputs.length, results: ok(inputs) }];
        return { runs, requests: Math.ceil(inputs.length / 2) };
      },
    });

    await sendAll(sender, LETTERS);

    assert.deepEqual(sizes, [4, 2, 2, 2]);
  });

  it('rejects what is under way when it is stopped', async () => {
    const { sender } = makeSender(() => new Promise(() => {}));
    const sending = sendAll(sender, LETTERS);

    sender.stop(new Error('enough'));

    await assert.rejects(sending, /enough/);
  });
});
