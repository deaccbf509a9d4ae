'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { runChild } = require('../helpers/child');
const { startUpstream } = require('../helpers/upstream');

const LINE = /^performance-client (error|warn|info|debug|trace) \S.*$/;

const RETRIED = () => [{ status: 503 }, { body: 1 }];

const CALL = `connect().batchPost('/x', [1], { initialBackoffMs: 50 })
  .catch((error) => console.log(error));`;

/** What a call in a child process says on stderr, line by line. */
async function linesOf(t, script, env) {
  const upstream = await startUpstream(t, script);
  const result = await runChild(t, CALL, { url: upstream.url, env });
  assert.equal(result.code, 0);
  return { ...result, lines: result.stderr.split('\n').slice(0, -1) };
}

function levelsOf(lines) {
  return new Set(lines.map((line) => line.match(LINE)?.[1]));
}

describe('the log', () => {
  it('is silent when all goes well, and on stdout always', async (t) => {
    const { stdout, stderr } = await linesOf(t, [{ body: 1 }], {});

    assert.equal(stdout, '');
    assert.equal(stderr, '');
  });

  for (const [level, expected] of [
    ['off', []],
    ['error', []],
    ['warn', []],
    ['info', ['info']],
    ['debug', ['debug', 'info']],
    ['trace', ['debug', 'info']],
  ])
    it(`at ${level} is lines of ${expected.join(' and ') || 'nothing'}`, async (t) => {
      const env = { PERFORMANCE_CLIENT_LOG_LEVEL: level };

      const { lines, stdout } = await linesOf(t, RETRIED(), env);

      assert.equal(stdout, '');
      assert.deepEqual([...levelsOf(lines)].sort(), expected);
    });

  it('tells of each retry: which request, and why', async (t) => {
    const env = { PERFORMANCE_CLIENT_LOG_LEVEL: 'info' };

    const { lines } = await linesOf(t, RETRIED(), env);

    assert.match(
      lines[0],
      /request perfclient-\w+-0-0: .*next attempt in \d+ ms$/,
    );
    assert.match(lines[0], /503/);
    assert.match(lines.at(-1), /call perfclient-\w+: success/);
  });

  for (const [env, isHeard] of [
    [{ RUST_LOG: 'debug' }, true],
    [{ RUST_LOG: 'hyper=debug' }, false],
    [{ RUST_LOG: 'debug', PERFORMANCE_CLIENT_LOG_LEVEL: 'error' }, false],
    [{ RUST_LOG: 'off', PERFORMANCE_CLIENT_LOG_LEVEL: 'debug' }, true],
    [{ PERFORMANCE_CLIENT_LOG_LEVEL: 'loud' }, false],
  ])
    it(`${isHeard ? 'speaks' : 'is silent'} at ${JSON.stringify(env)}`, async (t) => {
      const { lines } = await linesOf(t, RETRIED(), env);

      assert.equal(lines.length > 0, isHeard);
    });

  it('stays one line each, whatever a server says', async (t) => {
    const body = 'a\r\nb\0c\u2028d'.repeat(1000);
    const script = [
      { status: 503, body },
      { status: 400, body },
    ];

    const { lines } = await linesOf(t, script, {
      PERFORMANCE_CLIENT_LOG_LEVEL: 'trace',
    });

    assert.ok(lines.length > 0);
    for (const line of lines) assert.match(line, LINE);
  });
});

describe('a key', () => {
  /** Servers that echo what they should not. */
  const ECHOES = {
    'in the body': ({ headers }) => ({
      status: 401,
      body: { error: `bad key ${headers.authorization}` },
    }),
    'in a header': ({ headers }) => ({
      status: 401,
      headers: { 'x-echo': headers.authorization },
    }),
    'in an unreadable answer': ({ headers }) => ({
      body: `<p>${headers.authorization}</p>`,
    }),
    'alone in an unreadable answer': ({ headers }) => ({
      body: headers.authorization.slice('Bearer '.length),
    }),
    'in a redirect': ({ headers }) => ({
      status: 307,
      headers: {
        location: `http://b.example/${headers.authorization.slice(7)}`,
      },
    }),
  };

  for (const [place, script] of Object.entries(ECHOES))
    it(`that a server echoes ${place} is shown nowhere`, async (t) => {
      const { stdout, stderr } = await linesOf(t, script, {
        KEY: 'hush-hush-1234',
        PERFORMANCE_CLIENT_LOG_LEVEL: 'trace',
      });

      assert.match(stdout, /code: '(HTTP|PARSE)_ERROR'/);
      assert.doesNotMatch(stdout + stderr, /hush-hush/);
    });

  it('in headers of the caller is shown nowhere', async (t) => {
    const upstream = await startUpstream(t, ({ headers }) => ({
      status: 400,
      body: { got: headers.authorization },
    }));

    const { stdout, stderr } = await runChild(
      t,
      `const extraHeaders = { Authorization: 'Api-Key hush-hush-1234' };
       connect().batchPost('/x', [1], { extraHeaders })
         .catch((error) => console.log(error, error.stack));`,
      {
        url: upstream.url,
        env: { PERFORMANCE_CLIENT_LOG_LEVEL: 'trace' },
      },
    );

    assert.match(stdout, /HTTP 400/);
    assert.doesNotMatch(stdout + stderr, /hush-hush/);
  });

  it('is not visible when a client is printed', async (t) => {
    const { stdout } = await runChild(
      t,
      `console.log(require('node:util').inspect(connect(), { showHidden: true,
         depth: 9 }), JSON.stringify(connect()), process.title);`,
      { url: 'http://a.example', env: { KEY: 'hush-hush-1234' } },
    );

    assert.match(stdout, /PerformanceClient/);
    assert.doesNotMatch(stdout, /hush-hush/);
  });
});

describe('the environment', () => {
  it('is the same after a call as before', async (t) => {
    const upstream = await startUpstream(t, RETRIED());

    const { stdout } = await runChild(
      t,
      `const before = JSON.stringify(process.env);
       connect().batchPost('/x', [1], { initialBackoffMs: 50 })
         .then(() => console.log(JSON.stringify(process.env) === before));`,
      {
        url: upstream.url,
        env: { PERFORMANCE_CLIENT_LOG_LEVEL: 'info', RUST_LOG: 'warn' },
      },
    );

    assert.equal(stdout, 'true\n');
  });
});
