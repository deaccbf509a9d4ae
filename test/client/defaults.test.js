'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const {
  CancellationToken,
  PerformanceClient,
  RequestProcessingPreference,
} = require('../..');
const { NUMBER } = require('../../lib/native/contract');
const { standInEngine } = require('../helpers/stand-in-engine');
const { submitted } = require('../helpers/submission');

const URL = 'http://a.example';

function setUp(t, options) {
  const engine = standInEngine(t);
  const client = new PerformanceClient(URL, { apiKey: 'test-key', ...options });
  return { engine, client };
}

/** What the calls of a client with these options, one for each, would send. */
function numbersOf(t, options, calls) {
  const kit = setUp(t, options);
  return calls.map((call) => {
    const { numbers } = submitted(kit, 'embed', ['a'], 'm', call);
    return [NUMBER.BATCH_SIZE, NUMBER.TIMEOUT_MS, NUMBER.MAX_RETRIES].map(
      (position) => numbers[position],
    );
  });
}

describe("a client's preference", () => {
  const OURS = { batchSize: 3, timeoutS: 5 };

  it('is what its calls stand on, option by option', (t) => {
    const theirs = new RequestProcessingPreference({ timeoutS: 7 });
    const calls = [
      undefined,
      { batchSize: 4 },
      theirs,
      { preference: theirs, maxRetries: 1 },
      { preference: { batchSize: 9 }, timeoutS: 8 },
    ];

    for (const preference of [OURS, new RequestProcessingPreference(OURS)])
      assert.deepEqual(numbersOf(t, { preference }, calls), [
        [3, 5000, 5],
        [4, 5000, 5],
        [3, 7000, 5],
        [3, 7000, 1],
        [9, 8000, 5],
      ]);
  });

  it('holds for its streams', async (t) => {
    const kit = setUp(t, { preference: OURS });

    const reading = kit.client.embedStream(['a', 'b', 'c', 'd'], 'm').next();
    reading.catch(() => {});
    await new Promise(setImmediate);

    assert.deepEqual(
      kit.engine.jobs.map(({ inputs }) => inputs.length),
      [3, 1],
    );
  });

  it('may hold a token, which ends them all', async (t) => {
    const cancelToken = new CancellationToken();
    const { client } = setUp(t, { preference: { cancelToken } });

    cancelToken.cancel();

    await assert.rejects(client.classify(['a']), { code: 'CANCELLED' });
  });

  it('is refused where it is none, or does not fit the call', async (t) => {
    const { client } = setUp(t, { preference: OURS });

    assert.throws(() => setUp(t, { preference: 5 }), {
      code: 'INVALID_ARGUMENT',
      argument: 'preference',
    });
    assert.throws(() => setUp(t, { preference: { batchsize: 5 } }), {
      message: /did you mean batchSize\?$/,
    });
    await assert.rejects(client.classify(['a'], { hedgeDelay: 5 }), {
      message: 'hedgeDelay must be less than timeoutS (5), got 5',
    });
  });
});

describe("a client's headers", () => {
  it('go with every request, below those of the call', (t) => {
    const headers = { 'X-A': 'client', 'X-B': 'client', 'X-C': 'client' };
    const kit = setUp(t, { headers });

    const plain = submitted(kit, 'embed', ['a'], 'm');
    const own = submitted(kit, 'batchPost', '/x', [1], {
      extraHeaders: { 'x-b': 'preference', 'x-c': 'preference' },
      headers: { 'x-c': 'call' },
    });

    const shown = ({ headers: sent }) =>
      ['x-a', 'x-b', 'x-c'].map((name) => sent[name]);
    assert.deepEqual(shown(plain), ['client', 'client', 'client']);
    assert.deepEqual(shown(own), ['client', 'preference', 'call']);
  });

  it('may authorize, without a key', (t) => {
    const headers = { authorization: 'Basic YTpi' };

    const job = submitted(setUp(t, { apiKey: false, headers }), 'classify', [
      'a',
    ]);

    assert.equal(job.headers.authorization, 'Basic YTpi');
  });

  it('are refused by name', (t) => {
    assert.throws(() => setUp(t, { headers: { 'x-a': 5 } }), {
      argument: 'headers',
    });
  });
});
