'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { Planner } = require('../../lib/plan/plan');
const { fakeExchange } = require('../helpers/exchange');

const OPERATOR = { current: () => 'operator-key' };

function planner(config) {
  return new Planner({
    allowTargets: [],
    passThrough: ['/v1/*'],
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
  targets: [{ url: 'https://api.example.com' }],
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
      ...['168.63.129.16', 'http://[64:ff9b::10.0.0.1]'],
    ];

    for (const host of hosts)
      assert.match(
        refusal(TRUSTING, { ...MINE, 'X-Target-Host': host }),
        /^403 TARGET_FORBIDDEN .*--allow-target http/,
        host,
      );
  });

  it('refuses ports of other services that a caller chooses', () => {
    const ask = (target) => ({ ...MINE, 'X-Target-Host': target });

    for (const port of [1, 22, 25, 110, 465, 587, 1023])
      assert.match(
        refusal(TRUSTING, ask(`https://a.example:${port}`)),
        /^403 TARGET_FORBIDDEN .*no port of the web.*--allow-target https/,
      );
    for (const target of [
      ...['http://a.example', 'a.example', 'http://a.example:443'],
      ...['http://a.example:1024', 'a.example:8443'],
    ])
      assert.equal(plan(TRUSTING, ask(target)).isTrusted, false, target);
    assert.equal(
      plan(
        { allowTargets: ['http://a.example:81'] },
        ask('http://a.example:81'),
      ).isTrusted,
      true,
    );
  });

  it('is no caller’s choice where the operator does not want it', () => {
    const config = {
      ...TRUSTING,
      callerTargets: 'off',
      allowTargets: ['https://named.example'],
    };
    const ask = (target) => ({ ...MINE, 'X-Target-Host': target });

    assert.match(
      refusal(config, ask('https://a.example')),
      /^403 TARGET_FORBIDDEN callers may not choose/,
    );
    assert.equal(plan(config, ask('https://named.example')).isTrusted, true);
    assert.equal(plan(config, MINE).authorization, 'Bearer mine');
  });

  it('lets callers choose public addresses, however they are written', () => {
    for (const host of ['8.8.8.8', '[2606:4700::1111]', '[64:ff9b::8.8.8.8]']) {
      const headers = { ...MINE, 'X-Target-Host': host };
      assert.equal(plan(TRUSTING, headers).isTrusted, false, host);
    }
  });

  it('lets the operator name hosts beside the proxy', () => {
    const config = { targets: [{ url: 'http://127.0.0.1:8000' }] };
    const allowed = { allowTargets: ['http://10.0.0.5:9000'] };
    const header = { ...MINE, 'X-Target-Host': 'http://10.0.0.5:9000' };

    assert.equal(plan(config, MINE).isTrusted, true);
    assert.equal(plan(allowed, header).isTrusted, true);
  });
});

describe("the operator's key", () => {
  it('goes to its own target, by whichever way it is named', () => {
    const named = { 'X-Target-Host': 'https://API.example.com:443/below/' };

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

  it('goes to its own target’s path and below, and nowhere beside', () => {
    const base = 'https://api.example.com/environments/production';
    const config = { ...TRUSTING, targets: [{ url: base }] };
    const ask = (target) => [config, { 'X-Target-Host': target }];

    for (const target of [base, `${base}/`, `${base}/sync`, `${base}//x`])
      assert.equal(
        plan(...ask(target)).authorization,
        'Bearer operator-key',
        target,
      );
    for (const target of [
      ...['https://api.example.com', 'https://api.example.com/admin'],
      ...[`${base}-2`, `${base}/../staging`, `${base}/%2e%2e/staging`],
    ])
      assert.match(refusal(...ask(target)), /^403 TARGET_FORBIDDEN/, target);
    for (const target of [
      ...[`${base}/..%2f..%2fadmin`, `${base}/a/..;/..;/admin`],
      `${base}/.%2e%5cadmin`,
    ])
      assert.match(refusal(...ask(target)), /^400 INVALID_TARGET/, target);
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

  it('needs a scheme, and does not yield to the operator’s without', () => {
    for (const authorization of ['sk-1234', ' sk-1234 '])
      assert.match(
        refusal(TRUSTING, { Authorization: authorization }),
        /^401 UNAUTHORIZED .*no scheme.*Bearer <key>/,
      );
    assert.doesNotMatch(refusal(TRUSTING, { Authorization: 'sk-12' }), /sk-12/);
    assert.equal(keyOf(''), 'Bearer operator-key');
  });

  it('must be there when the operator has none', () => {
    const config = { targets: [{ url: 'https://api.example.com' }] };

    assert.match(refusal(config, {}), /^401 UNAUTHORIZED .*Bearer <key>/);
    assert.throws(() => plan(config, {}), {
      headers: {
        'www-authenticate': 'Bearer realm="baseten-performance-proxy"',
      },
    });
  });
});

describe('client keys', () => {
  let keys = ['first-key', 'second-key'];
  const config = { ...TRUSTING, clientApiKeys: { current: () => keys } };
  const bearer = (key) => ({ Authorization: `Bearer ${key}` });

  it('let callers in, and the operator’s key goes upstream', () => {
    for (const key of ['first-key', 'second-key'])
      assert.equal(
        plan(config, bearer(key)).authorization,
        'Bearer operator-key',
      );
  });

  it('are those that are current', (t) => {
    const before = keys;
    t.after(() => (keys = before));
    const made = planner(config);
    const ask = (key) => made.plan(fakeExchange(bearer(key)));
    ask('first-key');

    keys = ['second-key', 'third-key'];

    ask('third-key');
    assert.throws(() => ask('first-key'), { status: 401 });
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

describe('the plan', () => {
  const bearer = (key) => ({ Authorization: `Bearer ${key}` });
  const made = planner({ targets: [{ url: 'https://own.example/' }] });
  const planFor = (headers) => made.plan(fakeExchange(headers));

  it('is made once for all calls with the same headers', () => {
    const headers = { ...bearer('a'), 'x-request-id': '1' };

    const first = planFor(headers);

    assert.equal(planFor({ ...headers, 'x-request-id': '2' }), first);
  });

  it('is another one where one of the headers is', () => {
    const all = {
      ...bearer('a'),
      'x-target-host': 'https://own.example/a',
      'x-baseten-request-preferences': '{"batch_size":3}',
    };

    const plans = [
      all,
      { ...all, ...bearer('b') },
      { ...all, 'x-target-host': 'https://own.example/b' },
      { ...all, 'x-baseten-request-preferences': '{"batch_size":4}' },
      bearer('a'),
    ].map(planFor);

    assert.equal(new Set(plans).size, plans.length);
    assert.equal(plans[1].authorization, 'Bearer b');
    assert.equal(plans[2].target.url.prefix, '/b');
  });
});
