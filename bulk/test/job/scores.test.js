'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const path = require('node:path');

const {
  makeFolder,
  makeTexts,
  readRows,
  runBulk,
  writeRows,
} = require('../helpers/bulk-process');
const { scoreOf, startModel } = require('../helpers/model-server');

/** Runs a command over some rows; gives what it wrote. */
async function run(t, command, rows, args = []) {
  const model = await startModel(t);
  const folder = makeFolder(t);
  writeRows(path.join(folder, 'in.jsonl'), rows);
  const server = ['--base-url', model.url, '--no-api-key'];
  const ended = await runBulk(
    [command, 'in.jsonl', '-o', 'out.jsonl', ...server, ...args],
    { cwd: folder },
  );
  return { ...ended, folder, model, out: path.join(folder, 'out.jsonl') };
}

describe('classify', () => {
  it('writes the labels of each text', async (t) => {
    const rows = makeTexts(50).map((text, id) => ({ id, text }));

    const { code, out, stderr } = await run(t, 'classify', rows);

    assert.equal(code, 0, stderr);
    assert.deepEqual(
      readRows(out),
      rows.map(({ id, text }) => ({
        id,
        labels: [{ label: 'long', score: scoreOf(text) }],
      })),
    );
  });

  it('writes nothing but JSON lines', async (t) => {
    const folder = makeFolder(t);

    const { code, stderr } = await runBulk(
      ['classify', 'in.jsonl', '-o', 'out.npy', '--base-url', 'http://a'],
      { cwd: folder },
    );

    assert.equal(code, 2);
    assert.match(stderr, /classify writes jsonl, not npy/);
  });
});

describe('rerank', () => {
  it('scores each text against one query', async (t) => {
    const rows = makeTexts(50).map((text, id) => ({ id, text }));

    const { code, out, stderr } = await run(t, 'rerank', rows, [
      ...['--query', 'Which?', '--batch-size', '8'],
    ]);

    assert.equal(code, 0, stderr);
    assert.deepEqual(
      readRows(out),
      rows.map(({ id, text }) => ({ id, score: scoreOf(text) })),
    );
  });

  it('ranks the texts of each row by its own query', async (t) => {
    const rows = [
      { id: 'x', query: 'Which?', texts: ['a', 'abc', 'ab'] },
      { id: 'y', query: 'Why?', texts: ['abcd'] },
      { id: 'z', query: 'How?', texts: 'none' },
    ];

    const { code, out, stderr } = await run(t, 'rerank', rows);

    assert.equal(code, 3, stderr);
    assert.deepEqual(readRows(out), [
      {
        id: 'x',
        results: [
          { index: 1, score: 0.3 },
          { index: 2, score: 0.2 },
          { index: 0, score: 0.1 },
        ],
      },
      { id: 'y', results: [{ index: 0, score: 0.4 }] },
    ]);
  });
});

describe('run', () => {
  const request = (id, prompt, url = '/v1/completions') => ({
    custom_id: id,
    method: 'POST',
    url,
    body: { prompt },
  });

  it("takes and writes OpenAI's batch format", async (t) => {
    const rows = [request('r1', 'one'), request('r2', 'two')];

    const { code, out, stderr } = await run(t, 'run', rows);

    assert.equal(code, 0, stderr);
    const [first, second] = readRows(out);
    assert.match(first.id, /^batch_req_[0-9a-f]{24}$/);
    assert.notEqual(first.id, second.id);
    assert.deepEqual([first.custom_id, second.custom_id], ['r1', 'r2']);
    assert.deepEqual(first.response, {
      status_code: 200,
      request_id: 'a-request',
      body: { choices: [{ text: 'one!' }], usage: { total_tokens: 3 } },
    });
    assert.equal(first.error, null);
  });

  it('writes requests that failed to a file of their own', async (t) => {
    const rows = [
      request('r1', 'one'),
      request('r2', 'two', '/v1/nowhere'),
      { custom_id: 'r3' },
    ];

    const { code, out, folder } = await run(t, 'run', rows, [
      ...['--errors', 'bad.jsonl'],
    ]);

    assert.equal(code, 3);
    assert.deepEqual(
      readRows(out).map((row) => row.custom_id),
      ['r1'],
    );
    const [refused, unread] = readRows(path.join(folder, 'bad.jsonl'));
    assert.equal(refused.custom_id, 'r2');
    assert.deepEqual(refused.response, { status_code: 404 });
    assert.equal(refused.error.code, 'HTTP_ERROR');
    assert.equal(unread.custom_id, 'r3');
    assert.equal(unread.response, null);
    assert.equal(unread.error.code, 'BAD_ROW');
    assert.equal(unread.line, 3);
  });
});
