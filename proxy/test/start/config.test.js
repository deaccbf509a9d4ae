'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');

const { readConfig } = require('../../lib/start/config');
const { FLAGS, keyOf, variablesOf } = require('../../lib/start/flags');
const { helpText } = require('../../lib/start/command-line');
const { writeFile } = require('../helpers/files');
const { makeCertificate } = require('../../../test/helpers/certificate');

function refuses(argv, message, env = {}) {
  assert.throws(() => readConfig(argv, env), { name: 'ConfigError', message });
}

describe('the settings of the proxy', () => {
  it('are the document’s when nothing is given', () => {
    const config = readConfig([], {});

    assert.equal(config.port, 8080);
    assert.equal(config.host, '0.0.0.0');
    assert.equal(config.httpVersion, 2);
    assert.deepEqual(config.targets, []);
    assert.equal(config.upstreamApiKey, undefined);
    assert.equal(config.clientApiKeys, undefined);
    assert.equal(config.logLevel, 'info');
    assert.equal(config.preferences.maxConcurrentRequests, 64);
    assert.equal(config.preferences.batchSize, 32);
    assert.equal(config.preferences.timeoutS, 30);
    assert.equal(config.preferences.maxCharsPerRequest, 10000);
    assert.equal(config.preferences.maxRetries, undefined);
    assert.deepEqual(config.allowTargets, []);
    assert.ok(Object.isFrozen(config));
  });

  it('come from flags, short and long', () => {
    const config = readConfig(
      [
        '-p',
        '1',
        '-u',
        'https://a.example/v/',
        '-k',
        'secret',
        '--timeout-s=9',
      ],
      {},
    );

    assert.equal(config.port, 1);
    assert.deepEqual(config.targets, [
      { url: 'https://a.example/v', weight: 1 },
    ]);
    assert.equal(config.upstreamApiKey?.current(), 'secret');
    assert.equal(config.preferences.timeoutS, 9);
  });

  it('come from the document’s variables', () => {
    const config = readConfig([], {
      PORT: '7',
      HTTP_VERSION: '1',
      LOG_LEVEL: 'debug',
      TARGET_URL: 'http://b.example',
    });

    assert.equal(config.port, 7);
    assert.equal(config.httpVersion, 1);
    assert.equal(config.logLevel, 'debug');
    assert.deepEqual(config.targets, [{ url: 'http://b.example', weight: 1 }]);
  });

  it('each have a variable of their own', () => {
    const names = FLAGS.map((flag) => variablesOf(flag)[0]);

    assert.ok(names.includes('BASETEN_PROXY_MAX_CHARS_PER_REQUEST'));
    assert.equal(new Set(names).size, FLAGS.length);
    const config = readConfig([], {
      BASETEN_PROXY_BATCH_SIZE: '5',
      BASETEN_PROXY_CORS_ORIGIN: 'https://a.example, https://b.example',
      BASETEN_PROXY_TOKENIZER: 'a/b=/x/tokenizer.json',
      BASETEN_PROXY_UPSTREAM_H2C: 'true',
    });
    assert.equal(config.preferences.batchSize, 5);
    assert.deepEqual(config.corsOrigins, [
      'https://a.example',
      'https://b.example',
    ]);
    assert.deepEqual(config.tokenizers, [
      { model: 'a/b', path: '/x/tokenizer.json' },
    ]);
    assert.equal(config.upstreamH2c, true);
  });

  it('prefer the flag to its variable, and the telling variable', () => {
    const env = { PORT: '1', BASETEN_PROXY_PORT: '2' };

    assert.equal(readConfig([], env).port, 2);
    assert.equal(readConfig(['--port', '3'], env).port, 3);
  });

  it('take an empty variable for none', () => {
    assert.equal(readConfig([], { PORT: '', TARGET_URL: '' }).port, 8080);
  });

  it('gather what may be given again', () => {
    const config = readConfig(
      [
        ...['--allow-target', 'https://*.a.example'],
        ...['--allow-target', 'HTTP://B.example:81/'],
        ...['--tokenizer', 'm/one', '/1.json'],
        ...['--tokenizer', 'm/two', '/2.json'],
      ],
      {},
    );

    assert.deepEqual(config.allowTargets, [
      'https://*.a.example',
      'http://b.example:81',
    ]);
    assert.deepEqual(
      config.tokenizers.map(({ model }) => model),
      ['m/one', 'm/two'],
    );
  });

  it('hold every flag of the table under its key', () => {
    const config = readConfig([], {});
    const missing = FLAGS.filter(
      (flag) => !flag.isPreference && !(keyOf(flag) in config),
    );

    assert.deepEqual(missing, []);
  });

  it('are all told by the help', () => {
    const help = helpText();

    for (const { name } of FLAGS)
      assert.match(help, new RegExp(`--${name}\\b`));
    assert.match(help, /-p, --port <PORT> +Port .*\[default: 8080\]/);
  });
});

