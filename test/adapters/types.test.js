'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { FRAMEWORKS } = require('./start');

const ROOT = path.join(__dirname, '../..');
const COMPILER = require.resolve('typescript/bin/tsc');
const SUBPATHS = ['ai-sdk', 'langchain', 'mastra', 'openai', 'testing'];

/** Those of the frameworks' own declarations are their affair. */
const CONFIG = {
  extends: path.join(ROOT, 'test/types/tsconfig.json'),
  compilerOptions: {
    skipLibCheck: true,
    typeRoots: [`${ROOT}/node_modules/@types`],
  },
  files: ['usage.mts'],
};

describe('the declarations of the adapters', () => {
  it('are what the frameworks want', (t) => {
    const place = path.join(ROOT, FRAMEWORKS, '.types-');
    const folder = fs.mkdtempSync(place);
    t.after(() => fs.rmSync(folder, { recursive: true }));
    fs.copyFileSync(
      path.join(__dirname, 'types/usage.mts'),
      path.join(folder, 'usage.mts'),
    );
    fs.writeFileSync(
      path.join(folder, 'tsconfig.json'),
      JSON.stringify(CONFIG),
    );

    const { stdout } = spawnSync(process.execPath, [COMPILER, '-p', folder], {
      encoding: 'utf8',
    });

    assert.equal(stdout, '');
  });
});

describe('the adapters', () => {
  for (const name of SUBPATHS)
    it(`load neither a framework nor the addon: ${name}`, () => {
      const script =
        `require('baseten-performance-client/${name}');` +
        `import('baseten-performance-client/${name}').then(() => ` +
        'console.log(Object.keys(require.cache).filter((file) => ' +
        "file.endsWith('.node') || file.includes('node_modules'))))";

      const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], {
        cwd: ROOT,
        encoding: 'utf8',
      });

      assert.equal(stderr, '');
      assert.equal(stdout, '[]\n');
    });
});
