'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const {
  makeFolder,
  makeTexts,
  readRows,
  runBulk,
  startBulk,
  writeRows,
} = require('../helpers/bulk-process');
const { startModel } = require('../helpers/model-server');
const { filesOf, readVectors } = require('../helpers/vectors');

const ROWS = makeTexts(300).map((text, i) => ({ id: `doc-${i}`, text }));

async function prepare(t, format = 'npy') {
  const model = await startModel(t);
  const folder = makeFolder(t);
  writeRows(path.join(folder, 'in.jsonl'), ROWS);
  const args = (output, ...more) => [
    ...['embed', 'in.jsonl', '-o', `${output}.${format}`, '--model', 'm'],
    ...['--base-url', model.url, '--no-api-key', '--part-rows', '100'],
    ...['--batch-size', '16', '--max-retries', '0', ...more],
  ];
  const run = (output, ...more) =>
    runBulk(args(output, ...more), { cwd: folder });
  const start = (output, ...more) =>
    startBulk(args(output, ...more), { cwd: folder });
  return {
    model,
    folder,
    run,
    start,
    errors: `${folder}/out.${format}.errors.jsonl`,
  };
}

/** Refuses these texts with a status. */
const refusing = (status, ...places) => {
  const texts = new Set(places.map((i) => ROWS[i].text));
  return (text) => (texts.has(text) ? status : undefined);
};

describe('a row that the server refuses', () => {
  for (const status of [400, 500])
    it(`fails alone, with its id and its line (${status})`, async (t) => {
      const { model, folder, run, errors } = await prepare(t);
      model.knobs.refuse = refusing(status, 5, 150);

      const { code, stderr } = await run('out');

      assert.equal(code, 3, stderr);
      assert.match(stderr, /298 of 300 rows written, 2 failed/);
      assert.deepEqual(
        readRows(errors).map(({ message, ...fault }) => [
          fault,
          message.includes(String(status)),
        ]),
        [5, 150].map((i) => [
          {
            id: `doc-${i}`,
            file: 'in.jsonl',
            line: i + 1,
            code: 'HTTP_ERROR',
            status,
          },
          true,
        ]),
      );
      const { ids } = await readVectors(path.join(folder, 'out.npy'));
      assert.deepEqual(
        ids,
        ROWS.map(({ id }) => id).filter((_, i) => i !== 5 && i !== 150),
      );
    });

  for (const format of ['npy', 'parquet', 'jsonl', 'arrow', 'safetensors'])
    it(`is all that --retry-failed asks for: ${format}`, async (t) => {
      const { model, folder, run } = await prepare(t, format);
      await run('whole');
      model.knobs.refuse = refusing(400, 0, 99, 250);
      await run('out');
      model.knobs.refuse = undefined;
      model.texts = [];

      const { code, stderr } = await run('out', '--retry-failed');

      assert.equal(code, 0, stderr);
      assert.deepEqual(
        model.texts.toSorted(),
        [0, 250, 99].map((i) => ROWS[i].text).toSorted(),
      );
      assert.deepEqual(filesOf(folder, 'out'), filesOf(folder, 'whole'));
    });

  it('may be one of many that all fail again', async (t) => {
    const { model, run } = await prepare(t);
    const places = Array.from({ length: 70 }, (_, i) => i + 100);
    model.knobs.refuse = refusing(400, ...places);
    await run('out');

    const { code, stderr } = await run('out', '--retry-failed');

    assert.equal(code, 3, stderr);
    assert.match(stderr, /230 of 300 rows written, 70 failed/);
  });

  it('may fail again, and be sent again', async (t) => {
    const { model, run } = await prepare(t);
    model.knobs.refuse = refusing(400, 0, 250);
    await run('out');
    model.knobs.refuse = refusing(400, 250);
    const second = await run('out', '--retry-failed');
    model.knobs.refuse = undefined;
    model.texts = [];

    const third = await run('out', '--retry-failed');

    assert.deepEqual([second.code, third.code], [3, 0]);
    assert.deepEqual(model.texts, [ROWS[250].text]);
  });

  it('stops the job where --max-failures are passed', async (t) => {
    const { model, run } = await prepare(t);
    model.knobs.refuse = refusing(400, 3, 4, 5);

    const { code, stderr } = await run('out', '--max-failures', '2');

    assert.equal(code, 1);
    assert.match(stderr, /3 rows have failed, --max-failures allows 2/);
  });
});

