'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const { inspect } = require('node:util');

const {
  CancellationToken,
  RequestProcessingPreference,
  TraceContext,
} = require('../..');
const { NUMBER } = require('../../lib/native/contract');
const { setUp, submitted } = require('../helpers/submission');

const DEFAULTS = {
  maxConcurrentRequests: 128,
  batchSize: 128,
  maxCharsPerRequest: undefined,
  timeoutS: 3600,
  hedgeDelay: undefined,
  totalTimeoutS: undefined,
  hedgeBudgetPct: 0.1,
  retryBudgetPct: 0.05,
  maxRetries: 5,
  initialBackoffMs: 125,
  cancelToken: undefined,
  primaryApiKeyOverride: undefined,
  extraHeaders: undefined,
  nonRetryableStatusCodes: [],
  traceContext: undefined,
  timeoutHeaders: true,
  requestIdHeader: true,
};

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

/** The option, its ends, and values just outside or not of its kind. */
const NUMBERS = [
  ['maxConcurrentRequests', [1, 1024], [0, 1025, 1.9, NaN, -1]],
  ['batchSize', [1, 1024], [0, 1025, 1.9, NaN, -0]],
  ['maxCharsPerRequest', [50, 256000], [49, 256001, 50.5, NaN]],
  ['timeoutS', [0.1, 7200], [0.09, 7200.1, 0, -1, NaN, Infinity]],
  ['hedgeDelay', [0.045, 30], [0.044, 30.1, NaN]],
  ['totalTimeoutS', [0.1, 86400], [0, -1, NaN, Infinity]],
  ['hedgeBudgetPct', [0, -0, 3], [-0.01, 3.01, NaN]],
  ['retryBudgetPct', [0, -0, 3], [-0.01, 3.01, NaN]],
  ['maxRetries', [0, -0, 6], [-1, 7, 2.5, NaN]],
  ['initialBackoffMs', [50, 45000], [49, 45001, 50.5, NaN]],
];

function read(preference) {
  return Object.fromEntries(
    Object.keys(DEFAULTS).map((name) => [name, preference[name]]),
  );
}

