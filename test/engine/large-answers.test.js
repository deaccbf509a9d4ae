'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const path = require('node:path');
const { Worker } = require('node:worker_threads');

const { runChild } = require('../helpers/child');
const { connect, rejection } = require('../helpers/client');
const { startFaultServer } = require('../helpers/fault-server');
const { toBase64 } = require('../helpers/model-answers');
const { startUpstream } = require('../helpers/upstream');

const DIMENSIONS = 2048;

const BATCH = 32;

const ONCE = { maxRetries: 0, batchSize: BATCH };

const LIMIT = { timeout: 30_000 };

const PACKAGE = JSON.stringify(path.join(__dirname, '../..'));

/** `count` inputs that are all different numbers. */
function makeInputs(count) {
  return Array.from({ length: count }, (_, i) => `${i}`);
}

/** Each number of a vector tells its input and its own place. */
function vectorOf(input) {
  return Array.from(
    { length: DIMENSIONS },
    (_, i) => Number(input) + i / DIMENSIONS,
  );
}

/** Some 700 KB of JSON text for BATCH inputs; as base64, 350 KB. */
function largeAnswer({ json }, encode = (vector) => vector) {
  const data = json.input.map((input, index) => ({
    index,
    embedding: encode(vectorOf(input)),
  }));
  return { body: { data, model: 'm' } };
}

/** The same with a fault in the second half. */
function spoiltAnswer(request) {
  const text = JSON.stringify(largeAnswer(request).body);
  const at = text.indexOf(',', (text.length * 3) >> 2) + 1;
  return `${text.slice(0, at)}null,${text.slice(at)}`;
}

function assertVectors(response, inputs) {
  const { data, rows, dimensions } = response.matrix();
  assert.deepEqual([rows, dimensions], [inputs.length, DIMENSIONS]);
  assert.deepEqual(
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    Buffer.from(Float32Array.from(inputs.flatMap(vectorOf)).buffer),
  );
}

