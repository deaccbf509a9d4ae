'use strict';

const { after, before, describe, it } = require('node:test');
const assert = require('node:assert/strict');

const {
  CancellationToken,
  HttpClientWrapper,
  PerformanceClient,
  RequestProcessingPreference,
} = require('../..');
const { startInferenceServer } = require('../../lib/testing/server');
const { rejection, setEnvironment } = require('../helpers/client');
const { embeddingsAnswer } = require('../helpers/model-answers');
const { startUpstream } = require('../helpers/upstream');

const KEY = 'key-of-forms';

const TEXTS = ['A quiet harbour', 'A loud market', 'A quiet port'];

/** The order in which the documents print a preference's values. */
const IN_ORDER = [32, 4, 10000, 360.0, 0.5, 600.0, 0.15, 0.08, 3, 200];

let server;

before(async () => {
  server = await startInferenceServer({ apiKey: KEY });
});
after(() => server.close());

/** Ends clients and wrappers with the test. */
function owned(t, thing) {
  t.after(() => thing.destroy());
  return thing;
}

function makeClient(t, ...rest) {
  return owned(t, new PerformanceClient(server.url, KEY, ...rest));
}

async function assertEmbeds(client) {
  const { data } = await client.embed(['works'], 'm');

  assert.equal(data[0].embedding.length, 256);
}

describe('a client', () => {
  it('is made of a URL and a key', async (t) => {
    await assertEmbeds(makeClient(t));
  });

  it('finds its key in the environment', async (t) => {
    setEnvironment(t, { BASETEN_API_KEY: KEY });

    await assertEmbeds(owned(t, new PerformanceClient(server.url)));
  });

  it('is made with the version of HTTP behind the key', async (t) => {
    const h2 = await startUpstream(t, (r) => embeddingsAnswer(r), {
      http2: true,
    });
    const other = owned(t, new PerformanceClient(h2.url, KEY, 2));

    const { data } = await other.embed(['works'], 'm');

    assert.equal(data.length, 1);
    await assertEmbeds(makeClient(t, 1));
  });

  it('shares a wrapper with other clients', async (t) => {
    const wrapper = owned(t, new HttpClientWrapper(1));
    const one = makeClient(t, 1, wrapper);
    const two = makeClient(t, 1, wrapper);

    await assertEmbeds(one);
    await assertEmbeds(two);

    assert.equal(one.getClientWrapper(), wrapper);
    assert.equal(two.clientWrapper, wrapper);
  });

  it('speaks the version of its wrapper, whatever its own', async (t) => {
    const wrapper = owned(t, new HttpClientWrapper(1));

    await assertEmbeds(makeClient(t, 2, wrapper));
  });

  it('is made of one options object', async (t) => {
    const options = { apiKey: KEY, httpVersion: 1, connectTimeoutS: 5 };

    await assertEmbeds(owned(t, new PerformanceClient(server.url, options)));
  });
});

describe('a preference', () => {
  it('has its values in the printed order, or by name', () => {
    const token = new CancellationToken();
    const rest = [token, 'other-key', { 'x-a': '1' }];

    const preference = new RequestProcessingPreference(...IN_ORDER, ...rest);

    const expected = {
      maxConcurrentRequests: 32,
      batchSize: 4,
      maxCharsPerRequest: 10000,
      timeoutS: 360,
      hedgeDelay: 0.5,
      totalTimeoutS: 600,
      hedgeBudgetPct: 0.15,
      retryBudgetPct: 0.08,
      maxRetries: 3,
      initialBackoffMs: 200,
      cancelToken: token,
      primaryApiKeyOverride: 'other-key',
      extraHeaders: { 'x-a': '1' },
    };
    const named = new RequestProcessingPreference(expected);
    for (const [name, value] of Object.entries(expected)) {
      assert.deepEqual(preference[name], value, name);
      assert.deepEqual(named[name], value, name);
    }
  });

  it('takes the place of the key for the calls that have it', async (t) => {
    const client = owned(t, new PerformanceClient(server.url, 'wrong-key'));
    const refusal = await rejection(client.embed(TEXTS, 'm'));

    const options = { primaryApiKeyOverride: KEY };
    const { data } = await client.embed(TEXTS, 'm', options);

    assert.equal(refusal.response.status, 401);
    assert.equal(data.length, 3);
  });
});

describe('embed', () => {
  const preference = new RequestProcessingPreference(32, 2, 10000, 360.0, 0.5);

  for (const [form, rest] of Object.entries({
    'a preference behind three times null': [null, null, null, preference],
    'a preference behind three times undefined': [
      ...[undefined, undefined, undefined],
      preference,
    ],
    'a plain object for the preference': [null, null, null, { batchSize: 2 }],
    'a preference at once': [preference],
    'one options object': [{ batchSize: 2, maxConcurrentRequests: 32 }],
    'options over those of a preference': [{ preference, timeoutS: 30 }],
  }))
    it(`takes ${form}`, async (t) => {
      const response = await makeClient(t).embed(TEXTS, 'my-model', ...rest);

      assert.equal(response.model, 'my-model');
      assert.equal(response.individual_request_times.length, 2);
      assert.equal(response.individual_batch_request_times.length, 2);
      assert.ok(response.usage.total_tokens >= 9);
      assert.match(response.total_time.toFixed(4), /^\d+\.\d{4}$/);
      response.data.forEach(({ embedding, index }, i) => {
        assert.equal(index, i);
        assert.equal(embedding.slice(0, 3).length, 3);
      });
    });

  it('takes format, dimensions and user in front', async (t) => {
    const client = makeClient(t);
    const named = { encodingFormat: 'base64', dimensions: 8, user: 'me' };

    const inOrder = await client.embed(TEXTS, 'm', 'base64', 8, 'me');
    const byName = await client.embed(TEXTS, 'm', named);

    assert.equal(typeof inOrder.data[0].embedding, 'string');
    assert.deepEqual(byName.data, inOrder.data);
    assert.equal(byName.matrix().dimensions, 8);
  });
});

