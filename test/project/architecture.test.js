'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const rules = require('../helpers/architecture');

const ROOT = path.join(__dirname, '../..');
const HAND_WRITTEN = [
  'src',
  'lib',
  'proxy',
  'bulk',
  'test',
  'scripts',
  'examples',
];

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
  return files.flatMap((file) => rule(file, read(file)));
}

function read(file) {
  return fs.readFileSync(path.join(ROOT, file), 'utf8');
}

/** Which C modules include which; a module is a .c with its .h. */
function mapIncludes() {
  const arrows = new Map();
  for (const file of listFiles('src', /\.[ch]$/)) {
    const module = file.replace(/\.[ch]$/, '');
    const own = arrows.get(module) ?? new Set();
    arrows.set(module, own);
    for (const other of rules.listIncludedModules(read(file)))
      if (other !== module) own.add(other);
  }
  return arrows;
}

/** Which files of the packages require which. */
function mapRequires() {
  const tops = ['lib', 'proxy/lib', 'bulk/lib'];
  const files = tops.flatMap((top) => listFiles(top, /\.js$/));
  return new Map(
    files.map((file) => [
      file,
      new Set(rules.listRequiredFiles(file, read(file))),
    ]),
  );
}

describe('the floors', () => {
  it('let a C file include only its own floor and those below', () => {
    const files = listFiles('src', /\.[ch]$/);

    assert.deepEqual(judge(files, rules.findIncludeFaults), []);
  });

  it('let lib/ use its floors and Node, and lib/native alone the addon', () => {
    const files = listFiles('lib', /\.js$/);

    assert.deepEqual(judge(files, rules.findRequireFaults), []);
  });

  it('let the proxy use its floors and what the client exports', () => {
    const files = listFiles('proxy/lib', /\.js$/);

    assert.deepEqual(judge(files, rules.findProxyRequireFaults), []);
  });

  it('let the bulk command use its floors and what the client exports', () => {
    const files = listFiles('bulk/lib', /\.js$/);

    assert.deepEqual(judge(files, rules.findBulkRequireFaults), []);
  });

  it('have no circle of C modules', () => {
    assert.deepEqual(rules.findCircles(mapIncludes()), []);
  });

  it('have no circle of JavaScript files', () => {
    assert.deepEqual(rules.findCircles(mapRequires()), []);
  });

  it('keep the faces of lib/ to exports', () => {
    const faces = ['lib/index.js', 'lib/internal.js'];

    assert.deepEqual(judge(faces, rules.findIndexFaults), []);
  });

  it('let examples use the package as its users do', () => {
    const files = listFiles('examples', /\.js$/);

    assert.deepEqual(judge(files, rules.findPrivateUse), []);
  });

  it('rest on packages for the programs alone', () => {
    const client = require('../../package.json');
    const proxy = require('../../proxy/package.json');
    const bulk = require('../../bulk/package.json');

    assert.deepEqual(rules.findRuntimeDependencies(client), []);
    assert.deepEqual(
      rules.findRuntimeDependencies(proxy, rules.PROXY_PACKAGES),
      [],
    );
    assert.deepEqual(
      rules.findRuntimeDependencies(bulk, rules.BULK_PACKAGES),
      [],
    );
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

  it('name what C and JavaScript number for each other', () => {
    const files = [
      ...listFiles('src/binding', /\.[ch]$/),
      ...['lib', 'proxy', 'bulk', 'test'].flatMap((top) =>
        listFiles(top, /\.js$/),
      ),
    ].filter((file) => !file.includes('node_modules'));

    assert.deepEqual(judge(files, rules.findBareNumbers), []);
  });

  it('make C functions of at most 60', () => {
    const files = listFiles('src', /\.[ch]$/);

    assert.deepEqual(judge(files, rules.findLongFunctions), []);
  });

  it('make files of at most 400, tables of test cases aside', () => {
    const files = HAND_WRITTEN.flatMap((folder) =>
      listFiles(folder, /\.(c|h|js|sh)$/),
    ).filter((file) => !/^test\/native\/|node_modules/.test(file));

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
      .map((file) => file.replace(/^src\/(.*)\.c$/, 'test/native/$1_test.c'))
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
    faulty(rule, 'src/wire/json/a.c', '  #  include <uv.h>\n');
    faulty(rule, 'src/engine/job.c', '#include <cjson/cJSON.h>\n');
    faulty(rule, 'src/base/a.c', '#include "cJSON.h"\n');
    fine(rule, 'src/wire/http/limit_hint.c', '#include <cJSON.h>\n');
    faulty(rule, 'src/net/reactor.h', '#include <uv.h>\n');
    faulty(rule, 'src/engine/engine.c', '#include <sys/epoll.h>\n');
    fine(rule, 'src/net/poller.c', '#include <sys/epoll.h>\n');
    faulty(rule, 'src/wire/http/response.c', '#include <zlib.h>\n');
    faulty(rule, 'src/net/a.c', '#include <brotli/decode.h>\n');
    faulty(rule, 'src/engine/a.c', '#include <zstd.h>\n');
    fine(rule, 'src/wire/http/content_decoding.c', '#include <zstd.h>\n');
    fine(rule, 'src/binding/job.c', '#include <node_api.h>\n');
  });

  it('refuse a floor above, and policy and wire to each other', () => {
    const rule = rules.findIncludeFaults;

    faulty(rule, 'src/base/a.c', '#include "wire/json/b.h"\n');
    faulty(rule, 'src/policy/a.c', '#include "wire/json/b.h"\n');
    faulty(rule, 'src/wire/json/a.h', '#include "policy/b.h"\n');
    faulty(rule, 'src/wire/json/a.h', '#include "wire/answers/b.h"\n');
    faulty(rule, 'src/net/a.h', '#include "engine/b.h"\n');
    faulty(rule, 'src/engine/a.c', '#include "binding/b.h"\n');
    faulty(rule, 'src/wire/json/a.c', '#include "b.h"\n');
    faulty(rule, 'src/wire/json/a.c', '#include "../policy/b.h"\n');
    faulty(rule, 'src/attic/a.c', '');
    faulty(rule, 'src/wire/a.c', '');
    fine(rule, 'src/engine/a.c', '#include "policy/b.h"\n#include <stdio.h>');
    fine(rule, 'src/engine/a.c', '#include "wire/splice/b.h"\n');
    fine(rule, 'src/base/a.c', '/* #include "wire/json/b.h" */\n');
  });

  it('find circles and no chains', () => {
    const map = (object) =>
      new Map(Object.entries(object).map(([name, to]) => [name, new Set(to)]));

    assert.deepEqual(rules.findCircles(map({ a: ['b'], b: ['c'] })), []);
    assert.deepEqual(
      rules.findCircles(map({ a: ['b'], b: ['c'], c: ['b', 'd'], d: [] })),
      [['b', 'c']],
    );
    assert.deepEqual(
      rules.listIncludedModules('#include "a/b.h"\n#include <c.h>\n'),
      ['src/a/b'],
    );
    assert.deepEqual(
      rules.listRequiredFiles('lib/a/b.js', "require('../c'); require('d')"),
      ['lib/c.js'],
    );
  });

  it('refuse banned calls but not their names in words', () => {
    const rule = rules.findBannedCalls;

    faulty(rule, 'a.c', 'int n = atoi(text);');
    faulty(rule, 'a.c', 'strcpy (to, from);');
    faulty(rule, 'a.c', 'cJSON_GetObjectItem(a, "b");');
    fine(rule, 'a.c', 'snprintf(a, 1, "strcpy(x)"); /* not sprintf(x) */');
    fine(rule, 'a.c', 'cJSON_GetObjectItemCaseSensitive(a, "b");');
  });

  it('refuse a number of the contract without its name', () => {
    const rule = rules.findBareNumbers;

    faulty(rule, 'lib/call/a.js', 'numbers[10] = flags;');
    faulty(rule, 'proxy/lib/plan/a.js', 'copy(numbers[TIMEOUT_MS_AT]);');
    faulty(rule, 'proxy/lib/plan/a.js', 'poolFor(wrapper, words[0]);');
    faulty(rule, 'lib/stream/a.js', 'const [width, size] = settings.numbers;');
    faulty(rule, 'lib/call/a.js', 'const FLAG_SPLIT = 64;');
    faulty(rule, 'lib/call/a.js', 'const FLAGS = 10;');
    faulty(rule, 'lib/call/a.js', "send({ kind: 3, path: '' });");
    faulty(rule, 'lib/call/a.js', 'if (kind === 3) read();');
    faulty(rule, 'lib/call/a.js', 'request.flags |= 1;');
    faulty(rule, 'lib/pool/a.js', 'if (logLevel(env) < 2) return;');
    faulty(
      rule,
      'src/binding/a.c',
      'enum { PC_WORD_DEFAULTS = PC_WORD_OPEN };',
    );
    faulty(rule, 'src/binding/a.c', 'return numbers[3];');
    fine(rule, 'lib/native/contract.js', 'const FLAGS = 10;');
    fine(rule, 'lib/call/a.js', 'numbers[NUMBER.FLAGS] = FLAG.SPLIT;');
    fine(rule, 'lib/call/a.js', 'send({ kind: KIND.POST, flags: 0 });');
    fine(rule, 'src/binding/a.c', 'return numbers[PC_NUMBER_FLAGS];');
    fine(rule, 'src/binding/a.c', 'statuses[count++] = (long)numbers[i];');
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

  it('refuse lib/ the addon, other packages and floors above', () => {
    const rule = rules.findRequireFaults;

    faulty(rule, 'lib/call/job.js', "require('undici')");
    faulty(rule, 'lib/call/job.js', "await import('undici')");
    faulty(rule, 'lib/call/job.js', "require('../../scripts/build')");
    faulty(rule, 'lib/call/job.js', "require('../../build/Release/a.node')");
    faulty(rule, 'lib/call/job.js', 'process.dlopen(module, file)');
    faulty(rule, 'lib/call/job.js', "require('../client/a')");
    faulty(rule, 'lib/call/job.js', "require('prom-client')");
    faulty(rule, 'lib/attic/job.js', '');
    fine(
      rule,
      'lib/native/binding.js',
      "require('../../build/Release/a.node')",
    );
    fine(rule, 'lib/call/job.js', "require('../base/a'); require('node:fs')");
    fine(rule, 'lib/call/job.js', "require('../../package.json')");
    fine(rule, 'lib/index.js', "require('./client/a') // require('x')");
  });

  it('refuse the proxy the inner files of the client', () => {
    const rule = rules.findProxyRequireFaults;

    faulty(rule, 'proxy/lib/plan/a.js', "require('../../../lib/base/check')");
    faulty(rule, 'proxy/lib/plan/a.js', "require('../start/config')");
    faulty(rule, 'proxy/lib/plan/a.js', "require('got')");
    fine(
      rule,
      'proxy/lib/plan/a.js',
      "require('baseten-performance-client/internal')",
    );
    fine(rule, 'proxy/lib/telemetry/a.js', "require('prom-client')");
    fine(rule, 'proxy/lib/forward/a.js', "require('undici')");
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
