'use strict';

/*
 * Runs the recipes of docs/recipes.md as they are printed: `make recipes`. What
 * they need is large (600 MB, most of it LanceDB's), so that this is no part of the
 * normal suite.
 */

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { readSamples, runSample } = require('../helpers/samples');
const {
  embedText,
  startInferenceServer,
} = require('baseten-performance-client/testing');
const { startQdrant } = require('./stand-ins/qdrant');

const ROOT = path.join(__dirname, '../..');
const PAGE = 'docs/recipes.md';
const PACKAGES = 'build/recipes';
const STAND_INS = path.join(__dirname, 'stand-ins');

const samples = new Map(
  readSamples(PAGE, 'js').map(({ heading, code }) => [heading, code]),
);

const unread = new Set(samples.keys());

/** What a recipe printed, and the folder it ran in. */
async function run(t, heading, { env, packages } = {}) {
  const server = await startInferenceServer();
  t.after(() => server.close());
  const cwd = fs.mkdtempSync(path.join(os.tmpdir(), 'recipe-'));
  t.after(() => fs.rmSync(cwd, { recursive: true }));
  unread.delete(heading);

  const { exit, stdout, stderr } = await runSample(t, samples.get(heading), {
    folder: PACKAGES,
    packages,
    cwd,
    env: { BASE_URL: server.url, BASETEN_API_KEY: 'a-test-key', ...env },
  });

  assert.equal(stderr, '');
  assert.equal(exit, 0);
  return { stdout, cwd };
}

const numbersOf = (text) => Array.from(embedText(text));

describe(`the recipes of ${PAGE}`, () => {
  it('write a NumPy file that others read', async (t) => {
    const heading = 'A NumPy file, in memory that does not grow';
    const { stdout, cwd } = await run(t, heading);

    const bytes = fs.readFileSync(path.join(cwd, 'vectors.npy'));
    const npyjs = path.join(ROOT, PACKAGES, 'node_modules/npyjs/dist/index.js');
    const { parse } = await import(npyjs);
    const { data, shape, dtype } = parse(new Uint8Array(bytes).buffer);
    assert.equal(stdout, '5000 256\n');
    assert.deepEqual([dtype, shape], ['f4', [5000, 256]]);
    assert.deepEqual(
      Array.from(data.subarray(4321 * 256, 4322 * 256)),
      numbersOf('paragraph 4321'),
    );
  });

  it('fill a table of PostgreSQL, and find in it', async (t) => {
    const text = (name) => fs.readFileSync(path.join(STAND_INS, name), 'utf8');
    const packages = {
      pg: text('pg.mjs'),
      'pg-copy-streams': "export { from } from 'pg';\n",
    };

    const heading = 'PostgreSQL with pgvector, by binary COPY';
    const { stdout } = await run(t, heading, { packages });

    assert.equal(stdout, '8\n');
  });

  it('fill a table of LanceDB without a copy', async (t) => {
    const { stdout } = await run(t, 'LanceDB, by Arrow over the matrix');

    assert.equal(stdout, 'paragraph 7 true\n');
  });

  it('fill a collection of Qdrant', async (t) => {
    const qdrant = await startQdrant();
    t.after(() => qdrant.close());

    const env = { QDRANT_URL: qdrant.url };
    const { stdout } = await run(t, 'Qdrant', { env });

    const { vector, payload } = qdrant.points.get(7);
    assert.equal(stdout, '1000\n');
    assert.equal(payload.text, 'paragraph 7');
    assert.deepEqual(vector, numbersOf('paragraph 7'));
  });

  it('make spans of OpenTelemetry', async (t) => {
    const { stdout } = await run(t, 'OpenTelemetry');

    assert.match(stdout, /name: 'embed'[^]*inputs: 1[^]*code: 0/);
    assert.match(stdout, /name: 'batchPost'[^]*code: 2[^]*HTTP 404/);
  });

  it('were all run', () => {
    assert.deepEqual([...unread], []);
  });
});
