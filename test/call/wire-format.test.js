'use strict';

const { describe, it } = require('node:test');
const { subscribe, unsubscribe } = require('node:diagnostics_channel');
const assert = require('node:assert/strict');

const { connect } = require('../helpers/client');
const {
  embeddingsAnswer,
  toBase64,
  vectorOf,
} = require('../helpers/model-answers');
const { startUpstream } = require('../helpers/upstream');

const REQUESTS = 'baseten-performance-client:request';

const TEXTS = ['ant', 'bee', 'cat', 'dog', 'eel'];

const AUTO = { wireFormat: 'auto', batchSize: 2 };

const REFUSAL = {
  status: 422,
  body: { detail: [{ loc: ['body', 'encoding_format'], msg: 'not float' }] },
};

/** A server that packs when it is asked to. */
function packingAnswer(request) {
  const isPacked = request.json.encoding_format === 'base64';
  return embeddingsAnswer(request, (items) =>
    items.map(({ embedding, ...item }) => ({
      ...item,
      embedding: isPacked ? toBase64(embedding) : embedding,
    })),
  );
}

/** A server that knows no base64. */
function plainAnswer(request) {
  return request.json.encoding_format === 'base64'
    ? REFUSAL
    : embeddingsAnswer(request);
}

/** What each request asked for, undefined for nothing. */
function formatsOf({ requests }) {
  return requests.map(({ json }) => json.encoding_format);
}

function vectorsOf({ data }) {
  return data.map(({ embedding }) => embedding);
}

async function begin(t, answer) {
  const upstream = await startUpstream(t, answer);
  return { upstream, client: connect(t, upstream.url) };
}

describe("wireFormat 'auto'", () => {
  it('asks for base64 and hands back numbers', async (t) => {
    const { upstream, client } = await begin(t, packingAnswer);

    const response = await client.embed(TEXTS, 'm', AUTO);

    assert.deepEqual(vectorsOf(response), TEXTS.map(vectorOf));
    assert.deepEqual(formatsOf(upstream), ['base64', 'base64', 'base64']);
  });

  it('takes numbers from a server that ignores it', async (t) => {
    const { client } = await begin(t, (r) => embeddingsAnswer(r));

    const response = await client.embed(TEXTS, 'm', AUTO);

    assert.deepEqual(vectorsOf(response), TEXTS.map(vectorOf));
  });

  it('asks a server that refuses it without, and remembers', async (t) => {
    const { upstream, client } = await begin(t, plainAnswer);
    const options = { ...AUTO, maxConcurrentRequests: 1 };

    const first = await client.embed(TEXTS, 'm', options);
    const second = await client.embed(TEXTS, 'm', options);

    assert.deepEqual(vectorsOf(first), TEXTS.map(vectorOf));
    assert.deepEqual(vectorsOf(second), TEXTS.map(vectorOf));
    assert.deepEqual(formatsOf(upstream), [
      'base64',
      ...Array(6).fill(undefined),
    ]);
  });

  it('goes back to the format that the caller named', async (t) => {
    const { upstream, client } = await begin(t, plainAnswer);

    await client.embed(['a'], 'm', { ...AUTO, encodingFormat: 'float' });

    assert.deepEqual(formatsOf(upstream), ['base64', 'float']);
  });

  it('leaves strings to a caller who asks for base64', async (t) => {
    const { upstream, client } = await begin(t, packingAnswer);
    const options = { ...AUTO, encodingFormat: 'base64' };

    const response = await client.embed(['a'], 'm', options);

    assert.deepEqual(vectorsOf(response), [toBase64(vectorOf('a'))]);
    assert.deepEqual(formatsOf(upstream), ['base64']);
  });

  it('sends the texts as they were when the call began', async (t) => {
    const texts = [...TEXTS];
    const { client } = await begin(t, (request) => {
      texts.fill('changed');
      return plainAnswer(request);
    });

    const response = await client.embed(texts, 'm', AUTO);

    assert.deepEqual(vectorsOf(response), TEXTS.map(vectorOf));
  });

  it('asks without where failed batches would be left out', async (t) => {
    const { client } = await begin(t, plainAnswer);
    const options = { ...AUTO, onError: 'partial' };

    const response = await client.embed(TEXTS, 'm', options);

    assert.deepEqual(vectorsOf(response), TEXTS.map(vectorOf));
    assert.deepEqual(response.errors, []);
  });

  it('does not take another refusal for one of base64', async (t) => {
    const { upstream, client } = await begin(t, () => ({
      status: 400,
      body: { error: 'unknown model' },
    }));

    await assert.rejects(client.embed(['a'], 'm', AUTO), { status: 400 });

    assert.deepEqual(formatsOf(upstream), ['base64']);
  });

  it('tells of the second refusal when both are refused', async (t) => {
    const { client } = await begin(t, ({ json }) =>
      json.encoding_format === 'base64'
        ? REFUSAL
        : { status: 400, body: { error: 'unknown model' } },
    );

    await assert.rejects(client.embed(['a'], 'm', AUTO), {
      status: 400,
      message: /unknown model/,
    });
  });

  it('does not begin anew when the call was cancelled meanwhile', async (t) => {
    const cancelling = new AbortController();
    const { upstream, client } = await begin(t, plainAnswer);
    const { signal } = cancelling;
    // Told while the failure is handed over: the call has ended by then.
    const cancel = () => cancelling.abort();
    subscribe(REQUESTS, cancel);
    t.after(() => unsubscribe(REQUESTS, cancel));

    await assert.rejects(client.embed(['a'], 'm', { ...AUTO, signal }), {
      name: 'AbortError',
    });

    assert.equal(upstream.requests.length, 1);
  });

  it('holds for streams and for coalesced texts', async (t) => {
    const { upstream, client } = await begin(t, plainAnswer);
    const results = [];

    for await (const part of client.embedStream(TEXTS, 'm', AUTO))
      results.push(part);
    await client.coalesce().embed('a', 'm', { wireFormat: 'auto' });

    const count = results.reduce((sum, part) => sum + part.count, 0);
    assert.equal(count, TEXTS.length);
    assert.equal(formatsOf(upstream)[0], 'base64');
    assert.equal(formatsOf(upstream).at(-1), undefined);
  });

  it('has no other value', async (t) => {
    const { client } = await begin(t, packingAnswer);

    await assert.rejects(client.embed(['a'], 'm', { wireFormat: 'base64' }), {
      code: 'INVALID_ARGUMENT',
      message: 'wireFormat must be one of auto, msgpack, got "base64"',
    });
  });
});
