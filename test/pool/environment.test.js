'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const tls = require('node:tls');

const { HttpClientWrapper, PerformanceClient } = require('../..');
const { standInEngine } = require('../helpers/stand-in-engine');

const VARIABLES = [
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'],
  ...['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'],
  ...['BASETEN_API_KEY', 'OPENAI_API_KEY', 'SSL_CERT_FILE'],
  ...['NODE_EXTRA_CA_CERTS', 'PERFORMANCE_CLIENT_LOG_LEVEL', 'RUST_LOG'],
  'PERFORMANCE_CLIENT_REQUEST_ID_PREFIX',
];

/** Gives a test an environment of its own: only these variables are set. */
function setEnvironment(t, variables = {}) {
  const before = process.env;
  process.env = { ...before };
  for (const name of VARIABLES) delete process.env[name];
  Object.assign(process.env, variables);
  t.after(() => {
    process.env = before;
  });
}

function setUp(t, variables) {
  setEnvironment(t, variables);
  return standInEngine(t);
}

/** Sends one request and returns how its engine and its job were made. */
function sent(engine, baseUrl = 'https://a.example', ...args) {
  const client = new PerformanceClient(baseUrl, ...args);
  client.batchPost('/x', [{}]).catch(() => {});
  const job = engine.jobs.pop();
  return { ...job, options: job.engine.options };
}

describe('the API key', () => {
  it("is the argument, else Baseten's variable, else OpenAI's", (t) => {
    const both = { BASETEN_API_KEY: 'from-b', OPENAI_API_KEY: 'from-o' };
    const engine = setUp(t, both);

    const keys = [['given'], [null], [undefined], [{ httpVersion: 1 }]].map(
      (args) => sent(engine, 'http://a.example', ...args).headers.authorization,
    );
    delete process.env.BASETEN_API_KEY;
    keys.push(sent(engine).headers.authorization);

    assert.deepEqual(keys, [
      'Bearer given',
      ...new Array(3).fill('Bearer from-b'),
      'Bearer from-o',
    ]);
  });

  it('is missed by the first call, with the names of both variables', async (t) => {
    const engine = setUp(t, { BASETEN_API_KEY: '' });
    const client = new PerformanceClient('http://a.example');
    const refusal = {
      name: 'TypeError',
      code: 'INVALID_ARGUMENT',
      argument: 'apiKey',
      message:
        'apiKey must be given, or stand in BASETEN_API_KEY or ' +
        'OPENAI_API_KEY; give apiKey: false to a server that needs none',
    };

    await assert.rejects(client.embed(['a'], 'm'), refusal);
    await assert.rejects(client.embedStream(['a'], 'm').next(), refusal);
    assert.equal(engine.jobs.length, 0);
  });

  it('is not missed by a call that brings its own', async (t) => {
    const engine = setUp(t, {});
    const client = new PerformanceClient('http://a.example');
    const own = [
      { primaryApiKeyOverride: 'other' },
      { extraHeaders: { authorization: 'Basic YTpi' } },
      { headers: { authorization: 'Basic YTpj' } },
    ];

    for (const options of own) client.batchPost('/x', [1], options);

    const keys = engine.jobs.map(({ headers }) => headers.authorization);
    assert.deepEqual(keys, ['Bearer other', 'Basic YTpi', 'Basic YTpj']);
  });

  it('is refused from a variable without being shown', (t) => {
    setEnvironment(t, { BASETEN_API_KEY: 'sesame\n' });

    assert.throws(() => new PerformanceClient('http://a.example'), {
      argument: 'BASETEN_API_KEY',
      message: /^(?!.*sesame)/,
    });
  });
});