describe('a preference', () => {
  it('has the documented defaults', () => {
    assert.deepEqual(read(new RequestProcessingPreference()), DEFAULTS);
    assert.deepEqual(read(new RequestProcessingPreference({})), DEFAULTS);
  });

  it('takes its values in the documented order', () => {
    const cancelToken = new CancellationToken();
    const trace = new TraceContext(TRACEPARENT);
    const values = [
      ...[32, 16, 10000, 360, 0.5, 600, 0.15, 0.08, 3, 250],
      ...[cancelToken, 'other-key', { 'X-A': 'b' }, [529, 429, 529], trace],
    ];

    const preference = new RequestProcessingPreference(...values);

    assert.deepEqual(Object.values(read(preference)), [
      ...values.slice(0, 12),
      ...[{ 'x-a': 'b' }, [429, 529], trace, true, true],
    ]);
  });

  it('takes them in the order of the other package, where that shows', () => {
    const cancelToken = new CancellationToken();
    const values = [
      ...[32, 16, 360, 10000, true, 0.5, 600, 0.15, 0.08, 3, 250],
      ...[cancelToken, 'other-key', { 'X-A': 'b' }, [529], TRACEPARENT, 'a=b'],
    ];
    const onlyCodes = new Array(14).fill(undefined);

    const preference = new RequestProcessingPreference(...values);

    assert.deepEqual(Object.values(read(preference)), [
      ...[32, 16, 10000, 360, ...values.slice(5, 13)],
      ...[{ 'x-a': 'b' }, [529], new TraceContext(TRACEPARENT, 'a=b')],
      ...[true, true],
    ]);
    const [codes, headers, trace] = [
      [...onlyCodes, [529, 429, 529]],
      [...new Array(13).fill(null), { 'x-a': 'b' }],
      [...onlyCodes, undefined, TRACEPARENT],
    ].map((given) => new RequestProcessingPreference(...given));
    assert.deepEqual(codes.nonRetryableStatusCodes, [429, 529]);
    assert.deepEqual(headers.extraHeaders, { 'x-a': 'b' });
    assert.equal(trace.traceContext.traceparent, TRACEPARENT);
  });

  it('refuses times and characters in each other’s place, naming both orders', () => {
    for (const [values, argument] of [
      [[32, 16, 30], 'maxCharsPerRequest'],
      [[32, 16, 360.5], 'maxCharsPerRequest'],
      [[32, 16, 30, 10000], 'maxCharsPerRequest'],
      [[32, 16, 360, 10000], 'timeoutS'],
      [[32, 16, null, 10000], 'timeoutS'],
    ])
      assert.throws(() => new RequestProcessingPreference(...values), {
        ...{ name: 'RangeError', code: 'INVALID_ARGUMENT', argument },
        message:
          /maxCharsPerRequest, timeoutS, .* got .* timeoutS, maxCharsPerRequest, pin/,
      });
    assert.throws(() => new RequestProcessingPreference(1, 1, -1), {
      message:
        'maxCharsPerRequest must be an integer between 50 and 256000, got -1',
    });
  });

  it('takes undefined and null for the default', () => {
    const positional = new RequestProcessingPreference(
      ...[undefined, null, undefined, null],
    );
    const named = new RequestProcessingPreference({
      batchSize: null,
      timeoutS: undefined,
    });

    assert.deepEqual(read(positional), DEFAULTS);
    assert.equal(
      new RequestProcessingPreference({ batchSize: 3 }, null).batchSize,
      3,
    );
    assert.deepEqual(read(named), DEFAULTS);
  });

  it('cannot be changed', () => {
    const preference = new RequestProcessingPreference({ batchSize: 4 });

    assert.throws(() => {
      preference.batchSize = 5;
    }, TypeError);
    assert.throws(() => {
      preference.other = 5;
    }, TypeError);
    assert.equal(preference.batchSize, 4);
  });

  it('does not follow later changes of the headers it was given', () => {
    const extraHeaders = { 'x-a': 'b' };
    const preference = new RequestProcessingPreference({ extraHeaders });

    extraHeaders['x-a'] = 'changed';

    assert.deepEqual(preference.extraHeaders, { 'x-a': 'b' });
  });

  it('refuses an unknown option and names the nearest', () => {
    for (const [wrong, right] of [
      ['batchsize', 'batchSize'],
      ['batch_size', 'batchSize'],
      ['timeout', 'timeoutS'],
      ['maxConcurentRequests', 'maxConcurrentRequests'],
    ])
      assert.throws(() => new RequestProcessingPreference({ [wrong]: 4 }), {
        name: 'TypeError',
        code: 'INVALID_ARGUMENT',
        argument: wrong,
        message:
          `unknown option "${wrong}" of RequestProcessingPreference, ` +
          `did you mean ${right}?`,
      });
  });

  it('guesses no name that is not near', () => {
    assert.throws(() => new RequestProcessingPreference({ colour: 4 }), {
      message: 'unknown option "colour" of RequestProcessingPreference',
    });
  });

  it('refuses more values than it has names for', () => {
    const none = new Array(17).fill(null);

    assert.deepEqual(read(new RequestProcessingPreference(...none)), DEFAULTS);
    assert.throws(() => new RequestProcessingPreference(...none, 1), {
      code: 'INVALID_ARGUMENT',
      message: /^nothing may follow the 17 values .* got number 1$/,
    });
  });

  it('shows neither keys nor header values in a console', () => {
    const preference = new RequestProcessingPreference({
      primaryApiKeyOverride: 'sesame-key',
      extraHeaders: { 'x-secret': 'sesame-value' },
    });

    const shown = inspect(preference);

    assert.doesNotMatch(shown, /sesame/);
    assert.match(shown, /x-secret/);
  });
});