describe('rerank', () => {
  const preference = new RequestProcessingPreference(
    ...[32, 16, undefined, 360.0, 0.5],
  );

  for (const [form, rest] of Object.entries({
    'model, returnText, preference': ['m', true, preference],
    'the order of other editions': [
      ...[false, 'm', true, false, 'Right'],
      preference,
    ],
    'one options object': [{ model: 'm', returnText: true, batchSize: 16 }],
    'no model but a text': [null, true, preference],
  }))
    it(`takes ${form}`, async (t) => {
      const response = await makeClient(t).rerank('port', TEXTS, ...rest);

      assert.deepEqual(
        response.data.map(({ index, text }) => TEXTS[index] === text),
        [true, true, true],
      );
      assert.equal(response.sorted()[0].text, 'A quiet port');
    });
});

describe('classify', () => {
  const preference = new RequestProcessingPreference(
    ...[32, 16, undefined, 360.0, 0.5],
  );

  for (const [form, rest] of Object.entries({
    'model and preference': ['m', preference],
    'the order of other editions': ['m', false, false, 'Right', preference],
    'one options object': [{ model: 'm', batchSize: 16 }],
    'nothing else': [],
  }))
    it(`takes ${form}`, async (t) => {
      const { data } = await makeClient(t).classify(
        ['Great, I love it!', 'A terrible waste.'],
        ...rest,
      );

      assert.deepEqual(
        data.map(([{ label }]) => label),
        ['positive', 'negative'],
      );
      assert.ok(data.flat().every(({ score }) => score >= 0 && score <= 1));
    });
});

describe('batchPost', () => {
  const preference = new RequestProcessingPreference(
    ...[32, undefined, undefined, 360.0, 0.5, 360.0],
  );
  const headers = { 'X-Custom-Header': 'value' };
  const none = new Array(5).fill(undefined);
  const payloads = [1, 2].map((n) => ({ prompt: `Request ${n}`, n }));

  for (const [form, rest, method, header] of [
    ['nothing else', [], 'POST'],
    ['preference, method', [preference, 'PUT'], 'PUT'],
    ['preference, headers', [preference, headers], 'POST', 'value'],
    [
      'preference, headers, method',
      [preference, headers, 'PATCH'],
      'PATCH',
      'value',
    ],
    ['headers, preference', [headers, preference], 'POST', 'value'],
    [
      'five times undefined, headers, preference',
      [...none, headers, preference],
      'POST',
      'value',
    ],
    [
      'one options object',
      [{ method: 'PUT', headers, maxConcurrentRequests: 32 }],
      'PUT',
      'value',
    ],
    [
      'a plain object for the preference',
      [{ timeoutS: 30 }, headers],
      'POST',
      'value',
    ],
    [
      'a Map of headers',
      [new Map([['x-custom-header', 'value']])],
      'POST',
      'value',
    ],
  ])
    it(`takes ${form}`, async (t) => {
      const upstream = await startUpstream(t, ({ text }) => ({ body: text }));
      const client = owned(t, new PerformanceClient(upstream.url, KEY));

      const response = await client.batchPost('/v1/any', payloads, ...rest);

      assert.deepEqual(response.data, payloads);
      for (const request of upstream.requests) {
        assert.equal(request.method, method);
        assert.equal(request.headers['x-custom-header'], header);
        assert.equal(request.headers.authorization, `Bearer ${KEY}`);
      }
    });

  it('sends completions with headers and times beside them', async (t) => {
    const prompts = ['Say this', 'Say that'];

    const response = await makeClient(t).batchPost(
      '/v1/completions',
      prompts.map((prompt) => ({ model: 'm', prompt, stream: false })),
      preference,
      'POST',
    );

    assert.deepEqual(
      response.data.map(({ choices }) => choices[0].text),
      prompts,
    );
    prompts.forEach((_, i) => {
      const type = response.response_headers[i]['content-type'];
      assert.equal(type, 'application/json');
      assert.ok(response.individual_request_times[i] > 0);
    });
  });
});

describe('a failed call', () => {
  it('of a cancelled token says so', async (t) => {
    const upstream = await startUpstream(t, () => ({ hang: true }));
    const client = owned(t, new PerformanceClient(upstream.url, KEY));
    const token = new CancellationToken();
    const preference = new RequestProcessingPreference(
      ...[32, 16, undefined, 360.0, undefined, undefined],
      ...[undefined, undefined, undefined, undefined, token],
    );
    const texts = ['large batch'].concat(Array(1000).fill('sample'));
    const none = [undefined, undefined, undefined];

    const failed = rejection(client.embed(texts, 'm', ...none, preference));
    await upstream.until(({ requests }) => requests.length > 0);
    token.cancel();

    assert.ok((await failed).message.includes('cancelled'));
    assert.ok(token.isCancelled() && token.is_cancelled());
  });

  it('with an answer has its status, without one its code', async (t) => {
    const upstream = await startUpstream(t, ({ url }) =>
      url === '/hang' ? { hang: true } : { status: 403 },
    );
    const client = owned(t, new PerformanceClient(upstream.url, KEY));
    const options = { timeoutS: 0.1, maxRetries: 0 };

    const refused = await rejection(client.batchPost('/no', [{}], options));
    const late = await rejection(client.batchPost('/hang', [{}], options));

    assert.equal(refused.response.status, 403);
    assert.equal(late.response, undefined);
    assert.equal(late.code, 'TIMEOUT');
  });
});
