'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const ts = require('typescript');

const lib = require('../..');

const COMPILER = require.resolve('typescript/bin/tsc');
const PROJECT = path.join(__dirname, '../types/tsconfig.json');
const DECLARATIONS = path.join(__dirname, '../../index.d.ts');

/** What an editor shows the document of: exports, methods, constructors. */
function isPublic(node) {
  const modifiers = (node.modifiers ?? []).map(({ kind }) => kind);
  const { ExportKeyword, PrivateKeyword } = ts.SyntaxKind;
  if (ts.isSourceFile(node.parent)) return modifiers.includes(ExportKeyword);
  return (
    !modifiers.includes(PrivateKeyword) &&
    (ts.isMethodDeclaration(node) ||
      ts.isMethodSignature(node) ||
      ts.isConstructorDeclaration(node))
  );
}

describe('the type declarations', () => {
  it('hold real use under strict rules and refuse wrong use', () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      [COMPILER, '--project', PROJECT],
      { encoding: 'utf8' },
    );

    assert.equal(stdout, '');
    assert.equal(status, 0);
  });

  it('declare every export, and nothing that is not exported', () => {
    const text = fs.readFileSync(DECLARATIONS, 'utf8');
    const declared = [
      ...text.matchAll(/^export (?:class|const|function) (\w+)/gm),
    ];

    assert.deepEqual(declared.map(([, name]) => name).sort(), [
      ...Object.keys(lib).sort(),
    ]);
  });

  it('have a document on every type and signature', () => {
    const text = fs.readFileSync(DECLARATIONS, 'utf8');
    const latest = ts.ScriptTarget.Latest;
    const source = ts.createSourceFile('index.d.ts', text, latest, true);

    const silent = source.statements.flatMap((statement) =>
      [statement, ...(statement.members ?? [])].filter(
        (node) =>
          isPublic(node) && ts.getJSDocCommentsAndTags(node).length === 0,
      ),
    );

    assert.deepEqual(
      silent.map((node) => node.getText().split('\n', 1)[0]),
      [],
    );
  });

  it('contain no any', () => {
    const text = fs.readFileSync(DECLARATIONS, 'utf8');
    const code = text.replace(/\/\*[^]*?\*\//g, '');

    assert.doesNotMatch(code, /\bany\b/);
  });
});

describe('the package', () => {
  it('gives ES modules its names', async () => {
    const names = await import('baseten-performance-client');

    assert.equal(names.PerformanceClient, lib.PerformanceClient);
    assert.equal(names.version, require('../../package.json').version);
  });

  it('loads no addon before its first call', () => {
    const script =
      "const p = require('baseten-performance-client');" +
      "new p.PerformanceClient('http://127.0.0.1:1', 'key');" +
      "console.log(Object.keys(require.cache).some((f) => f.endsWith('.node')))";
    const { stdout } = spawnSync(process.execPath, ['-e', script], {
      cwd: path.join(__dirname, '../..'),
      encoding: 'utf8',
    });

    assert.equal(stdout, 'false\n');
  });
});
