'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const zlib = require('node:zlib');

const { FLAGS } = require('../../lib/start/flags');
const { makeFolder, makeTexts, writeRows } = require('../helpers/bulk-process');
const { startModel } = require('../helpers/model-server');
const { startRedis } = require('../helpers/redis');

const ROOT = path.join(__dirname, '../../..');

const PROGRAM = path.join(ROOT, 'bulk/bin/baseten-performance-bulk.js');

const TEXT = fs.readFileSync(path.join(ROOT, 'docs/bulk.md'), 'utf8');

/** The commands of the page, each with the heading it stands under. */
function readSamples() {
  const parts = TEXT.split(/^(?=## )/m);
  return parts.flatMap((part) => {
    const heading = part.split('\n', 1)[0].replace(/^#+ /, '');
    const samples = [...part.matchAll(/^```sh\n([^]*?)^```$/gm)];
    return samples
      .map(([, code]) => ({ heading, code }))
      .filter(({ code }) => !code.startsWith('npm '));
  });
}

/** A folder with every file that the page speaks of. */
function layFiles(t) {
  const folder = makeFolder(t);
  const file = (name) => path.join(folder, name);
  const texts = makeTexts(40);
  writeRows(
    file('texts.jsonl'),
    texts.map((text, i) => ({ id: `doc-${i}`, text, lang: 'en' })),
  );
  writeRows(file('queries.jsonl'), [{ id: 1, query: 'Which?', texts }]);
  writeRows(file('requests.jsonl'), [
    {
      custom_id: 'one',
      method: 'POST',
      url: '/v1/completions',
      body: { prompt: 'Say' },
    },
  ]);
  const csv = `title\n${texts.join('\n')}\n`;
  fs.writeFileSync(file('articles-1.csv.gz'), zlib.gzipSync(csv));
  fs.mkdirSync(file('bin'));
  fs.symlinkSync(PROGRAM, file('bin/baseten-performance-bulk'));
  return folder;
}

/** Runs a sample as it is printed; its first failure ends it. */
async function runSample(code, folder, env) {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', code], {
    cwd: folder,
    env: {
      ...env,
      BASETEN_API_KEY: 'a-key',
      PATH: `${path.join(folder, 'bin')}:${process.env.PATH}`,
    },
  });
  let told = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (told += text));
  const exitCode = await new Promise((resolve) => child.once('close', resolve));
  return { code: exitCode, told };
}

describe('docs/bulk.md', () => {
  const samples = readSamples();

  it('has samples', () => {
    assert.ok(samples.length >= 7);
  });

  it('has samples that run as printed, one after the other', async (t) => {
    const [model, redis] = await Promise.all([startModel(t), startRedis(t)]);
    const folder = layFiles(t);
    const env = { BASE_URL: model.url, QUEUE: redis.url };

    for (const { heading, code } of samples) {
      const ended = await runSample(code, folder, env);
      assert.equal(ended.code, 0, `${heading}: ${ended.told}`);
    }
    const outputs = ['vectors.parquet', 'labels.jsonl', 'queued.npy'];
    for (const name of outputs)
      assert.ok(fs.existsSync(path.join(folder, name)), name);
  });

  it('lists every flag with its default, and no other', () => {
    const [, section] = TEXT.split('## Flags\n');
    const rows = section
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .slice(2)
      .map((line) => line.split('|').slice(1, 3))
      .map((cells) => cells.map((cell) => cell.trim()));

    assert.deepEqual(
      rows,
      FLAGS.map(({ name, value, short, fallback }) => [
        `${short ? `\`-${short}\`, ` : ''}\`--${name}${value && ` <${value}>`}\``,
        String(fallback ?? ''),
      ]),
    );
  });

  it('points at files and headings that are there', () => {
    const headings = [...TEXT.matchAll(/^#+ (.+)$/gm)].map(([, words]) =>
      words.toLowerCase().replaceAll(' ', '-'),
    );
    const links = [...TEXT.matchAll(/\]\(([^)]+)\)/g)].map(([, to]) => to);

    for (const link of links.filter((to) => !to.startsWith('https:'))) {
      const [file, heading] = link.split('#');
      if (file === '') assert.ok(headings.includes(heading), link);
      else assert.ok(fs.existsSync(path.join(ROOT, 'docs', file)), link);
    }
  });
});