describe('a line that cannot be read', () => {
  it('is named with its file and line, and does not stop the job', async (t) => {
    const { folder, run, errors } = await prepare(t);
    const lines = ROWS.map((row) => JSON.stringify(row));
    lines[7] = '{"id": "doc-7", "text"';
    lines[8] = '{"id": "doc-8"}';
    lines[9] = '[]';
    const bytes = Buffer.from(`${lines.join('\n')}\n\xff\n`, 'latin1');
    fs.writeFileSync(path.join(folder, 'in.jsonl'), bytes);

    const { code, stderr } = await run('out');

    assert.equal(code, 3);
    assert.match(stderr, /297 of 301 rows written, 4 could not be read/);
    assert.deepEqual(
      readRows(errors).map(({ line, message }) => [
        line,
        message.split(':')[0],
      ]),
      [
        [8, 'the line is no JSON'],
        [9, 'field "text" is missing'],
        [10, 'the row is no object'],
        [301, 'the line is not UTF-8'],
      ],
    );
  });
});

describe('a server that is away', () => {
  it('is waited for, and no row fails', async (t) => {
    const { model, run } = await prepare(t);
    model.onRequest = () => {
      model.knobs.isAway = model.requests > 6 && model.requests < 12;
    };

    const { code, stderr } = await run('out');

    assert.equal(code, 0, stderr);
    assert.match(stderr, /300 of 300 rows written/);
  });

  it('ends the job after --outage-s, which can go on then', async (t) => {
    const { model, folder, run } = await prepare(t);
    await run('whole');
    const limits = ['--outage-s', '0.5', '--max-concurrent-requests', '2'];
    model.onRequest = () => {
      model.knobs.isAway = model.texts.length >= 450;
    };
    const gone = await run('out', ...limits);
    model.onRequest = undefined;
    model.knobs.isAway = false;

    const { code } = await run('out', ...limits, '--resume');

    assert.equal(gone.code, 1);
    assert.match(gone.stderr, /the server has not answered for \d+ s/);
    assert.equal(code, 0);
    assert.deepEqual(filesOf(folder, 'out'), filesOf(folder, 'whole'));
  });

  it('says on its line what it waits for', async (t) => {
    const { model, start } = await prepare(t);
    model.knobs.isAway = true;
    const { child, ended, out } = start('out', '--progress-s', '0.1');

    while (!out.stderr.includes('waiting for the server:'))
      await new Promise((resolve) => child.stderr.once('data', resolve));

    child.kill('SIGKILL');
    await ended;
  });
});

describe('a job that cannot succeed', () => {
  for (const status of [401, 403])
    it(`ends at once: ${status}`, async (t) => {
      const { model, run } = await prepare(t);
      model.knobs.refuse = () => status;

      const { code, stderr } = await run('out');

      assert.equal(code, 1);
      assert.match(stderr, /the server refuses everything: .*40[13]/);
    });

  it('ends when the first rows have all failed', async (t) => {
    const { model, run } = await prepare(t);
    model.knobs.refuse = () => 404;

    const { code, stderr } = await run('out');

    assert.equal(code, 1);
    assert.match(stderr, /the first \d+ rows all failed: .*404/);
  });

  it('names the input that cannot be read', async (t) => {
    const { folder, run } = await prepare(t);
    fs.rmSync(path.join(folder, 'in.jsonl'));

    const { code, stderr } = await run('out');

    assert.equal(code, 1);
    assert.match(stderr, /cannot read in\.jsonl: ENOENT/);
  });
});