describe('a wrong setting stops the start with one sentence', () => {
  const cases = [
    [['--port', '80800'], /^--port must be .* between 0 and 65535, got 80800$/],
    [['--port', '8x'], /^--port must be an integer .* got string "8x"$/],
    [['--port'], /^--port needs a value$/],
    [['--target-url', '--port', '1'], /^--target-url needs a value; one that/],
    [['--prot', '1'], /^unknown flag --prot, did you mean --port\?$/],
    [['-x'], /^unknown flag -x, did you mean/],
    [['-p', '1', 'word'], /^argument 3 belongs to no flag/],
    [
      ['--batch-size', '0'],
      /^--batch-size must be .*between 1 and 1024, got 0/,
    ],
    [
      ['--hedge-delay', '29', '--timeout-s', '20'],
      /^--hedge-delay .*--timeout-s \(20\)/,
    ],
    [['--http-version', '3'], /^--http-version must be one of 1, 2, got 3$/],
    [['--log-level', 'loud'], /^--log-level must be one of off, error/],
    [['--target-url', 'ftp://x'], /^--target-url must be an http or https URL/],
    [['--target-url', 'http://u:p@x'], /^--target-url must not hold a login/],
    [['--allow-target', '*'], /^--allow-target must be scheme:\/\/host/],
    [['--allow-target', 'http://a.b/c'], /^--allow-target must be scheme/],
    [['--cors-origin', 'a.example'], /^--cors-origin must be an origin/],
    [['--tokenizer', 'model'], /^--tokenizer needs two values/],
    [['--upstream-h2c=maybe'], /^--upstream-h2c must be a boolean/],
    [
      ['--non-retryable-status-codes', '500,x'],
      /^--non-retryable-status-codes\[1\]/,
    ],
    [
      ['--tls-cert', '/nowhere'],
      /^the file that --tls-cert names cannot be read \(ENOENT\)$/,
    ],
  ];
  for (const [argv, message] of cases)
    it(argv.join(' '), () => refuses(argv, message));

  it('names the variable when the value came from there', () => {
    refuses([], /^PORT must be an integer/, { PORT: 'tcp://10.0.0.1:80' });
    refuses([], /^BASETEN_PROXY_BATCH_SIZE must be/, {
      BASETEN_PROXY_BATCH_SIZE: '2000',
    });
  });

  it('wants certificate and key together, and fitting', (t) => {
    const one = makeCertificate();
    const cert = writeFile(t, one.cert);
    const key = writeFile(t, makeCertificate().key);

    refuses(['--tls-cert', cert], /^--tls-cert needs --tls-key beside it$/);
    refuses(['--tls-key', key], /^--tls-key needs --tls-cert beside it$/);
    refuses(['--tls-cert', cert, '--tls-key', key], /cannot be used together/);
  });
});

describe('the key of the upstream', () => {
  it('is read from a file, without blanks around it', (t) => {
    const file = writeFile(t, '  the-key\n');

    const config = readConfig(['-k', file], {});
    const dollar = readConfig(['-k', `$${file}`], {});

    assert.equal(config.upstreamApiKey?.current(), 'the-key');
    assert.equal(dollar.upstreamApiKey?.current(), 'the-key');
  });

  it('is read again on demand, and stays when that fails', (t) => {
    const file = writeFile(t, 'first');
    const key = readConfig(['-k', file], {}).upstreamApiKey;

    fs.writeFileSync(file, 'second');
    key?.reload();
    assert.equal(key?.current(), 'second');

    fs.writeFileSync(file, '\n');
    assert.throws(() => key?.reload(), { name: 'ConfigError' });
    assert.equal(key?.current(), 'second');
  });

  it('takes in variables of the environment', () => {
    const env = { A: 'one', B: 'two' };

    const config = readConfig(['-k', '$A-${B}'], env);

    assert.equal(config.upstreamApiKey?.current(), 'one-two');
  });

  it('stops the start when its variable is not set, or its file missing', () => {
    refuses(['-k', '${NONE}'], /^--upstream-api-key names a variable that is/);
    refuses(
      ['-k', '/no/file'],
      /^the file that --upstream-api-key names cannot be read \(ENOENT\)$/,
    );
    refuses(['-k', ''], /--upstream-api-key must be a non-empty string/);
  });

  it('is never shown', () => {
    const config = readConfig(['-k', 'my-secret'], {});

    assert.doesNotMatch(JSON.stringify(config), /my-secret/);
  });

  const wrong = [
    ['-k', 'sec\u0001ret'],
    ['-k', '/sec+ret='],
    ['-k', `/sec${'r'.repeat(5000)}et`],
    ['-k', 'mine$sec'],
    ['-k', '$sec'],
    ['-k', '--sec'],
    ['-k', 'mine', 'sec'],
    ['--client-api-key', '/sec+ret='],
    ['--tls-key', '-----BEGIN PRIVATE KEY-----\nsec'],
  ];
  for (const argv of wrong)
    it(`is not shown when it is wrong: ${argv.join(' ').slice(0, 40)}`, () =>
      assert.throws(
        () => readConfig(argv, {}),
        ({ name, message, cause }) =>
          name === 'ConfigError' && !`${message} ${cause}`.includes('sec'),
      ));
});

