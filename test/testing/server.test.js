'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { execFile, fork } = require('node:child_process');
const { once } = require('node:events');
const http = require('node:http');
const path = require('node:path');
const { promisify } = require('node:util');

const { resolveKnobs, rollDice } = require('../../lib/testing/knobs');
const { cosine } = require('../../lib/testing/vectors');
const { embedText, startInferenceServer } = require('../../lib/testing/server');

const { post, refusal, send, start } = require('./post');

const MAIN = path.join(__dirname, '../../examples/inference-server/main.js');
const EMBEDDINGS = { model: 'hashed-words', input: ['one', 'two'] };

describe('the vectors of the inference server', () => {
  it('have length 1, whatever the text and the dimensions', () => {
    for (const text of ['', '!?', 'word', 'Größe 東京 42', 'a '.repeat(9999)])
      for (const dimensions of [1, 7, 256]) {
        const vector = embedText(text, dimensions);

        assert.equal(vector.length, dimensions);
        assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-6, text);
      }
  });

  it('bring similar texts closer than strange ones', () => {
    const question = embedText('How do I cancel a request?');
    const near = embedText('Requests can be cancelled with a token.');
    const far = embedText('Bananas grow in warm climates.');

    assert.ok(cosine(question, near) > cosine(question, far) + 0.15);
  });

  it('do not mind case, order or Unicode form', () => {
    const one = embedText('Cancel THE request, é');
    const other = embedText('the Request cancel e\u0301');

    assert.ok(cosine(one, other) > 0.999999);
  });
});

describe('POST /v1/embeddings', () => {
  it('answers in order with usage, in floats', async (t) => {
    const url = await start(t);

    const answer = await post(`${url}/v1/embeddings`, EMBEDDINGS);

    assert.equal(answer.object, 'list');
    assert.equal(answer.model, 'hashed-words');
    assert.deepEqual(
      answer.data.map(({ index, object }) => [index, object]),
      [
        [0, 'embedding'],
        [1, 'embedding'],
      ],
    );
    assert.deepEqual(answer.data[1].embedding, Array.from(embedText('two')));
    assert.deepEqual(answer.usage, { prompt_tokens: 2, total_tokens: 2 });
  });

  it('answers the same in base64, with the dimensions asked for', async (t) => {
    const url = await start(t);

    const answer = await post(`${url}/v1/embeddings`, {
      ...EMBEDDINGS,
      encoding_format: 'base64',
      dimensions: 8,
    });

    const bytes = Buffer.from(answer.data[0].embedding, 'base64');
    const floats = Array.from({ length: 8 }, (_, i) =>
      bytes.readFloatLE(i * 4),
    );
    assert.equal(bytes.length, 32);
    assert.deepEqual(floats, Array.from(embedText('one', 8)));
  });

  it('answers below the prefix of a deployment', async (t) => {
    const url = await start(t);
    const route = '/environments/production/sync/v1/embeddings';

    const answer = await post(`${url}${route}`, EMBEDDINGS);

    assert.equal(answer.data.length, 2);
  });

  it('refuses wrong members by name', async (t) => {
    const url = `${await start(t)}/v1/embeddings`;
    const wrong = {
      input: [[], [1], null, ['a', null], Array(2049).fill('a')],
      model: [undefined, '', 7],
      encoding_format: ['int8'],
      dimensions: [0, 1.5, '8', 4097],
    };

    for (const [name, values] of Object.entries(wrong))
      for (const value of values) {
        const answer = await refusal(url, { ...EMBEDDINGS, [name]: value });

        assert.deepEqual(answer, [422, name]);
      }
  });
});

describe('POST /rerank', () => {
  const body = {
    query: 'cancel a request',
    texts: ['bananas', 'a request is cancelled by a token', 'cancel'],
  };

  it('answers best first with scores from 0 to 1', async (t) => {
    const url = await start(t);

    const answer = await post(`${url}/rerank`, body);

    assert.deepEqual(answer.map(({ index }) => index).sort(), [0, 1, 2]);
    assert.equal(answer[2].index, 0);
    assert.ok(answer[0].score > answer[1].score);
    assert.ok(answer.every(({ score }) => score > 0 && score < 1));
    assert.ok(answer.every((item) => !('text' in item)));
  });

  it('gives raw scores and the texts when asked', async (t) => {
    const url = await start(t);
    const asked = { ...body, raw_scores: true, return_text: true };

    const answer = await post(`${url}/rerank`, asked);

    assert.ok(answer[2].score < 0);
    assert.equal(answer[2].text, 'bananas');
  });

  it('refuses a missing query and flags that are none', async (t) => {
    const url = `${await start(t)}/rerank`;

    assert.deepEqual(await refusal(url, { texts: ['a'] }), [422, 'query']);
    assert.deepEqual(await refusal(url, { ...body, raw_scores: 1 }), [
      422,
      'raw_scores',
    ]);
  });
});

