'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { inspect } = require('node:util');

const {
  Endpoint,
  EndpointPool,
  HttpClientWrapper,
  PerformanceClient,
} = require('../..');
const { setEnvironment } = require('../helpers/client');

const A = 'http://a.example';
const B = 'http://b.example';

const made = (...urls) => urls.map((url) => new Endpoint(url, 'key'));

function refuses(make, message) {
  assert.throws(make, { code: 'INVALID_ARGUMENT', message });
}

describe('an endpoint', () => {
  it('is made with options, or in the order of the other package', () => {
    const options = {
      deepHealthUrl: 'https://b.example/deep?x=1',
      deploymentHealthPath: 'ready',
      healthCheckIntervalS: 0.1,
      healthCheckTimeoutS: 1,
      healthCheckRetries: 0,
      healthFailOnFirst: true,
      timeoutIsNoVote: false,
    };
    const wrapper = new HttpClientWrapper();
    const values = Object.values(options);

    assert.equal(new Endpoint(`${A}/v1/`, 'key', options).baseUrl, `${A}/v1`);
    assert.equal(new Endpoint(A, 'key', wrapper, ...values).baseUrl, A);
    assert.ok(new Endpoint(A, 'key', wrapper, null, undefined, null));
    assert.ok(new Endpoint(A, 'key', { deploymentHealthPath: false }));
    assert.ok(new Endpoint(A, false));
  });

  it('takes its key from the environment, and must have one', (t) => {
    setEnvironment(t, { BASETEN_API_KEY: '', OPENAI_API_KEY: '' });
    refuses(() => new Endpoint(A), /^apiKey of an Endpoint must be given/);
    setEnvironment(t, { OPENAI_API_KEY: 'from-there' });

    assert.ok(new Endpoint(A));
  });

  it('shows no key', () => {
    const pool = new EndpointPool([new Endpoint(A, 'secret-key')]);

    const shown = [pool, pool.endpoints, pool.stats()].map((one) =>
      inspect(one, { showHidden: true, depth: 9 }),
    );

    assert.doesNotMatch(shown.join() + JSON.stringify(pool), /secret-key/);
  });

  for (const [options, message] of [
    [{ deepHealthUrl: '/deep' }, /^deepHealthUrl must be an http or https URL/],
    [
      { deepHealthUrl: 'http://me:pw@a.example/' },
      /^deepHealthUrl must not hold a login/,
    ],
    [{ deploymentHealthPath: '/../x y' }, /^deploymentHealthPath must be a p/],
    [{ healthCheckIntervalS: 0.05 }, /^healthCheckIntervalS must be .*0\.1/],
    [{ healthCheckTimeoutS: 0 }, /^healthCheckTimeoutS must be/],
    [{ healthCheckRetries: 1.5 }, /^healthCheckRetries must be/],
    [{ healthFailOnFirst: 1 }, /^healthFailOnFirst must be/],
    [{ timeoutIsNoVote: 'no' }, /^timeoutIsNoVote must be/],
    [{ healthPath: '/x' }, /healthPath/],
    ['/deep', /^options must be an options object or an HttpClientWrapper/],
  ])
    it(`refuses ${inspect(options)}`, () => {
      refuses(() => new Endpoint(A, 'key', options), message);
    });

  it('refuses a health path above its base URL, and a value too many', () => {
    refuses(
      () => new Endpoint(`${A}/x`, 'key', { deploymentHealthPath: '../h' }),
      /^deploymentHealthPath must be a path inside the base URL/,
    );
    refuses(
      () => new Endpoint(A, 'key', {}, 1),
      'nothing may follow the options of Endpoint, got number 1',
    );
  });
});

describe('a pool of endpoints', () => {
  it('has one weight for each, 1 unless told', () => {
    assert.deepEqual(new EndpointPool(made(A, B)).weights, [1, 1]);
    assert.deepEqual(new EndpointPool(made(A, B), [0, 0.5]).weights, [0, 0.5]);
  });

  for (const [endpoints, weights, message] of [
    [undefined, undefined, /^endpoints must be an array of Endpoints/],
    [[], undefined, 'endpoints must be 1 to 64, got 0'],
    [[A], undefined, /^endpoints\[0\] must be an Endpoint, got string/],
    [made(A, `${A}/`), undefined, /^endpoints\[1\] must be unlike the others/],
    [made(A, B), [1], /^weights must be one for each of 2 endpoints, got 1/],
    [made(A), [-1], /^weights\[0\] must be a finite number from 0 on/],
    [made(A), [Infinity], /^weights\[0\] must be a finite number from 0 on/],
    [made(A), [NaN], /^weights\[0\] must be a finite number from 0 on/],
    [made(A), ['1'], /^weights\[0\] must be a number/],
    [made(A, B), [0, 0], /^weights must not all be 0/],
    [made(A), 1, /^weights must be an array/],
  ])
    it(`refuses ${inspect({ endpoints, weights }, { depth: 1 })}`, () => {
      refuses(() => new EndpointPool(endpoints, weights), message);
    });

  it('begins well, with nothing counted', () => {
    assert.deepEqual(new EndpointPool(made(A)).stats(), [
      {
        ...{ baseUrl: A, healthy: true, requests: 0, failures: 0 },
        ...{ retries: 0, hedges: 0, inFlight: 0, lastProbe: undefined },
      },
    ]);
  });

  it('is the sixth argument of a client, or an option, and needs no URL', () => {
    const pool = new EndpointPool(made(A, B));

    assert.ok(new PerformanceClient(A, 'key', 1, null, null, pool));
    assert.ok(new PerformanceClient(undefined, { endpoints: pool }));
    refuses(
      () => new PerformanceClient(A, { endpoints: made(A) }),
      /^endpoints must be an EndpointPool/,
    );
  });

  it('is refused where the environment splits it between two proxies', (t) => {
    setEnvironment(t, {
      http_proxy: 'http://p.example:1',
      https_proxy: 'http://q.example:1',
      HTTPS_PROXY: 'http://q.example:1',
    });
    const pool = new EndpointPool(made(A, 'https://b.example'));

    refuses(
      () => new PerformanceClient(null, { endpoints: pool }),
      /^endpoints of one pool must be reached through the same forward proxy/,
    );
  });
});
