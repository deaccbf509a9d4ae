'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { Planner } = require('../../lib/plan/plan');
const { isPublicAddress } = require('../../lib/plan/public-addresses');
const { fakeExchange } = require('../helpers/exchange');

const OPERATOR = { current: () => 'operator-key' };

function planner(config) {
  return new Planner({
    allowTargets: [],
    preferences: { timeoutS: 30 },
    ...config,
  });
}

function plan(config, headers) {
  const made = planner(config).plan(fakeExchange(headers));
  const { target, authorization } = made;
  return { base: target.url.base, ...target, authorization };
}

function refusal(config, headers) {
  try {
    plan(config, headers);
  } catch (error) {
    assert.equal(error.name, 'Refusal', error.stack);
    return `${error.status} ${error.code} ${error.message}`;
  }
  return assert.fail('no refusal');
}

const TRUSTING = {
  targetUrl: 'https://api.example.com',
  upstreamApiKey: OPERATOR,
};
const MINE = { Authorization: 'Bearer mine' };

describe('the target', () => {
  it('is the header’s, then the preference’s, then the operator’s', () => {
    const header = { 'X-Target-Host': 'https://header.example' };
    const preference = {
      'X-Baseten-Request-Preferences':
        '{"target_host":"https://preference.example"}',
    };

    const base = (headers) => plan(TRUSTING, { ...MINE, ...headers }).base;

    assert.equal(base({ ...header, ...preference }), 'https://header.example');
    assert.equal(base(preference), 'https://preference.example');
    assert.equal(base({}), 'https://api.example.com');
  });

  it('must come from somewhere', () => {
    assert.match(refusal({}, MINE), /^400 NO_TARGET .*--target-url/);
  });

  it('is https when it is a host alone', () => {
    const base = (text) => plan({}, { ...MINE, 'X-Target-Host': text }).base;

    assert.equal(base('api.example.org'), 'https://api.example.org');
    assert.equal(base('api.example.org:8443'), 'https://api.example.org:8443');
    assert.equal(base('HTTP://API.example.org:80/'), 'http://api.example.org');
    assert.equal(base('https://a.example/v2/'), 'https://a.example/v2');
  });

  it('refuses what is no plain http or https URL', () => {
    const refused = [
      ...['ftp://a.example', 'file:///etc/passwd', '/etc/passwd', '', ' '],
      ...['https://', 'https://a.example\\@b.example', 'http://a b'],
      ...['https://a.example?x=1', 'https://a.example#x', 'https://ä.example'],
      'javascript://a.example/%0aalert(1)',
    ];

    for (const text of refused)
      assert.match(
        refusal({}, { ...MINE, 'X-Target-Host': text }),
        /^400 INVALID_TARGET X-Target-Host must /,
        text,
      );
  });

  it('never shows a login', () => {
    const header = { 'X-Target-Host': 'https://me:secret@a.example' };
    const preference = {
      'X-Baseten-Request-Preferences': '{"target_host":"me:secret@a.example"}',
    };

    assert.match(refusal({}, { ...MINE, ...header }), /must not hold a login/);
    assert.match(
      refusal({}, { ...MINE, ...preference }),
      /target_host must not hold a login/,
    );
    assert.doesNotMatch(refusal({}, { ...MINE, ...header }), /secret/);
    assert.doesNotMatch(refusal({}, { ...MINE, ...preference }), /secret/);
  });

  it('refuses hosts beside the proxy that a caller chooses', () => {
    const hosts = [
      ...['localhost', 'http://localhost.', 'db.localhost', '127.0.0.1'],
      ...['http://127.1', 'http://2130706433', 'http://0x7f.1', 'http://0'],
      ...['http://[::1]', 'http://[::ffff:10.0.0.1]', '169.254.169.254'],
      ...['10.0.0.1:8080', '192.168.1.1', 'http://[fd00::1]'],
    ];

    for (const host of hosts)
      assert.match(
        refusal(TRUSTING, { ...MINE, 'X-Target-Host': host }),
        /^403 TARGET_FORBIDDEN .*--allow-target http/,
        host,
      );
  });

  it('lets the operator name hosts beside the proxy', () => {
    const config = { targetUrl: 'http://127.0.0.1:8000' };
    const allowed = { allowTargets: ['http://10.0.0.5:9000'] };
    const header = { ...MINE, 'X-Target-Host': 'http://10.0.0.5:9000' };

    assert.equal(plan(config, MINE).isTrusted, true);
    assert.equal(plan(allowed, header).isTrusted, true);
  });
});

