'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const http = require('node:http');
const { promisify } = require('node:util');

const internal = require('baseten-performance-client/internal');
const { startProxiedModel } = require('../helpers/proxied-model');

const run = promisify(execFile);

const INPUT_COUNT = 12;
const FLOATS = 40_000;

const TEXTS = Array.from({ length: INPUT_COUNT }, (_, i) => `text ${i}`);

const BODY = JSON.stringify({
  input: TEXTS,
  model: 'm',
});

/** A number that tells whose it is, in more than half a megabyte of text. */
function largeAnswer({ json }) {
  const items = json.input.map((text, index) => {
    const number = `${text.split(' ')[1]}.250`;
    return `{"index":${index},"embedding":[${Array(FLOATS).fill(number)}]}`;
  });
  return { body: `{"data":[${items}]}` };
}

function startLarge(t) {
  const flags = ['--batch-size', '3'];
  return startProxiedModel(t, { answer: largeAnswer, flags });
}

/** An upstream that goes on beyond what may be held, and never ends. */
function startEndless(t) {
  const answer = {
    body: Buffer.alloc(256 * 1024 * 1024, ' '),
    cut: 64 * 1024 * 1024,
    hang: true,
  };
  const flags = ['--max-buffered-bytes', `${8 * 1024 * 1024}`];
  return startProxiedModel(t, { answer: [answer], flags });
}

/** Holds that every input has its own vector, whole. */
function assertWhole(text) {
  const { data } = JSON.parse(text);
  assert.equal(data.length, INPUT_COUNT);
  data.forEach(({ index, embedding }, i) => {
    assert.equal(index, i);
    assert.equal(embedding.length, FLOATS);
    assert.ok(embedding.every((value) => value === i + 0.25));
  });
}

describe('an answer of several megabytes', () => {
  for (const version of ['--http1.1', '--http2-prior-knowledge'])
    it(`is whole for a caller who reads slowly, ${version}`, async (t) => {
      const { proxy } = await startLarge(t);

      const { stdout } = await run(
        'curl',
        [
          ...['--silent', '--fail', '--limit-rate', '8M', version],
          ...['-H', 'Authorization: Bearer k', '--data', BODY],
          `${proxy.url}/v1/embeddings`,
        ],
        { maxBuffer: 64 * 1024 * 1024, timeout: 20_000 },
      );

      assertWhole(stdout);
    });

  it('is an error, not an empty answer, when there is no memory', async (t) => {
    const { proxy } = await startLarge(t);
    const real = internal.native();
    const lacking = (...args) => {
      const handler = args[5];
      const onEnd = (failure, summary) =>
        handler.onEnd(failure, { ...summary, joined: undefined });
      return real.splice(...args.with(5, { onEnd }));
    };
    const native = Object.create(real, { splice: { value: lacking } });
    t.mock.method(internal, 'native', () => native);

    const { status, json } = await proxy.ask('POST', '/v1/embeddings', {
      body: JSON.parse(BODY),
    });

    assert.equal(status, 503);
    assert.equal(json.code, 'NO_MEMORY');
    assert.match(proxy.log, /no memory for an answer of \d{7} bytes/);
  });

  it('is refused when the engine has no memory for the call', async (t) => {
    const { proxy } = await startLarge(t);
    const splice = () => {
      throw Object.assign(new Error('no memory'), { code: 'NO_MEMORY' });
    };
    const native = Object.create(internal.native(), {
      splice: { value: splice },
    });
    t.mock.method(internal, 'native', () => native);

    const { status, json, headers } = await proxy.ask(
      'POST',
      '/v1/embeddings',
      {
        body: JSON.parse(BODY),
      },
    );

    assert.equal(`${status} ${json.code}`, '503 NO_MEMORY');
    assert.equal(headers['retry-after'], '1');
  });

  it('is refused while it arrives when there are too many', async (t) => {
    const flags = ['--max-buffered-bytes', `${1024 * 1024}`];
    const { proxy, upstream } = await startProxiedModel(t, {
      answer: largeAnswer,
      flags: ['--batch-size', '3', ...flags],
    });
    const call = (count) =>
      proxy.ask('POST', '/v1/embeddings', {
        body: { ...JSON.parse(BODY), input: TEXTS.slice(0, count) },
      });

    const refused = await call(INPUT_COUNT);
    const taken = await call(1);

    assert.equal(`${refused.status} ${refused.json.code}`, '503 OVERLOADED');
    assert.equal(taken.status, 200);
    const { json } = await proxy.ask('GET', '/status.json');
    assert.equal(json.buffered_bytes, 0);
    assert.ok(upstream.requests.length > 0);
  });

  it('is broken off upstream when it has no end', async (t) => {
    const { proxy, upstream } = await startEndless(t);

    const { status, json } = await proxy.ask('POST', '/v1/embeddings', {
      body: JSON.parse(BODY),
    });
    await upstream.until((one) => one.openConnections === 0);

    assert.equal(`${status} ${json.code}`, '503 OVERLOADED');
  });

  it('is broken off by the engine where counting comes late', async (t) => {
    const real = internal.native();
    const allow = (job, bytes) => {
      real.allow(job, bytes);
      return 0;
    };
    const native = Object.create(real, { allow: { value: allow } });
    t.mock.method(internal, 'native', () => native);
    const { proxy, upstream } = await startEndless(t);

    const { status, json, headers } = await proxy.ask(
      'POST',
      '/v1/embeddings',
      { body: JSON.parse(BODY) },
    );
    await upstream.until((one) => one.openConnections === 0);

    assert.equal(`${status} ${json.code}`, '503 OVERLOADED');
    assert.equal(headers['retry-after'], '1');
  });

  it('spoils no other when its caller goes in the middle', async (t) => {
    const { proxy } = await startLarge(t);
    const leave = () =>
      new Promise((resolve) => {
        const request = http.request(
          `${proxy.url}/v1/embeddings`,
          { method: 'POST', headers: { authorization: 'Bearer k' } },
          (response) => response.once('data', () => request.destroy()),
        );
        request.on('error', () => {});
        request.on('close', resolve);
        request.end(BODY);
      });

    for (let i = 0; i < 5; i++) await leave();

    const { text } = await proxy.ask('POST', '/v1/embeddings', {
      body: JSON.parse(BODY),
    });
    assertWhole(text);
  });
});
