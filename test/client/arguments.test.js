'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { HttpClientWrapper, PerformanceClient } = require('../..');
const { assertRefused, setUp, submitted } = require('../helpers/submission');

describe('a path', () => {
  it('is trimmed, gets a slash and stands behind the base URL', (t) => {
    const kit = setUp(t, 'https://a.example:8443/env/prod//');
    const paths = [
      '/v1/x',
      'v1/x',
      ' /v1/x ',
      '',
      '/x?a=b&c=%20',
      '//b.example/',
    ];

    const urls = paths.map(
      (path) => submitted(kit, 'batchPost', path, [1]).url,
    );

    assert.deepEqual(
      urls,
      ['/v1/x', '/v1/x', '/v1/x', '/', '/x?a=b&c=%20', '//b.example/'].map(
        (path) => `https://a.example:8443/env/prod${path}`,
      ),
    );
  });

  it('says the version once where the base URL ends in it', (t) => {
    const kit = setUp(t, 'https://a.example/env/v1/');
    const paths = ['/v1/embeddings', 'v1/x', '/v1', '/rerank', '/v12/x'];

    const urls = paths.map(
      (path) => submitted(kit, 'batchPost', path, [1]).url,
    );

    assert.deepEqual(
      urls,
      ['/embeddings', '/x', '/v1', '/rerank', '/v12/x'].map(
        (path) => `https://a.example/env/v1${path}`,
      ),
    );
    assert.equal(
      submitted(kit, 'embed', ['a'], 'm').url,
      'https://a.example/env/v1/embeddings',
    );
  });

  it('may hold a colon and letters of any script', (t) => {
    const kit = setUp(t);

    const urls = ['models/m:predict', '/größe'].map(
      (path) => submitted(kit, 'batchPost', path, [1]).url,
    );

    assert.deepEqual(urls, [
      'http://a.example/models/m:predict',
      'http://a.example/gr%C3%B6%C3%9Fe',
    ]);
  });

  it('never leads elsewhere', async (t) => {
    const kit = setUp(t, 'https://a.example/env');
    const paths = [
      ...['http://b.example/x', 'https://u:pw@b.example', '/../x', '/%2e%2e/x'],
      ...[
        '/a/../../x',
        '/a b',
        '/a\r\nhost: b',
        '/a\0',
        '/a#b',
        '\\\\b.example',
      ],
    ];

    for (const path of paths)
      await assertRefused(kit, 'batchPost', [path, [1]], {
        argument: 'urlPath',
        message: /^(?!.*pw)/,
      });
  });
});

describe('a new client', () => {
  it('takes null for what is not given, and nothing behind the endpoints', () => {
    const make = (...args) =>
      new PerformanceClient('http://a.example', ...args);

    assert.ok(make('k', null, undefined, null, undefined, null));
    assert.ok(make({ apiKey: 'k' }, null));
    assert.throws(() => make('k', 1, null, null, null, {}), {
      code: 'INVALID_ARGUMENT',
      message:
        'nothing may follow the endpoints of PerformanceClient, got an object',
    });
    assert.throws(() => make({ apiKey: 'k' }, 1), {
      message:
        'nothing may follow the options of PerformanceClient, got number 1',
    });
  });

  it('refuses what is no base URL', () => {
    for (const baseUrl of [undefined, null, 5, {}, new URL('http://a.example')])
      assert.throws(() => new PerformanceClient(baseUrl, 'test-key'), {
        name: 'TypeError',
        code: 'INVALID_ARGUMENT',
        argument: 'baseUrl',
      });
    for (const baseUrl of [
      '',
      'a.example',
      'ftp://a.example',
      'http://a b',
      '/x',
    ])
      assert.throws(() => new PerformanceClient(baseUrl, 'test-key'), {
        name: 'RangeError',
        message: `baseUrl must be an http or https URL, got "${baseUrl}"`,
      });
  });

  it('refuses a base URL with a login, a query or a fragment', () => {
    for (const rest of ['u:sesame@a.example', 'a.example?q=1', 'a.example#f'])
      assert.throws(
        () => new PerformanceClient(`https://${rest}`, 'test-key'),
        {
          message: 'baseUrl must not hold a login, a query or a fragment',
        },
      );
    assert.throws(() => new PerformanceClient('ftp://u:sesame@a', 'test-key'), {
      message: /^(?!.*sesame)/,
    });
  });

  it('refuses a key that cannot stand in a header, without showing it', () => {
    for (const key of ['sesame\n', 'sesame\r\nx: y', 'ses\0ame', 'sesame€'])
      assert.throws(() => new PerformanceClient('http://a.example', key), {
        argument: 'apiKey',
        message: 'apiKey must be latin-1 text without control characters',
      });
    for (const key of ['', 5550123, ['sesame']])
      assert.throws(() => new PerformanceClient('http://a.example', key), {
        message: 'apiKey must be a non-empty string',
      });
  });

  it('refuses unknown options and wrong wrappers', () => {
    const make = (...args) =>
      new PerformanceClient('http://a.example', ...args);

    assert.throws(() => make({ apikey: 'k' }), /did you mean apiKey\?/);
    assert.throws(() => make('k', 3), {
      message: 'httpVersion must be one of 1, 2, got 3',
    });
    assert.throws(() => make('k', '1'), {
      message: 'httpVersion must be one of 1, 2, got string "1"',
    });
    assert.throws(() => make('k', 1, {}), {
      message: 'clientWrapper must be an HttpClientWrapper, got an object',
    });
  });

  it('hands out the wrapper it was given, whatever stands beside it', () => {
    const wrapper = new HttpClientWrapper(1);

    const client = new PerformanceClient('http://a.example', 'k', 2, wrapper);

    assert.equal(client.clientWrapper, wrapper);
    assert.equal(client.getClientWrapper(), wrapper);
  });

  it('refuses trust options beside a wrapper', () => {
    const clientWrapper = new HttpClientWrapper();
    const options = { apiKey: 'k', clientWrapper, connectTimeoutS: 5 };

    assert.throws(() => new PerformanceClient('http://a.example', options), {
      argument: 'connectTimeoutS',
    });
  });

  it('cannot be made without new', () => {
    assert.throws(() => PerformanceClient('http://a.example', 'k'), TypeError);
  });
});

describe('a method on the wrong object', () => {
  it('rejects and says where it belongs', async () => {
    for (const method of ['embed', 'rerank', 'classify', 'batchPost'])
      for (const self of [undefined, {}, null, 5])
        await assert.rejects(PerformanceClient.prototype[method].call(self), {
          name: 'TypeError',
          message: `${method} must be called on a PerformanceClient`,
        });
  });
});
