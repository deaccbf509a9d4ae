'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const { startInferenceServer } = require('../../lib/testing/server');

const README = path.join(__dirname, '../../README.md');

const AsyncFunction = (async () => {}).constructor;

/** The JavaScript samples, each with the heading it stands under. */
function readSamples() {
  const parts = fs.readFileSync(README, 'utf8').split(/^(?=#+ )/m);
  return parts.flatMap((part) => {
    const heading = part.split('\n', 1)[0].replace(/^#+ /, '');
    const samples = [...part.matchAll(/^```js\n([^]*?)^```$/gm)];
    return samples.map(([, code]) => ({ heading, code }));
  });
}

describe("the README's samples", () => {
  const samples = readSamples();

  it('are found', () => {
    assert.ok(samples.length >= 8);
  });

  for (const { heading, code } of samples)
    it(`run as printed: ${heading}`, async (t) => {
      const server = await startInferenceServer();
      t.after(() => server.close());
      const lines = [];
      const console = { log: (...words) => lines.push(words.join(' ')) };
      const env = { BASE_URL: server.url, BASETEN_API_KEY: 'a-test-key' };
      const before = process.env;
      process.env = { ...before, ...env };
      t.after(() => {
        process.env = before;
      });

      const run = new AsyncFunction('require', 'console', code);
      await run(require, console);

      const isSilent = !code.includes('console.log');
      assert.equal(lines.length === 0, isSilent, lines.join('\n'));
    });
});
