'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { FLAG, NUMBER } = require('baseten-performance-client/internal');
const { Preferences } = require('../../lib/plan/preferences');
const { fakeExchange } = require('../helpers/exchange');

const BASE = {
  maxConcurrentRequests: 64,
  batchSize: 32,
  maxCharsPerRequest: 10000,
  timeoutS: 30,
};

const NUMBERS = [
  'maxConcurrentRequests',
  'batchSize',
  'maxCharsPerRequest',
  'timeoutMs',
  'totalTimeoutMs',
  'hedgeDelayMs',
  'hedgeBudgetPct',
  'retryBudgetPct',
  'maxRetries',
  'initialBackoffMs',
  'requestsPerMinute',
  'tokensPerMinute',
  'flags',
];

function read(header, base = BASE) {
  const text = typeof header === 'string' ? header : JSON.stringify(header);
  const exchange = fakeExchange({ 'X-Baseten-Request-Preferences': text });
  const preferences = new Preferences(base).read(exchange);
  const numbers = Object.fromEntries(
    NUMBERS.map((name, i) => [name, preferences.numbers(0)[i]]),
  );
  return { ...preferences, ...numbers, list: [...preferences.numbers(0)] };
}

function refusal(header, base) {
  try {
    read(header, base);
  } catch (error) {
    assert.equal(error.status, 400, error.stack);
    assert.equal(error.code, 'INVALID_PREFERENCES');
    return error.message;
  }
  return assert.fail(`${JSON.stringify(header)} was accepted`);
}

describe('the preferences header', () => {
  it('changes nothing when it is left out', () => {
    const preferences = new Preferences(BASE).read(fakeExchange());

    assert.deepEqual(
      [...preferences.numbers(0)],
      [64, 32, 10000, 30000, 0, 0, 0.1, 0.05, 5, 125, 0, 0, 0],
    );
    assert.equal(preferences.targetHost, undefined);
  });

  it('sets every field of the document', () => {
    const preferences = read({
      target_host: 'https://api.example.com',
      max_concurrent_requests: 128,
      batch_size: 16,
      timeout_s: 60.5,
      hedge_delay: 0.5,
      hedge_budget_pct: 0.15,
      retry_budget_pct: 0.08,
      max_retries: 3,
      initial_backoff_ms: 250,
      total_timeout_s: 90,
      max_chars_per_request: 500,
      extra_headers: { 'X-Tenant': 'blue' },
      non_retryable_status_codes: [503],
    });

    assert.deepEqual(preferences.list, [
      ...[128, 16, 500, 60500, 90000, 500, 0.15, 0.08, 3, 250, 0, 0],
      FLAG.OWN_RETRIES,
      503,
    ]);
    assert.equal(preferences.targetHost, 'https://api.example.com');
    assert.deepEqual(preferences.extraHeaders, new Map([['x-tenant', 'blue']]));
  });

  it('takes null for left out', () => {
    assert.equal(read({ batch_size: null, target_host: null }).batchSize, 32);
  });

  it('names an unknown field and the nearest known one', () => {
    assert.equal(
      refusal({ batchsize: 4 }),
      'unknown option "batchsize" of X-Baseten-Request-Preferences, did you mean batch_size?',
    );
    assert.match(refusal('{"__proto__": 1}'), /unknown option "__proto__"/);
  });

  it('names a wrong field as the caller spells it, its range and value', () => {
    assert.equal(
      refusal({ max_concurrent_requests: 1025 }),
      'max_concurrent_requests must be an integer between 1 and 1024, got 1025',
    );
    assert.equal(
      refusal({ timeout_s: '60' }),
      'timeout_s must be a number between 0.1 and 7200, got string "60"',
    );
    assert.equal(
      refusal({ max_retries: 2.5 }),
      'max_retries must be an integer between 0 and 6, got 2.5',
    );
    assert.equal(
      refusal({ timeout_s: 20, hedge_delay: 25 }),
      'hedge_delay must be less than timeout_s (20), got 25',
    );
    assert.equal(
      refusal({ timeout_s: 20, total_timeout_s: 10 }),
      'total_timeout_s must be at least timeout_s (20), got 10',
    );
    assert.match(refusal({ target_host: 7 }), /^target_host must be a string/);
  });

  it('refuses what is not a JSON object', () => {
    assert.match(refusal('{"batch_size":'), /must be a JSON object: /);
    assert.match(refusal('[1]'), /must be a JSON object, got an array/);
    assert.match(refusal('null'), /must be a JSON object, got null/);
    assert.match(refusal(''), /must be a JSON object: /);
  });

  it('lets a short total timeout shorten the timeout of each request', () => {
    const preferences = read({ total_timeout_s: 5 });

    assert.equal(preferences.timeoutMs, 5000);
    assert.equal(preferences.totalTimeoutMs, 5000);
  });

  it("lets the operator's times give way to the caller's timeout", () => {
    const base = { ...BASE, totalTimeoutS: 40, hedgeDelay: 2 };

    assert.equal(read({ timeout_s: 50 }, base).totalTimeoutMs, 50000);
    assert.equal(read({ timeout_s: 1 }, base).hedgeDelayMs, 0);
    assert.equal(read({ timeout_s: 3 }, base).hedgeDelayMs, 2000);
  });

  it('does not let extra_headers set what is the proxy’s to set', () => {
    const names = [
      ...['Authorization', 'Host', 'Proxy-Authorization', 'TE'],
      ...['Keep-Alive', 'Content-Type', 'Accept-Encoding', 'X-Target-Host'],
      ...['X-Baseten-Request-Preferences', 'Content-Length', 'Connection'],
      ...['X-Forwarded-For', 'X-Forwarded-Proto', 'Forwarded', 'Via'],
      ...['X-Request-Id', 'X-Real-IP'],
    ];

    for (const name of names)
      assert.match(
        refusal({ extra_headers: { [name]: 'x' } }),
        /^extra_headers\["[\w-]+"\] is set by the (proxy|client) and cannot be given$/,
      );
  });

  it('refuses extra_headers that would break the head', () => {
    assert.match(
      refusal({ extra_headers: { 'x-a': 'b\r\nx-evil: 1' } }),
      /must be latin-1 text without control characters/,
    );
    assert.match(refusal({ extra_headers: { 'a b': 'c' } }), /no header name/);
    assert.match(refusal({ extra_headers: { a: 1 } }), /must be a string/);
  });

  it('tells the engine which headers of each attempt are taken over', () => {
    const extra_headers = { 'Request-Timeout-Ms': '5' };

    assert.equal(read({ extra_headers }).flags, FLAG.OWN_TIMEOUT);
    const numbers = read({ extra_headers }).numbers(FLAG.SPLIT);
    assert.equal(numbers[NUMBER.FLAGS], FLAG.SPLIT | FLAG.OWN_TIMEOUT);
  });

  it('reads the same text once', () => {
    const preferences = new Preferences(BASE);
    const exchange = () =>
      fakeExchange({ 'x-baseten-request-preferences': '{"batch_size":4}' });

    assert.equal(preferences.read(exchange()), preferences.read(exchange()));
  });

  it('remembers a bounded number of texts', () => {
    const preferences = new Preferences(BASE);
    const ask = (delay) =>
      preferences.read(
        fakeExchange({
          'x-baseten-request-preferences': `{"initial_backoff_ms":${delay}}`,
        }),
      );

    const first = ask(50);
    for (let delay = 51; delay <= 50 + 256; delay++) ask(delay);

    assert.notEqual(ask(50), first);
    assert.equal(ask(50), ask(50));
  });
});