describe('a number of a preference', () => {
  for (const [name, inside, outside] of NUMBERS) {
    it(`${name} may be ${inside.join(' and ')}`, () => {
      for (const value of inside)
        assert.equal(
          new RequestProcessingPreference({ [name]: value })[name],
          value + 0,
        );
    });

    it(`${name} is refused as ${outside.join(', ')}`, () => {
      for (const value of outside)
        assert.throws(
          () => new RequestProcessingPreference({ [name]: value }),
          { name: 'RangeError', code: 'INVALID_ARGUMENT', argument: name },
        );
    });

    it(`${name} is never made from another type`, () => {
      for (const value of ['8', true, 8n, [8], {}, () => 8])
        assert.throws(
          () => new RequestProcessingPreference({ [name]: value }),
          { name: 'TypeError', code: 'INVALID_ARGUMENT', argument: name },
        );
    });
  }

  it('is refused with its range and what came instead', () => {
    const refusals = [
      [{ timeoutS: -1 }, 'a number between 0.1 and 7200, got -1'],
      [{ batchSize: 1.9 }, 'an integer between 1 and 1024, got 1.9'],
      [{ batchSize: '8' }, 'an integer between 1 and 1024, got string "8"'],
    ];

    for (const [options, words] of refusals)
      assert.throws(() => new RequestProcessingPreference(options), {
        message: `${Object.keys(options)[0]} must be ${words}`,
      });
  });
});

describe('the status codes that are never tried again', () => {
  const NAME = 'nonRetryableStatusCodes';

  function listed(codes) {
    return new RequestProcessingPreference({ [NAME]: codes })[NAME];
  }

  it('are kept once each, apart from the list that was given', () => {
    const given = [503, 100, 599, 503];

    const codes = listed(given);
    given.push(429);

    assert.deepEqual(codes, [100, 503, 599]);
    assert.ok(Object.isFrozen(codes));
    assert.deepEqual(listed([]), []);
  });

  it('are refused by their place in the list', () => {
    for (const [codes, name, argument] of [
      [[503, 99], 'RangeError', `${NAME}[1]`],
      [[600], 'RangeError', `${NAME}[0]`],
      [[503.5], 'RangeError', `${NAME}[0]`],
      [['503'], 'TypeError', `${NAME}[0]`],
      // eslint-disable-next-line no-sparse-arrays
      [[500, , 502], 'TypeError', `${NAME}[1]`],
      [503, 'TypeError', NAME],
      [new Set([503]), 'TypeError', NAME],
      [Array.from({ length: 65 }, (_, i) => 500 + i), 'RangeError', NAME],
    ])
      assert.throws(() => listed(codes), {
        ...{ name, argument },
        code: 'INVALID_ARGUMENT',
      });
  });

  it('reach the engine behind its other numbers', (t) => {
    const kit = setUp(t);
    const options = { [NAME]: [503, 429] };
    const preference = new RequestProcessingPreference(options);

    for (const given of [options, preference, { preference, batchSize: 3 }])
      assert.deepEqual(
        [
          ...submitted(kit, 'classify', ['a'], given).numbers.slice(
            NUMBER.FINAL_STATUSES,
          ),
        ],
        [429, 503],
      );
  });
});

describe('the times of a preference', () => {
  it('are refused when a hedge would come after the timeout', () => {
    for (const hedgeDelay of [1, 2])
      assert.throws(
        () => new RequestProcessingPreference({ timeoutS: 1, hedgeDelay }),
        {
          name: 'RangeError',
          message: `hedgeDelay must be less than timeoutS (1), got ${hedgeDelay}`,
        },
      );
  });

  it('are refused when the whole is given less time than a part', () => {
    assert.throws(
      () => new RequestProcessingPreference({ timeoutS: 9, totalTimeoutS: 8 }),
      { message: 'totalTimeoutS must be at least timeoutS (9), got 8' },
    );
  });

  it('allow a total below the default timeout', () => {
    const preference = new RequestProcessingPreference({ totalTimeoutS: 5 });

    assert.equal(preference.totalTimeoutS, 5);
  });
});