describe("the operator's key", () => {
  it('goes to its own target, by whichever way it is named', () => {
    const named = { 'X-Target-Host': 'https://API.example.com:443/other/' };

    assert.equal(plan(TRUSTING, {}).authorization, 'Bearer operator-key');
    assert.equal(plan(TRUSTING, named).authorization, 'Bearer operator-key');
  });

  it('goes to no host that a caller chooses', () => {
    const hosts = [
      ...['https://evil.example', 'http://api.example.com'],
      ...['https://api.example.com:8443', 'https://api.example.com.evil.net'],
      ...['https://xapi.example.com', 'https://example.com'],
      'https://api.example.com.',
    ];

    for (const host of hosts) {
      const refused = refusal(TRUSTING, { 'X-Target-Host': host });
      assert.match(refused, /^403 TARGET_FORBIDDEN .*--allow-target/, host);
      assert.doesNotMatch(refused, /operator-key/);
    }
  });

  it('goes to the hosts that --allow-target names, and to no others', () => {
    const config = {
      upstreamApiKey: OPERATOR,
      allowTargets: ['https://*.models.example', 'http://one.example:8000'],
    };
    const keyFor = (host) => plan(config, { 'X-Target-Host': host });

    for (const host of ['a.models.example', 'a.b.models.example'])
      assert.equal(keyFor(host).authorization, 'Bearer operator-key');
    assert.equal(
      keyFor('http://one.example:8000/v3').authorization,
      'Bearer operator-key',
    );
    for (const host of [
      ...['models.example', 'evilmodels.example', 'http://a.models.example'],
      ...['a.models.example:444', 'http://one.example', 'one.example:8000'],
    ])
      assert.match(refusal(config, { 'X-Target-Host': host }), /^403/, host);
  });

  it('yields to the key that the caller brings', () => {
    assert.equal(plan(TRUSTING, MINE).authorization, 'Bearer mine');
  });
});

describe("the caller's key", () => {
  const keyOf = (authorization) =>
    plan(TRUSTING, { Authorization: authorization }).authorization;

  it('is found whatever the spelling of its scheme', () => {
    assert.equal(keyOf('bearer  mine '), 'bearer mine');
    assert.equal(keyOf('Api-Key mine'), 'Api-Key mine');
    assert.equal(keyOf('Basic bWU6'), 'Basic bWU6');
  });

  it('is missing when there is only a scheme', () => {
    assert.equal(keyOf('Bearer '), 'Bearer operator-key');
    assert.equal(keyOf('Bearer'), 'Bearer operator-key');
  });

  it('is not taken for missing when it has no scheme', () => {
    const config = {
      targetUrl: 'https://api.example.com',
      upstreamApiKey: { current: () => 'operator-key' },
    };

    const told = refusal(config, { authorization: 'sk-secret' });

    assert.match(told, /^401 UNAUTHORIZED .*no scheme/);
    assert.doesNotMatch(told, /sk-secret/);
  });

  it('must be there when the operator has none', () => {
    const config = { targetUrl: 'https://api.example.com' };

    assert.match(refusal(config, {}), /^401 UNAUTHORIZED .*Bearer <key>/);
    assert.throws(() => plan(config, {}), {
      headers: {
        'www-authenticate': 'Bearer realm="baseten-performance-proxy"',
      },
    });
  });
});

describe('client keys', () => {
  const config = { ...TRUSTING, clientApiKeys: ['first-key', 'second-key'] };
  const bearer = (key) => ({ Authorization: `Bearer ${key}` });

  it('let callers in, and the operator’s key goes upstream', () => {
    for (const key of ['first-key', 'second-key'])
      assert.equal(
        plan(config, bearer(key)).authorization,
        'Bearer operator-key',
      );
  });

  it('are asked for before anything else is told', () => {
    const refused = [{}, bearer('first-ke'), bearer('first-keyy'), bearer('x')];

    for (const headers of refused)
      assert.match(
        refusal(config, { ...headers, 'X-Target-Host': '???' }),
        /^401 UNAUTHORIZED/,
      );
    assert.match(
      refusal(config, { Authorization: 'Basic first-key' }),
      /^401 UNAUTHORIZED/,
    );
  });

  it('never go upstream', () => {
    const keyless = { ...config, upstreamApiKey: undefined };
    const elsewhere = { 'X-Target-Host': 'https://evil.example' };

    assert.equal(plan(keyless, bearer('first-key')).authorization, undefined);
    assert.match(
      refusal(config, { ...bearer('first-key'), ...elsewhere }),
      /^403 TARGET_FORBIDDEN/,
    );
  });
});

describe('a public address', () => {
  it('is one of the internet at large', () => {
    for (const address of ['1.1.1.1', '8.8.8.8', '2606:4700::1111'])
      assert.equal(isPublicAddress(address), true, address);
  });

  it('is none that means something else', () => {
    const special = [
      ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '169.254.169.254'],
      ...['172.31.0.1', '192.168.0.1', '198.18.0.1', '224.0.0.1'],
      ...['255.255.255.255', '::', '::1', '::ffff:127.0.0.1', 'fe80::1'],
      ...['fd12::1', 'ff02::1', '64:ff9b::7f00:1', '2002:7f00:1::', '2001::1'],
      ...['2001:db8::1', '4000::1', 'not an address', ''],
    ];

    for (const address of special)
      assert.equal(isPublicAddress(address), false, address);
  });
});
