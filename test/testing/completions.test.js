'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { post, refusal, start, streamed } = require('./post');

describe('POST /v1/completions', () => {
  const body = { model: 'echo', prompt: 'say these words', max_tokens: 2 };

  it('answers the same prompt the same way', async (t) => {
    const url = await start(t);

    const one = await post(`${url}/v1/completions`, body);
    const other = await post(`${url}/v1/completions`, body);

    assert.equal(one.id, other.id);
    assert.deepEqual(one.choices, [
      { text: 'say', index: 0, logprobs: null, finish_reason: 'length' },
    ]);
    assert.deepEqual(one.usage, {
      prompt_tokens: 5,
      completion_tokens: 1,
      total_tokens: 6,
    });
  });

  it('streams word by word', async (t) => {
    const url = await start(t);
    const asked = { ...body, max_tokens: 3, stream: true };

    const events = await streamed(`${url}/v1/completions`, asked);

    assert.equal(events.pop(), '[DONE]');
    const choices = events.map((event) => JSON.parse(event).choices[0]);
    assert.equal(choices.map(({ text }) => text).join(''), 'say these');
    assert.equal(choices.at(-1).finish_reason, 'length');
  });
});

describe('POST /v1/chat/completions', () => {
  const messages = [
    { role: 'system', content: 'be brief' },
    { role: 'user', content: 'say this' },
  ];

  it('says the last message back', async (t) => {
    const url = await start(t);

    const answer = await post(`${url}/v1/chat/completions`, {
      model: 'echo',
      messages,
    });

    assert.deepEqual(answer.choices, [
      {
        index: 0,
        message: { role: 'assistant', content: 'say this' },
        finish_reason: 'stop',
      },
    ]);
    assert.equal(answer.usage.total_tokens, 4);
  });

  it('streams it word by word', async (t) => {
    const url = await start(t);
    const asked = { model: 'echo', messages, stream: true };

    const events = await streamed(`${url}/v1/chat/completions`, asked);

    const chunks = events.slice(0, -1).map((event) => JSON.parse(event));
    const deltas = chunks.map(({ choices }) => choices[0].delta.content ?? '');
    assert.deepEqual(deltas, ['', 'say', ' this', '']);
    assert.equal(chunks.at(-1).choices[0].finish_reason, 'stop');
  });

  it('tells the usage at the end of a stream that asks for it', async (t) => {
    const url = await start(t);
    const asked = { model: 'echo', messages, stream: true };
    const wanted = { ...asked, stream_options: { include_usage: true } };

    const events = await streamed(`${url}/v1/chat/completions`, wanted);

    const chunks = events.slice(0, -1).map((event) => JSON.parse(event));
    const last = chunks.pop();
    assert.deepEqual(last.choices, []);
    assert.equal(last.usage.total_tokens, 4);
    assert.ok(chunks.every(({ usage }) => usage === null));
    assert.deepEqual(
      await refusal(`${url}/v1/chat/completions`, {
        ...asked,
        stream_options: [],
      }),
      [422, 'stream_options'],
    );
  });

  it('refuses what holds no text', async (t) => {
    const url = `${await start(t)}/v1/chat/completions`;

    for (const wrong of [undefined, [], [{ role: 'user' }], 'say this'])
      assert.deepEqual(await refusal(url, { model: 'echo', messages: wrong }), [
        422,
        'messages',
      ]);
  });
});
