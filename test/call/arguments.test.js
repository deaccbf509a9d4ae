'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { RequestProcessingPreference } = require('../..');
const { FLAG, NUMBER } = require('../../lib/native/contract');
const { assertRefused, setUp, submitted } = require('../helpers/submission');

const preference = new RequestProcessingPreference({ batchSize: 7 });

describe('embed', () => {
  it('sends what is given and leaves out what is not', (t) => {
    const kit = setUp(t);

    const plain = submitted(kit, 'embed', ['a', 'b'], 'm');
    const full = submitted(kit, 'embed', ['a'], 'm', 'float', 8, 'u');

    assert.equal(plain.url, 'http://a.example/v1/embeddings');
    assert.equal(JSON.stringify(plain.body), '{"input":["a","b"],"model":"m"}');
    assert.equal(
      JSON.stringify(full.body),
      '{"input":["a"],"model":"m","encoding_format":"float","dimensions":8,"user":"u"}',
    );
  });

  it('takes its options in every documented form', (t) => {
    const kit = setUp(t);
    const options = { dimensions: 8, batchSize: 7 };

    const forms = [
      [null, 8, null, preference],
      [undefined, 8, undefined, { batchSize: 7 }],
      [options],
      [{ dimensions: 8, preference }],
      [null, 8, preference],
    ].map((rest) => submitted(kit, 'embed', ['a'], 'm', ...rest));

    for (const form of forms) {
      assert.deepEqual(form.body, { input: ['a'], model: 'm', dimensions: 8 });
      assert.equal(form.numbers[NUMBER.BATCH_SIZE], 7);
    }
  });

  it('lets options of a call go over those of its preference', (t) => {
    const kit = setUp(t);
    const timeouts = new RequestProcessingPreference(3, 4, 50, 60, 5);

    const { numbers } = submitted(kit, 'embed', ['a'], 'm', {
      preference: timeouts,
      batchSize: 9,
      hedgeDelay: null,
    });

    assert.deepEqual([...numbers.slice(0, 6)], [3, 9, 50, 60000, 0, 5000]);
  });

  it('marks base64 as opaque only when strings are handed back', (t) => {
    const kit = setUp(t);

    const flags = [
      ['float'],
      ['base64'],
      [{ encodingFormat: 'base64', output: 'float32' }],
    ].map((rest) => submitted(kit, 'embed', ['a'], 'm', ...rest).flags);

    assert.deepEqual(flags, [FLAG.SPLIT, FLAG.SPLIT | FLAG.OPAQUE, FLAG.SPLIT]);
  });

  it('keeps what it was given when the caller changes its array', (t) => {
    const kit = setUp(t);
    const input = ['a', 'b'];

    const job = submitted(kit, 'embed', input, 'm');
    input.length = 0;

    assert.deepEqual(job.inputs, ['a', 'b']);
  });

  it('refuses bad arguments by name', async (t) => {
    const kit = setUp(t);
    const refusals = [
      [[], 'input must be a non-empty array of strings, got undefined'],
      [[7, 'm'], 'input must be a non-empty array of strings, got number 7'],
      [
        [[], 'm'],
        'Input list cannot be empty: input must be a non-empty array of strings',
      ],
      [[['a', 'b', 'c', 7], 'm'], 'input[3] must be a string, got number 7'],
      // eslint-disable-next-line no-sparse-arrays
      [[['a', , 'c'], 'm'], 'input[1] must be a string, got undefined'],
      [[['a']], 'model must be a non-empty string, got undefined'],
      [[['a'], ''], 'model must be a non-empty string, got ""'],
      [
        [['a'], 'm', 'int8'],
        'encodingFormat must be one of float, base64, got "int8"',
      ],
      [
        [['a'], 'm', null, 1.5],
        'dimensions must be an integer between 1 and 2147483647, got 1.5',
      ],
      [[['a'], 'm', { user: 5 }], 'user must be a string, got number 5'],
      [
        [['a'], 'm', { output: 'f32' }],
        'output must be one of array, float32, got "f32"',
      ],
      [
        [['a'], 'm', { signal: {} }],
        'signal must be an AbortSignal, got an object',
      ],
      [
        [['a'], 'm', { preference: [] }],
        'preference must be a RequestProcessingPreference or an options object, got an array',
      ],
      [
        [['a'], 'm', { batchsize: 4 }],
        'unknown option "batchsize" of embed, did you mean batchSize?',
      ],
      [
        [['a'], 'm', { encoding_format: null }],
        'unknown option "encoding_format" of embed, did you mean encodingFormat?',
      ],
      [
        [['a'], 'm', null, 8, null, { dimensions: 9 }],
        'dimensions is given twice',
      ],
      [
        [['a'], 'm', null, null, null, 5],
        'preference must be a RequestProcessingPreference or an options object, got number 5',
      ],
      [
        [['a'], 'm', {}, 'x'],
        'nothing may follow the preference, got string "x"',
      ],
    ];

    for (const [args, message] of refusals)
      await assertRefused(kit, 'embed', args, { message });
  });

  it('reads no option that an object only inherits', (t) => {
    const kit = setUp(t);

    const polluted = JSON.parse('{"__proto__": {"batchSize": 7}}');

    return assertRefused(kit, 'embed', [['a'], 'm', polluted], {
      argument: '__proto__',
    });
  });
});

