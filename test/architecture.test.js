'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const rules = require('./helpers/architecture');

const ROOT = path.join(__dirname, '..');
const HAND_WRITTEN = ['src', 'lib', 'test', 'scripts', 'examples', 'bin'];

function listFiles(folder, pattern) {
  if (!fs.existsSync(path.join(ROOT, folder))) return [];
  return fs
    .readdirSync(path.join(ROOT, folder), { recursive: true })
    .map((name) => path.join(folder, name))
    .filter((name) => pattern.test(name))
    .sort();
}

function judge(files, rule) {
  assert.notEqual(files.length, 0, 'no file to judge');
  return files.flatMap((file) =>
    rule(file, fs.readFileSync(path.join(ROOT, file), 'utf8')),
  );
}

describe('the floors', () => {
  it('let a C file include only its own floor and those below', () => {
    const files = listFiles('src', /\.[ch]$/);

    assert.deepEqual(judge(files, rules.findIncludeFaults), []);
  });

  it('let lib/ use nothing but itself and Node, binding.js the addon', () => {
    const files = listFiles('lib', /\.js$/);

    assert.deepEqual(judge(files, rules.findRequireFaults), []);
  });

  it('keep lib/index.js to exports', () => {
    assert.deepEqual(judge(['lib/index.js'], rules.findIndexFaults), []);
  });

  it('let examples use the package as its users do', () => {
    const files = listFiles('examples', /\.js$/);

    assert.deepEqual(judge(files, rules.findPrivateUse), []);
  });

  it('rest on packages for the proxy alone', () => {
    const manifest = require('../package.json');

    assert.deepEqual(rules.findRuntimeDependencies(manifest), []);
  });
});

describe('the lines', () => {
  it('call no banned C function', () => {
    const files = [
      ...listFiles('src', /\.[ch]$/),
      ...listFiles('test/native', /\.[ch]$/),
    ];

    assert.deepEqual(judge(files, rules.findBannedCalls), []);
  });

  it('make C functions of at most 60', () => {
    const files = listFiles('src', /\.[ch]$/);

    assert.deepEqual(judge(files, rules.findLongFunctions), []);
  });

  it('make files of at most 400, tables of test cases aside', () => {
    const files = HAND_WRITTEN.flatMap((folder) =>
      listFiles(folder, /\.(c|h|js|sh)$/),
    ).filter((file) => !file.startsWith('test/native/'));

    assert.deepEqual(judge(files, rules.findLongFiles), []);
  });

  it('guard each header with its own name', () => {
    const files = listFiles('src', /\.h$/);

    assert.deepEqual(judge(files, rules.findGuardFaults), []);
  });
});

describe('the tests', () => {
  it('mirror each file of policy and wire', () => {
    const untested = ['policy', 'wire']
      .flatMap((room) => listFiles(`src/${room}`, /\.c$/))
      .map((file) => `test/native/${path.basename(file, '.c')}_test.c`)
      .filter((test) => !fs.existsSync(path.join(ROOT, test)));

    assert.deepEqual(untested, []);
  });
});