describe('POST /predict', () => {
  it('tells good from bad, turned round and neither', async (t) => {
    const url = await start(t);
    const inputs = [
      ['This is great!'],
      ['I did not like it.'],
      ['The sky has clouds.'],
    ];

    const answer = await post(`${url}/predict`, { inputs });

    assert.deepEqual(
      answer.map(([best]) => best.label),
      ['positive', 'negative', 'neutral'],
    );
    for (const labels of answer) {
      const sum = labels.reduce((total, { score }) => total + score, 0);
      assert.equal(labels.length, 3);
      assert.ok(Math.abs(sum - 1) < 1e-9);
    }
  });

  it('answers one sequence with one list', async (t) => {
    const url = await start(t);

    const one = await post(`${url}/predict`, { inputs: 'great' });
    const pair = await post(`${url}/predict`, { inputs: ['no', 'great'] });

    assert.equal(one[0].label, 'positive');
    assert.equal(pair[0].label, 'negative');
  });

  it('refuses what is no sequence', async (t) => {
    const url = `${await start(t)}/predict`;

    for (const inputs of [[], 7, [[1]], [['a', 'b', 'c']], [['a'], []]])
      assert.deepEqual(await refusal(url, { inputs }), [422, 'inputs']);
  });
});

describe('the inference server', () => {
  it('refuses bodies that are no JSON object', async (t) => {
    const url = `${await start(t)}/predict`;

    for (const body of ['', '{', '[]', 'null', '7'])
      assert.deepEqual(await refusal(url, body), [400, null]);
  });

  it('refuses strange paths and methods', async (t) => {
    const url = await start(t);

    assert.equal((await send(`${url}/v2`, {})).status, 404);
    assert.equal((await fetch(`${url}/rerank`)).status, 405);
    assert.equal((await send(`${url}/health`, {})).status, 405);
  });

  it('refuses a body past its limit before reading all of it', async (t) => {
    const url = await start(t);
    const request = http.request(`${url}/predict`, { method: 'POST' });
    request.on('error', () => {});
    const megabyte = Buffer.alloc(1024 * 1024, ' ');

    const answered = once(request, 'response');
    for (let i = 0; i <= 64; i++) request.write(megabyte);
    const [response] = await answered;

    assert.equal(response.statusCode, 413);
    request.destroy();
  });

  it('asks for its key, but not for its health', async (t) => {
    const url = await start(t, { apiKey: 'secret' });
    const inputs = 'good';

    const right = { authorization: 'Bearer secret' };
    const wrong = { authorization: 'Bearer secre' };
    assert.equal((await send(`${url}/predict`, { inputs })).status, 401);
    assert.equal((await send(`${url}/predict`, { inputs }, wrong)).status, 401);
    assert.equal((await send(`${url}/predict`, { inputs }, right)).status, 200);
    assert.deepEqual(await (await fetch(`${url}/health`)).json(), {
      status: 'ok',
    });
  });

  it('fails as its knobs, the header and the query say', async (t) => {
    const dice = [0.9, 0.4, 0];
    let rolls = 0;
    const url = await start(t, {
      knobs: { faultRate: '0.5', faultStatus: 429 },
      random: () => dice[rolls++ % dice.length],
    });
    const predict = `${url}/predict`;
    const header = { 'x-knob-fault-rate': '0' };
    const body = { inputs: 'good' };

    assert.equal((await send(predict, body)).status, 429);
    assert.equal((await send(predict, body, header)).status, 200);
    assert.equal(
      (await send(`${predict}?fault-rate=1&fault-status=500`, body, header))
        .status,
      500,
    );
  });

  it('is as slow as its knobs and dice say', () => {
    const knobs = resolveKnobs({
      latencyMs: 20,
      jitterMs: '20',
      slowShare: 0.6,
      slowMs: 30,
    });

    assert.equal(rollDice(knobs, () => 0).delayMs, 50);
    assert.equal(rollDice(knobs, () => 0.5).delayMs, 60);
    assert.equal(rollDice(knobs, () => 0.75).delayMs, 35);
  });

  it('refuses knobs that do not exist or turn too far', async (t) => {
    const url = await start(t);
    const body = { inputs: 'good' };

    assert.deepEqual(await refusal(`${url}/predict?fault-rate=2`, body), [
      400,
      'fault-rate',
    ]);
    assert.deepEqual(
      await refusal(`${url}/predict`, body, { 'x-knob-latency-ms': 'soon' }),
      [400, 'latency-ms'],
    );
    await assert.rejects(startInferenceServer({ knobs: { speed: 1 } }), {
      message: 'no knob is called speed',
    });
  });
});

describe('the command of the inference server', () => {
  it('prints its address and ends when its parent lets go', async () => {
    const child = fork(MAIN, ['--latency-ms', '1'], { silent: true });

    const [line] = await once(child.stdout, 'data');
    const response = await fetch(`${String(line).trim()}/health`);
    child.disconnect();
    const [code] = await once(child, 'exit');

    assert.equal(response.status, 200);
    assert.equal(code, 0);
  });

  it('refuses wrong flags with its usage', async () => {
    for (const flags of [['--port', 'x'], ['--speed'], ['--slow-share', '9']])
      await assert.rejects(
        promisify(execFile)(process.execPath, [MAIN, ...flags]),
        (error) => error.code === 1 && /usage: /.test(error.stderr),
      );
  });
});