it('keys of callers may stand in a file, one a line', (t) => {
  const file = writeFile(t, 'one\n\n two \n');
  const empty = writeFile(t, '\n');

  const config = readConfig(
    ['--client-api-key', file, '--client-api-key', 'three'],
    {},
  );

  assert.deepEqual(config.clientApiKeys?.current(), ['one', 'two', 'three']);
  refuses(['--client-api-key', empty], /--client-api-key names holds no key$/);

  fs.writeFileSync(file, 'four');
  config.clientApiKeys?.reload();
  assert.deepEqual(config.clientApiKeys?.current(), ['four', 'three']);
  fs.rmSync(file);
  assert.throws(() => config.clientApiKeys?.reload(), { name: 'ConfigError' });
  assert.deepEqual(config.clientApiKeys?.current(), ['four', 'three']);
});

describe('several targets', () => {
  const read = (targets, more = [], env = {}) =>
    readConfig(
      [...targets.flatMap((target) => ['--target-url', target]), ...more],
      env,
    );
  const refused = (...args) => {
    try {
      read(...args);
    } catch (error) {
      assert.equal(error.name, 'ConfigError', error.stack);
      return error.message;
    }
    return assert.fail('it was taken');
  };

  it('have weights and keys behind their URLs', () => {
    const { targets } = read(
      ['https://a.example/x/#weight=2.5', 'https://b.example#key=$B&weight=0'],
      ['-k', 'all'],
      { B: 'secret' },
    );

    const [first, second] = targets;
    assert.deepEqual(first, { url: 'https://a.example/x', weight: 2.5 });
    assert.equal(second.weight, 0);
    assert.equal(second.apiKey?.current(), 'secret');
    assert.doesNotMatch(JSON.stringify(targets), /secret/);
  });

  it('may stand in a variable, whose URLs may have commas', () => {
    const { targets } = readConfig([], {
      TARGET_URL: 'https://a.example/x,y#weight=2, http://b.example',
    });

    assert.deepEqual(targets, [
      { url: 'https://a.example/x,y', weight: 2 },
      { url: 'http://b.example', weight: 1 },
    ]);
  });

  it('are refused with a sentence that says why', () => {
    const [a, b] = ['https://a.example', 'https://b.example'];
    const all = ['-k', 'all'];

    assert.equal(
      refused([`${a}#weight=-1`]),
      'the weight of --target-url must be a number between 0 and 1000, got -1',
    );
    assert.match(refused([`${a}#weight=`]), /^the weight of --target-url must/);
    assert.match(
      refused([a, `${a}/`]),
      /--target-url must be .*a\.example twice/,
    );
    assert.match(
      refused([`${a}#weight=0`, `${b}#weight=0`]),
      /^the weights of --target-url must not all be 0/,
    );
    assert.match(
      refused([a, b], ['--health-path', '/a b']),
      /^--health-path must be a path .*, got "\/a b"$/,
    );
    assert.match(
      refused([a, b], ['--health-interval-s', '0']),
      /^--health-interval-s must be a number between 0.1 and 86400, got 0$/,
    );
    assert.match(
      refused([`${a}#key=$A`, b], [], { A: 'k' }),
      /--upstream-api-key beside it, got none for https:\/\/b\.example$/,
    );
    assert.match(
      refused([a, 'http://b.example'], all, {
        HTTPS_PROXY: 'http://p.example',
      }),
      /different forward proxies/,
    );
    assert.match(
      refused(Array.from({ length: 65 }, (_, i) => `https://a${i}.example`)),
      /^--target-url must be 1 to 64, got 65$/,
    );
  });

  it('never show what may be a key', () => {
    for (const end of ['#secret', '#key=secret', '#weight=1&kee=secret'])
      assert.doesNotMatch(refused([`https://a.example${end}`]), /secret/);
  });
});
