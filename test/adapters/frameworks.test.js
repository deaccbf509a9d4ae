'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const { FRAMEWORKS } = require('./start');
const { readSamples, runSample } = require('../helpers/samples');
const { startInferenceServer } = require('../../lib/testing/server');

const ROOT = path.join(__dirname, '../..');
const PAGE = 'docs/frameworks.md';

function readManifest(folder) {
  return JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
}

describe(`the samples of ${PAGE}`, () => {
  for (const { heading, code } of readSamples(PAGE, 'js'))
    it(`run as printed: ${heading}`, async (t) => {
      const server = await startInferenceServer();
      t.after(() => server.close());
      const env = { BASE_URL: server.url, BASETEN_API_KEY: 'a-test-key' };
      const folder = FRAMEWORKS;

      const run = await runSample(t, code, { env, folder });

      assert.equal(run.stderr, '');
      assert.equal(run.exit, 0);
      assert.notEqual(run.stdout, '');
    });
});

describe(PAGE, () => {
  it('names the versions that were tested', () => {
    const { dependencies } = require('./package.json');
    const text = fs.readFileSync(path.join(ROOT, PAGE), 'utf8');

    for (const [name, wanted] of Object.entries(dependencies)) {
      const version = wanted.split('@').pop();
      const manifest = path.join(ROOT, FRAMEWORKS, 'node_modules', name);
      assert.equal(readManifest(manifest).version, version);
      if (!['zod', '@ai-sdk/provider'].includes(name))
        assert.ok(text.includes(version), `${name} ${version}`);
    }
  });
});