describe('a proxy', () => {
  it('comes from the variable of the scheme, else from ALL_PROXY', (t) => {
    const engine = setUp(t, {
      HTTP_PROXY: 'http://plain.example:1',
      ALL_PROXY: 'socks5h://all.example:2',
      NO_PROXY: 'internal.example',
    });

    const plain = sent(engine, 'http://a.example', 'key').options;
    const secure = sent(engine, 'https://a.example', 'key').options;

    assert.equal(plain.proxy, 'http://plain.example:1');
    assert.equal(secure.proxy, 'socks5h://all.example:2');
    assert.equal(secure.noProxy, 'internal.example');
  });

  it('comes from the lower-case variable first', (t) => {
    const engine = setUp(t, {
      https_proxy: 'lower.example:1',
      HTTPS_PROXY: 'upper.example:2',
      no_proxy: 'lower.example',
      NO_PROXY: 'upper.example',
    });

    const { proxy, noProxy } = sent(engine, 'https://a.example', 'key').options;

    assert.equal(proxy, 'http://lower.example:1');
    assert.equal(noProxy, 'lower.example');
  });

  it('that is given goes over the environment for every host', (t) => {
    const engine = setUp(t, { HTTPS_PROXY: 'env:1', NO_PROXY: '*' });
    const wrapper = new HttpClientWrapper({ proxy: 'http://given:2' });

    const secure = sent(engine, 'https://a.example', 'key', 1, wrapper);
    const plain = sent(engine, 'http://b.example', 'key', 1, wrapper);

    assert.equal(secure.options.proxy, 'http://given:2');
    assert.equal(secure.options.noProxy, '');
    assert.equal(plain.engine, secure.engine);
  });

  it('has its port written out, and keeps its login', (t) => {
    const engine = setUp(t);
    const proxies = [
      ['p.example', 'http://p.example:80'],
      ['p.example:3128', 'http://p.example:3128'],
      ['http://p.example:80/', 'http://p.example:80'],
      ['HTTPS://p.example', 'https://p.example:443'],
      ['socks5://u:p%40ss@p.example', 'socks5://u:p%40ss@p.example:1080'],
      ['http://[::1]:8080', 'http://[::1]:8080'],
    ];

    for (const [given, used] of proxies)
      assert.equal(
        sent(engine, 'http://a.example', 'key', 1, null, given).options.proxy,
        used,
      );
  });

  it('is refused when it is none, without showing its login', (t) => {
    setEnvironment(t);
    const wrong = [
      ...['', 'ftp://u:sesame@p', 'http://u:sesame@', 'http://u:sesame@p/path'],
      ...['http://u:sesame@p:99999', 'http://u: sesame@p', 'http://p?sesame'],
    ];

    for (const proxy of wrong)
      assert.throws(() => new HttpClientWrapper(1, proxy), {
        code: 'INVALID_ARGUMENT',
        argument: 'proxy',
        message: /^proxy must be a proxy URL(?!.*sesame)/,
      });
    assert.throws(() => new HttpClientWrapper(1, 8080), {
      message: /^proxy must be a proxy URL .*, got number 8080$/,
    });
  });

  it('is refused by the name of its variable', (t) => {
    setEnvironment(t, { https_proxy: 'gopher://u:sesame@p' });

    assert.throws(() => new HttpClientWrapper(), {
      argument: 'https_proxy',
      message: /^https_proxy must be a proxy URL(?!.*sesame)/,
    });
  });
});

