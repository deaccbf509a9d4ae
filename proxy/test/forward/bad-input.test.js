'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { startProxiedModel } = require('../helpers/proxied-model');

const EMBEDDINGS = '/v1/embeddings';

/** Each body is refused by a 400 whose sentence matches. */
async function refuses(t, path, cases) {
  const { proxy, upstream } = await startProxiedModel(t);
  for (const [body, sentence] of cases) {
    const { status, json } = await proxy.ask('POST', path, { body });
    assert.equal(`${status} ${json.code}`, '400 INVALID_BODY', String(body));
    assert.match(json.error, sentence);
    assert.equal(json.path, path);
    assert.equal(json.method, 'POST');
  }
  assert.equal(upstream.requests.length, 0);
}

describe('a body that cannot be split', () => {
  it('is refused for embeddings, with the fault named', (t) =>
    refuses(t, EMBEDDINGS, [
      ['', /./],
      ['{"input": ["a"]', /byte/],
      ['["a"]', /object/],
      ['null', /object/],
      ['{"input": ["a"]} x', /byte/],
      [{}, /input/],
      [{ input: [] }, /input/],
      [{ input: 7 }, /input .*number/],
      [{ input: ['a', null] }, /input\[1\]/],
      [{ input: ['a', 1] }, /input\[1\]/],
      [{ input: [1, 'a'] }, /input\[1\]/],
      [{ input: [[1], ['a']] }, /input\[1\]/],
      [{ input: { a: 1 } }, /input .*object/],
      ['{"input": ["a"], "input": ["b"]}', /input/],
      ['{"input": ["a"], "in\\u0070ut": ["b"]}', /input/],
      [Buffer.from('{"input":["\xff"]}', 'latin1'), /byte/],
      [`{"input":["a"],"x":${'['.repeat(5000)}${']'.repeat(5000)}}`, /./],
    ]));

  it('is refused for rerank, with the fault named', (t) =>
    refuses(t, '/rerank', [
      [{ texts: ['a'] }, /query/],
      [{ query: 7, texts: ['a'] }, /query/],
      [{ query: 'q' }, /texts/],
      [{ query: 'q', texts: 'a' }, /texts/],
      [{ query: 'q', texts: ['a', 7] }, /texts\[1\]/],
    ]));

  it('is refused for classify, with the fault named', (t) =>
    refuses(t, '/predict', [
      [{}, /inputs/],
      [{ inputs: [] }, /inputs/],
      [{ inputs: [['a'], 'b'] }, /inputs\[1\]/],
      [{ inputs: [['a'], [7]] }, /inputs\[1\]/],
      [{ inputs: [[]] }, /inputs\[0\]/],
    ]));
});

describe('a request without its headers in order', () => {
  it('is refused before its body is read', async (t) => {
    const { proxy, upstream } = await startProxiedModel(t);
    const body = '{"broken';
    const cases = [
      [{ key: '' }, 401, 'UNAUTHORIZED'],
      [
        { headers: { 'x-baseten-request-preferences': '{"batch_size":0}' } },
        400,
        'INVALID_PREFERENCES',
      ],
      [{ headers: { 'x-target-host': 'ftp://a' } }, 400, 'INVALID_TARGET'],
      [
        { headers: { 'x-target-host': 'http://127.0.0.1:1' } },
        403,
        'TARGET_FORBIDDEN',
      ],
    ];

    for (const path of [EMBEDDINGS, '/rerank', '/classify', '/other'])
      for (const [options, status, code] of cases) {
        const answer = await proxy.ask('POST', path, { body, ...options });
        assert.equal(
          `${answer.status} ${answer.json.code}`,
          `${status} ${code}`,
        );
        assert.equal(answer.json.path, path);
        if (status === 401)
          assert.match(answer.headers['www-authenticate'], /^Bearer /);
      }
    assert.equal(upstream.requests.length, 0);
  });
});
