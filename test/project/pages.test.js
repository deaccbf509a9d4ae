'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { startInferenceServer } = require('../../lib/testing/server');
const { readSamples, runSample } = require('../helpers/samples');

const PAGES = [
  ...['README.md', 'docs/api.md', 'docs/coalescing.md', 'docs/errors.md'],
  'docs/endpoints.md',
  ...['docs/migrating.md', 'docs/testing.md'],
];

for (const page of PAGES)
  describe(`the samples of ${page}`, () => {
    const samples = readSamples(page, 'js');

    it('are found', () => {
      assert.ok(samples.length > 0);
    });

    for (const { heading, code } of samples)
      it(`run as printed: ${heading}`, async (t) => {
        const server = await startInferenceServer();
        const other = await startInferenceServer();
        t.after(() => Promise.all([server.close(), other.close()]));
        const env = {
          BASE_URL: server.url,
          OTHER_BASE_URL: other.url,
          BASETEN_API_KEY: 'a-test-key',
        };

        const { exit, stdout, stderr } = await runSample(t, code, { env });

        assert.equal(stderr, '');
        assert.equal(exit, 0);
        assert.equal(stdout.length > 0, code.includes('console.log'));
      });
  });