describe('the trust roots', () => {
  const pem = (name) =>
    `-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----\n`;

  function certificateFile(t, name, text) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'trust-'));
    t.after(() => fs.rmSync(folder, { recursive: true }));
    const file = path.join(folder, name);
    fs.writeFileSync(file, text);
    return file;
  }

  it("are Node's, the system's and those that the environment names", (t) => {
    const engine = setUp(t, {
      NODE_EXTRA_CA_CERTS: certificateFile(t, 'node.pem', pem('node')),
      SSL_CERT_FILE: certificateFile(t, 'ssl.pem', pem('ssl')),
    });

    const { ca } = sent(engine, 'https://a.example', 'k').options;

    assert.ok(ca.includes(tls.rootCertificates[0]));
    assert.match(ca, /\nnode\n[^]+\nssl\n/);
  });

  it('that are given replace all others', (t) => {
    const engine = setUp(t, {
      SSL_CERT_FILE: certificateFile(t, 'ssl.pem', pem('ssl')),
    });
    const given = [pem('one'), Buffer.from(pem('two'))];
    const options = { apiKey: 'k', ca: given };

    const { ca } = sent(engine, 'https://a.example', options).options;

    assert.equal(ca, `${pem('one')}\n${pem('two')}`);
  });

  it('leave out a file that cannot be used, with one line on stderr', (t) => {
    const engine = setUp(t, {
      NODE_EXTRA_CA_CERTS: '/nowhere/extra.pem',
      SSL_CERT_FILE: certificateFile(t, 'ssl.pem', 'no certificate'),
    });
    const write = t.mock.method(process.stderr, 'write', () => true);

    const { ca } = sent(engine, 'https://a.example', 'k').options;

    const lines = write.mock.calls.map((call) => call.arguments[0]);
    assert.ok(!ca.includes('no certificate'));
    assert.equal(lines.length, 2);
    assert.match(
      lines[0],
      /^performance-client warn NODE_EXTRA_CA_CERTS .*\n$/,
    );
    assert.match(lines[1], /^performance-client warn SSL_CERT_FILE .*\n$/);
  });

  it('are not spoken of below the level of warnings', (t) => {
    const engine = setUp(t, {
      SSL_CERT_FILE: '/nowhere/ssl.pem',
      PERFORMANCE_CLIENT_LOG_LEVEL: 'error',
    });
    const write = t.mock.method(process.stderr, 'write', () => true);

    sent(engine, 'https://a.example', 'k');

    assert.equal(write.mock.callCount(), 0);
  });

  it("and the client's own certificate are refused when no PEM", (t) => {
    setEnvironment(t);
    const refusals = [
      [{ ca: 'sesame' }, 'ca'],
      [{ ca: [] }, 'ca'],
      [{ ca: [pem('a'), 5] }, 'ca[1]'],
      [{ cert: pem('a') }, 'key'],
      [{ key: pem('a') }, 'cert'],
      [{ cert: pem('a'), key: 'sesame' }, 'key'],
      [{ connectTimeoutS: 0 }, 'connectTimeoutS'],
      [{ cleartextHttp2: 1 }, 'cleartextHttp2'],
      [{ publicOnly: 'yes' }, 'publicOnly'],
      [{ maxInFlight: 0 }, 'maxInFlight'],
    ];

    for (const [options, argument] of refusals)
      assert.throws(() => new HttpClientWrapper(options), {
        code: 'INVALID_ARGUMENT',
        argument,
        message: /^(?!.*sesame)/,
      });
  });
});

describe('the log level', () => {
  const levels = ['off', 'error', 'warn', 'info', 'debug', 'trace'];

  it("is the client's variable, else RUST_LOG, else warn", (t) => {
    const engine = setUp(t);
    const settings = [
      [{}, 'warn'],
      [{ PERFORMANCE_CLIENT_LOG_LEVEL: 'debug', RUST_LOG: 'error' }, 'debug'],
      [{ PERFORMANCE_CLIENT_LOG_LEVEL: ' TRACE ' }, 'trace'],
      [{ PERFORMANCE_CLIENT_LOG_LEVEL: 'loud', RUST_LOG: 'error' }, 'warn'],
      [{ PERFORMANCE_CLIENT_LOG_LEVEL: '', RUST_LOG: 'off' }, 'off'],
      [{ RUST_LOG: 'info,hyper=warn' }, 'info'],
      [{ RUST_LOG: 'hyper=debug,error' }, 'error'],
      [{ RUST_LOG: 'hyper=debug' }, 'warn'],
    ];

    for (const [variables, level] of settings) {
      setEnvironment(t, variables);
      const { logLevel } = sent(engine, 'http://a.example', 'k').options;
      assert.equal(levels[logLevel], level);
    }
  });
});

describe('the prefix of request ids', () => {
  it('replaces the default, without characters that do not belong', (t) => {
    const engine = setUp(t);
    const prefixes = [
      ['', 'perfclient'],
      ['My_job.7', 'My_job.7'],
      [' a b\r\nc: d ', 'abcd'],
      ['ß€', 'perfclient'],
      ['x'.repeat(100), 'x'.repeat(64)],
    ];

    for (const [given, used] of prefixes) {
      setEnvironment(t, { PERFORMANCE_CLIENT_REQUEST_ID_PREFIX: given });
      const { stem } = sent(engine, 'http://a.example', 'k');
      assert.equal(stem.slice(0, -'-0123456789'.length), used);
    }
  });
});

describe('the environment', () => {
  it('is never written to', (t) => {
    const engine = setUp(t, { RUST_LOG: 'info', HTTP_PROXY: 'p:1' });
    const before = { ...process.env };

    sent(engine, 'http://a.example', 'k');

    assert.deepEqual({ ...process.env }, before);
  });
});