describe('the rules themselves', () => {
  const faulty = (rule, file, source) =>
    assert.equal(rule(file, source).length, 1, `${file}: ${source}`);
  const fine = (rule, file, source) => assert.deepEqual(rule(file, source), []);

  it('refuse a foreign header outside its room', () => {
    const rule = rules.findIncludeFaults;

    faulty(rule, 'src/engine/job.c', '#include <node_api.h>\n');
    faulty(rule, 'src/engine/job.c', '#include <js_native_api.h>\n');
    faulty(rule, 'src/binding/job.c', '#include <curl/curl.h>\n');
    faulty(rule, 'src/wire/a.c', '  #  include <uv.h>\n');
    faulty(rule, 'src/engine/job.c', '#include <cjson/cJSON.h>\n');
    faulty(rule, 'src/base/a.c', '#include "cJSON.h"\n');
    fine(rule, 'src/wire/rerank.c', '#include <cJSON.h>\n');
    fine(rule, 'src/binding/job.c', '#include <node_api.h>\n');
  });

  it('refuse a floor above, and policy and wire to each other', () => {
    const rule = rules.findIncludeFaults;

    faulty(rule, 'src/base/a.c', '#include "wire/b.h"\n');
    faulty(rule, 'src/policy/a.c', '#include "wire/b.h"\n');
    faulty(rule, 'src/wire/a.h', '#include "policy/b.h"\n');
    faulty(rule, 'src/engine/a.c', '#include "binding/b.h"\n');
    faulty(rule, 'src/wire/a.c', '#include "b.h"\n');
    faulty(rule, 'src/wire/a.c', '#include "../policy/b.h"\n');
    faulty(rule, 'src/attic/a.c', '');
    fine(rule, 'src/engine/a.c', '#include "policy/b.h"\n#include <stdio.h>');
    fine(rule, 'src/base/a.c', '/* #include "wire/b.h" */\n');
  });

  it('refuse banned calls but not their names in words', () => {
    const rule = rules.findBannedCalls;

    faulty(rule, 'a.c', 'int n = atoi(text);');
    faulty(rule, 'a.c', 'strcpy (to, from);');
    faulty(rule, 'a.c', 'cJSON_GetObjectItem(a, "b");');
    fine(rule, 'a.c', 'snprintf(a, 1, "strcpy(x)"); /* not sprintf(x) */');
    fine(rule, 'a.c', 'cJSON_GetObjectItemCaseSensitive(a, "b");');
  });

  it('refuse the 61st line of a function and the 401st of a file', () => {
    const body = (lines) => `int f(void)\n{\n${'  x;\n'.repeat(lines)}}\n`;

    faulty(rules.findLongFunctions, 'a.c', body(59));
    fine(rules.findLongFunctions, 'a.c', body(58));
    fine(rules.findLongFunctions, 'a.c', body(40) + body(40));
    faulty(rules.findLongFiles, 'a.c', '\n'.repeat(401));
    fine(rules.findLongFiles, 'a.c', '\n'.repeat(400));
  });

  it('refuse a guard that is not the name of its file', () => {
    const rule = rules.findGuardFaults;
    const guard = 'PC_WIRE_BATCH_H';

    faulty(rule, 'src/wire/batch.h', '#ifndef BATCH_H\n#define BATCH_H\n');
    faulty(rule, 'src/wire/batch.h', `#ifndef ${guard}\n#define ${guard}\n`);
    fine(
      rule,
      'src/wire/batch.h',
      `#ifndef ${guard}\n#define ${guard}\n\n#endif\n`,
    );
  });

  it('refuse lib/ the addon, other packages and other folders', () => {
    const rule = rules.findRequireFaults;

    faulty(rule, 'lib/job.js', "require('undici')");
    faulty(rule, 'lib/job.js', "await import('undici')");
    faulty(rule, 'lib/job.js', "require('../scripts/build')");
    faulty(rule, 'lib/job.js', "require('../build/Release/a.node')");
    faulty(rule, 'lib/job.js', 'process.dlopen(module, file)');
    fine(rule, 'lib/binding.js', "require('../build/Release/a.node')");
    fine(rule, 'lib/proxy/a.js', "require('../job'); require('node:fs')");
    fine(rule, 'lib/proxy/a.js', "require('prom-client')");
    faulty(rule, 'lib/job.js', "require('prom-client')");
    faulty(rule, 'lib/job.js', "require('./proxy/a')");
    fine(rule, 'lib/job.js', "require('../package.json') // require('x')");
  });

  it('refuse code in the index and inner files to examples', () => {
    faulty(rules.findIndexFaults, 'lib/index.js', 'const a = () => 1;');
    fine(
      rules.findIndexFaults,
      'lib/index.js',
      "module.exports = { A: 'if' };",
    );
    faulty(rules.findPrivateUse, 'examples/d/a.js', "require('../../lib/a')");
    fine(rules.findPrivateUse, 'examples/d/a.js', "require('../..')");
  });

  it('refuse packages needed at run time', () => {
    const manifest = { dependencies: { a: '1' }, devDependencies: { b: '1' } };

    assert.deepEqual(rules.findRuntimeDependencies(manifest), [
      'dependencies: a',
    ]);
  });
});