describe('rerank', () => {
  it('sends the members in their documented order', (t) => {
    const kit = setUp(t);

    const job = submitted(kit, 'rerank', 'q', ['a'], 'm', true, preference);

    assert.equal(job.url, 'http://a.example/rerank');
    assert.equal(
      JSON.stringify(job.body),
      '{"query":"q","model":"m","raw_scores":false,"return_text":true,' +
        '"texts":["a"],"truncate":false,"truncation_direction":"Right"}',
    );
  });

  it('leaves out only the model when nothing is given', (t) => {
    const kit = setUp(t);

    const job = submitted(kit, 'rerank', 'q', ['a']);

    assert.deepEqual(job.body, {
      query: 'q',
      raw_scores: false,
      return_text: false,
      texts: ['a'],
      truncate: false,
      truncation_direction: 'Right',
    });
  });

  it('understands the order of earlier editions by its types', (t) => {
    const kit = setUp(t);
    const full = [true, 'm', true, true, 'Left', preference];
    const expected = {
      ...{ query: 'q', model: 'm', raw_scores: true, return_text: true },
      ...{ texts: ['a'], truncate: true, truncation_direction: 'Left' },
    };
    const named = {
      ...{ rawScores: true, model: 'm', returnText: true, truncate: true },
      ...{ truncationDirection: 'Left', preference },
    };

    for (const rest of [full, [named]]) {
      const job = submitted(kit, 'rerank', 'q', ['a'], ...rest);

      assert.deepEqual(job.body, expected);
      assert.equal(job.numbers[NUMBER.BATCH_SIZE], 7);
    }
  });

  it('tells the two orders apart by any one value', (t) => {
    const kit = setUp(t);
    const members = ['model', 'raw_scores', 'return_text', 'truncate'];
    const forms = [
      [
        [null, true],
        [undefined, false, true, false],
      ],
      [
        ['m', null, preference],
        ['m', false, false, false],
      ],
      [
        [null, 'm'],
        ['m', false, false, false],
      ],
      [
        [null, null, true],
        [undefined, false, true, false],
      ],
      [
        [null, null, null, true],
        [undefined, false, false, true],
      ],
      [
        [false, null, null, null, null, preference],
        [undefined, false, false, false],
      ],
    ];

    for (const [rest, values] of forms) {
      const { body } = submitted(kit, 'rerank', 'q', ['a'], ...rest);

      assert.deepEqual(
        members.map((name) => body[name]),
        values,
      );
    }
  });

  it('refuses bad arguments by name', async (t) => {
    const kit = setUp(t);
    const refusals = [
      [[], 'query must be a string, got undefined'],
      [
        ['q', 'text'],
        'texts must be a non-empty array of strings, got string "text"',
      ],
      [['q', ['a', null]], 'texts[1] must be a string, got null'],
      [
        ['q', ['a'], 'm', 'yes'],
        'returnText must be a boolean, got string "yes"',
      ],
      [
        ['q', ['a'], { truncationDirection: 'up' }],
        'truncationDirection must be one of Left, Right, got "up"',
      ],
      [
        ['q', ['a'], { rawScores: 1 }],
        'rawScores must be a boolean, got number 1',
      ],
    ];

    for (const [args, message] of refusals)
      await assertRefused(kit, 'rerank', args, { message });
  });
});

describe('classify', () => {
  it('wraps every text in a list of its own', (t) => {
    const kit = setUp(t);

    const job = submitted(kit, 'classify', ['a', 'b'], 'm', preference);

    assert.equal(job.url, 'http://a.example/predict');
    assert.equal(
      JSON.stringify(job.body),
      '{"inputs":[["a"],["b"]],"model":"m","raw_scores":false,' +
        '"truncate":false,"truncation_direction":"Right"}',
    );
    assert.equal(job.numbers[NUMBER.BATCH_SIZE], 7);
  });

  it('takes its options in every documented form', (t) => {
    const kit = setUp(t);
    const forms = [
      ['m', true, true, 'Left', preference],
      [
        {
          model: 'm',
          rawScores: true,
          truncate: true,
          truncationDirection: 'Left',
        },
      ],
    ];

    for (const rest of forms) {
      const { body } = submitted(kit, 'classify', ['a'], ...rest);

      assert.deepEqual(body, {
        ...{ inputs: [['a']], model: 'm', raw_scores: true },
        ...{ truncate: true, truncation_direction: 'Left' },
      });
    }
  });
});
