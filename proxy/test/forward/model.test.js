'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { modelOf } = require('../../lib/forward/model');
const { startProxiedModel } = require('../helpers/proxied-model');

const bodyOf = (value) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

const found = (value, otherwise) => modelOf(bodyOf(value), otherwise, []);

describe('the model of a call', () => {
  it('is the one that its body names, before that of the header', () => {
    assert.equal(found({ input: 'a', model: 'm' }, 'header'), 'm');
    assert.equal(found({ input: 'a' }, 'header'), 'header');
    assert.equal(modelOf(undefined, undefined, []), '');
  });

  it('is found behind a text of many megabytes', () => {
    const input = Array(100_000).fill('a text that says "model": "no"');

    assert.equal(found({ input, model: 'm' }), 'm');
    assert.equal(found({ model: 'm', input }), 'm');
  });

  it('is no text, no object and no member of another name', () => {
    assert.equal(found({ input: '"model":"no"' }), '');
    assert.equal(found({ input: ['model', ':', 'no'] }), '');
    assert.equal(found({ model: { name: 'no' } }), '');
    assert.equal(found({ models: 'no', 'a"model': 'no' }), '');
    assert.equal(found('{"model" : "with blanks"}'), 'with blanks');
    assert.equal(found('{"model":"broken \\x"}'), '');
    assert.equal(found(`${'{"model":0,'.repeat(1e5)}"model":"no"}`), '');
  });

  it('is read as JSON', () => {
    assert.equal(found('{"model":"caf\\u00e9 \\"x\\""}'), 'café "x"');
  });

  it('is none where figures should not show it', () => {
    assert.equal(found({ model: 'two\nlines' }), '');
    assert.equal(found({ model: 'x'.repeat(129) }), '');
    assert.equal(modelOf(bodyOf({ model: 'my sk-1' }), '', ['sk-1']), '');
  });
});

describe('the figures of a proxy', () => {
  it('tell of targets and models', async (t) => {
    const { upstream, proxy } = await startProxiedModel(t);
    const ask = (path, body, headers) =>
      proxy.ask('POST', path, { body, headers });
    const texts = ['one', 'two', 'three'];
    await ask('/v1/embeddings', { input: texts, model: 'small' });
    await ask(
      '/v1/embeddings',
      { input: texts },
      { 'x-baseten-model': 'named' },
    );
    await ask('/v1/chat/completions', { model: 'talker', messages: [] });
    await ask('/any', { url_path: '/v1/chat', payloads: [{ model: 'many' }] });
    await ask('/v1/embeddings', { input: texts, model: 'caller-key' });
    await ask('/v1/embeddings', { model: 'unanswered' });

    const { text } = await proxy.ask('GET', '/metrics', { key: '' });

    const { host } = new URL(upstream.url);
    const lines = text
      .split('\n')
      .filter((line) => /^baseten_proxy_requests_total\{/.test(line));
    assert.deepEqual(
      lines.sort(),
      [
        ['embeddings', 'small', 200],
        ['embeddings', 'named', 200],
        ['other', 'talker', 200],
        ['other', 'many', 200],
        ['embeddings', '', 200],
        ['embeddings', 'other', 400],
      ]
        .map(
          ([route, model, status]) =>
            `baseten_proxy_requests_total{route="${route}",target="${host}",model="${model}",status="${status}"} 1`,
        )
        .sort(),
    );
    assert.doesNotMatch(text, /caller-key/);
  });
});