describe('large answers', LIMIT, () => {
  it('stand in input order, as numbers and as base64', async (t) => {
    const inputs = makeInputs(8 * BATCH);
    for (const encode of [undefined, toBase64]) {
      const upstream = await startUpstream(t, (request) =>
        largeAnswer(request, encode),
      );

      const response = await connect(t, upstream.url).embed(inputs, 'm', ONCE);

      assertVectors(response, inputs);
    }
  });

  it('are named when they are wrong, though they never end', async (t) => {
    const server = await startFaultServer(t, {
      answers: () => ({
        how: 'hang-in-body',
        body: (request) => spoiltAnswer(request) + ' '.repeat(1 << 20),
      }),
    });

    const error = await rejection(
      connect(t, server.url).embed(makeInputs(BATCH), 'm', ONCE),
    );

    assert.equal(error.code, 'PARSE_ERROR');
    assert.match(error.message, /item 2\d has no list of numbers/);
  });

  for (const how of ['cut', 'reset-in-body', 'cut-in-chunk', 'broken-chunk'])
    it(`are asked for again after ${how}`, async (t) => {
      const inputs = makeInputs(2 * BATCH);
      const body = (request) => JSON.stringify(largeAnswer(request).body);
      const server = await startFaultServer(t, {
        answers: (_, n) => ({ how: n < 2 ? how : 'whole', body }),
      });

      const response = await connect(t, server.url).embed(inputs, 'm', {
        batchSize: BATCH,
        initialBackoffMs: 50,
      });

      assertVectors(response, inputs);
      assert.equal(server.requests.length, 4);
    });

  it('have their time like all others', async (t) => {
    const upstream = await startUpstream(t, (request) => ({
      ...largeAnswer(request),
      cut: 300_000,
      hang: true,
    }));

    const error = await rejection(
      connect(t, upstream.url).embed(makeInputs(BATCH), 'm', {
        ...ONCE,
        timeoutS: 0.5,
      }),
    );

    assert.equal(error.code, 'TIMEOUT');
  });

  it('lose to a copy that is whole first', async (t) => {
    const inputs = makeInputs(BATCH);
    const upstream = await startUpstream(t, (request, n) => ({
      ...largeAnswer(request),
      ...(n === 0 && { cut: 300_000, hang: true }),
    }));

    const response = await connect(t, upstream.url).embed(inputs, 'm', {
      ...ONCE,
      hedgeDelay: 0.2,
    });

    assertVectors(response, inputs);
    assert.equal(upstream.requests.length, 2);
    await upstream.until((now) => now.requests[0].aborted);
  });

  it('fail alone with partial results', async (t) => {
    const inputs = makeInputs(4 * BATCH);
    const isSpoilt = ({ json }) => json.input[0] === `${BATCH}`;
    const upstream = await startUpstream(t, (request) =>
      isSpoilt(request)
        ? { body: spoiltAnswer(request) }
        : largeAnswer(request),
    );

    const response = await connect(t, upstream.url).embed(inputs, 'm', {
      ...ONCE,
      onError: 'partial',
    });

    const [failure, ...others] = response.errors;
    assert.equal(others.length, 0);
    assert.equal(failure.error.code, 'PARSE_ERROR');
    const { data } = response.matrix();
    const rowOf = (row) =>
      data.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS);
    for (const row of [0, BATCH - 1, 2 * BATCH, 4 * BATCH - 1])
      assert.deepEqual(rowOf(row), Float32Array.from(vectorOf(inputs[row])));
  });

  it('come for the halves of a batch that was too large', async (t) => {
    const inputs = makeInputs(2 * BATCH);
    const upstream = await startUpstream(t, (request) =>
      request.json.input.length > BATCH / 2
        ? { status: 413 }
        : largeAnswer(request),
    );

    const response = await connect(t, upstream.url).embed(inputs, 'm', ONCE);

    assertVectors(response, inputs);
  });

  it('may be cancelled while they arrive', async (t) => {
    const upstream = await startUpstream(t, (request) => largeAnswer(request));
    const client = connect(t, upstream.url);
    const inputs = makeInputs(8 * BATCH);

    for (let round = 0; round < 10; round++) {
      const stop = new AbortController();
      const call = client.embed(inputs, 'm', {
        ...ONCE,
        signal: stop.signal,
        onProgress: () => stop.abort(),
      });
      await call.catch(({ code }) => assert.equal(code, 'CANCELLED'));
    }

    assertVectors(await client.embed(inputs, 'm', ONCE), inputs);
    assert.equal(client.stats().inFlight, 0);
  });

  it('do not keep a worker that is terminated', async (t) => {
    const upstream = await startUpstream(t, (request) => largeAnswer(request));
    const source = `
      const { PerformanceClient } = require(${PACKAGE});
      const client = new PerformanceClient('${upstream.url}', 'test-key');
      const inputs = Array.from({ length: 4096 }, (_, i) => String(i));
      client.embed(inputs, 'm', {
        batchSize: ${BATCH},
        maxConcurrentRequests: 4,
      });`;
    const worker = new Worker(source, { eval: true });
    await upstream.until((now) => now.requests.length > 8);

    await worker.terminate();

    await upstream.until((now) => now.openConnections === 0);
    assert.ok(upstream.requests.length < 128);
  });

  it('do not keep a process that exits', async (t) => {
    const upstream = await startUpstream(t, (request) => largeAnswer(request));

    const { code, signal, stderr } = await runChild(
      t,
      `const inputs = Array.from({ length: 4096 }, (_, i) => String(i));
      connect().embed(inputs, 'm', {
        batchSize: ${BATCH},
        onProgress: () => process.exit(7),
      });`,
      { url: upstream.url },
    );

    assert.deepEqual(
      { code, signal, stderr },
      { code: 7, signal: null, stderr: '' },
    );
  });
});
