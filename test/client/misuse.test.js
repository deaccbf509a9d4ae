'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const {
  CancellationToken,
  HttpClientWrapper,
  PerformanceClient,
  RequestProcessingPreference,
} = require('../..');

/** Constructors and what they refuse. */
const UNMADE = {
  'a client of nothing': [
    () => new PerformanceClient(),
    /^baseUrl .* undefined$/,
  ],
  'a client of a number': [
    () => new PerformanceClient(8080, 'k'),
    /^baseUrl .* 8080$/,
  ],
  'a client of a bare host': [
    () => new PerformanceClient('api.example', 'k'),
    /^baseUrl must be an http or https URL, got "api\.example"$/,
  ],
  'a client of a file': [
    () => new PerformanceClient('file:///etc/passwd', 'k'),
    /^baseUrl must be an http or https URL/,
  ],
  'a client of two lines': [
    () => new PerformanceClient('http://a\r\nb', 'k'),
    /^baseUrl must be/,
  ],
  'a client of a port too high': [
    () => new PerformanceClient('http://a:65536', 'k'),
    /^baseUrl must be/,
  ],
  'a client with an empty key': [
    () => new PerformanceClient('http://a', ''),
    /^apiKey must be a non-empty string$/,
  ],
  'a client of HTTP version 3': [
    () => new PerformanceClient('http://a', 'k', 3),
    /^httpVersion must be one of 1, 2, got 3$/,
  ],
  'a client with options for a wrapper': [
    () => new PerformanceClient('http://a', 'k', 1, {}),
    /^clientWrapper must be an HttpClientWrapper, got an object$/,
  ],
  'a client with a misspelt option': [
    () => new PerformanceClient('http://a', { apikey: 'k' }),
    /^unknown option "apikey" of PerformanceClient, did you mean apiKey\?$/,
  ],
  'a wrapper of a text': [
    () => new HttpClientWrapper('2'),
    /^httpVersion must be one of 1, 2, got string "2"$/,
  ],
  'a wrapper of a proxy that is none': [
    () => new HttpClientWrapper(1, 'ftp://proxy.example'),
    /^proxy must be a proxy URL/,
  ],
  'a preference of a text': [
    () => new RequestProcessingPreference('32'),
    /^maxConcurrentRequests .* got string "32"$/,
  ],
  'a preference of a symbol': [
    () => new RequestProcessingPreference(Symbol('32')),
    /^maxConcurrentRequests .* got a symbol$/,
  ],
  'a preference in the order of other editions': [
    () => new RequestProcessingPreference(32, 4, 360, 10000),
    / got 360 and 10000 for the third and fourth; the order of @basetenlabs/,
  ],
};

describe('a constructor', () => {
  for (const [what, [make, message]] of Object.entries(UNMADE))
    it(`refuses to make ${what}`, () => {
      assert.throws(make, { code: 'INVALID_ARGUMENT', message });
    });

  it('without new is refused', () => {
    for (const Class of [
      PerformanceClient,
      HttpClientWrapper,
      RequestProcessingPreference,
      CancellationToken,
    ])
      assert.throws(() => Class('http://a', 'k'), TypeError);
  });
});

describe('a method on the wrong this', () => {
  const { prototype } = PerformanceClient;
  const strangers = [
    undefined,
    null,
    1,
    {},
    prototype,
    new CancellationToken(),
  ];

  for (const name of ['embed', 'rerank', 'classify', 'batchPost'])
    it(`rejects when it is ${name}`, async () => {
      for (const stranger of strangers)
        await assert.rejects(prototype[name].call(stranger, ['a'], 'm'), {
          name: 'TypeError',
          message: `${name} must be called on a PerformanceClient`,
        });
    });

  it('rejects when it ends a client', async () => {
    for (const name of ['close', 'destroy', Symbol.asyncDispose])
      for (const Class of [PerformanceClient, HttpClientWrapper])
        await assert.rejects(async () => Class.prototype[name].call({}), {
          name: 'TypeError',
        });
  });

  it('throws when it is a token or a getter', () => {
    const token = CancellationToken.prototype;
    for (const name of ['cancel', 'isCancelled', 'is_cancelled'])
      assert.throws(() => token[name].call({}), TypeError);
    assert.throws(() => prototype.clientWrapper, TypeError);
    assert.throws(() => prototype.getClientWrapper.call({}), TypeError);
    assert.throws(
      () => RequestProcessingPreference.prototype.batchSize,
      TypeError,
    );
  });
});
