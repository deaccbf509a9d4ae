'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { RequestProcessingPreference } = require('../..');
const { assertRefused, setUp, submitted } = require('../helpers/submission');

const preference = new RequestProcessingPreference({ batchSize: 7 });

const { NUMBER } = require('../../lib/native/contract');

describe('batchPost', () => {
  it('sends the JSON text of each payload', (t) => {
    const kit = setUp(t);
    const payloads = [
      { b: 1, a: [undefined, NaN], when: new Date(0), skip: undefined },
      'text',
      null,
      2 ** 53,
      JSON.parse('{"__proto__": 1}'),
    ];

    const job = submitted(kit, 'batchPost', '/v1/x', payloads);

    assert.equal(job.method, 'POST');
    assert.deepEqual(job.inputs, [
      '{"b":1,"a":[null,null],"when":"1970-01-01T00:00:00.000Z"}',
      '"text"',
      'null',
      '9007199254740992',
      '{"__proto__":1}',
    ]);
  });

  it('replaces lone surrogates, and nothing that only looks like one', (t) => {
    const kit = setUp(t);
    const payloads = ['\ud800', 'a\udfff\ud83d\ude00', '\\ud800', '\\\ud800'];

    const { inputs } = submitted(kit, 'batchPost', '/x', payloads);

    assert.deepEqual(
      inputs.map((text) => JSON.parse(text)),
      ['\ufffd', 'a\ufffd\ud83d\ude00', '\\ud800', '\\\ufffd'],
    );
  });

  it('tells preference, headers and method apart in every form', (t) => {
    const kit = setUp(t);
    const headers = { 'x-a': 'b' };
    const none = new Array(5).fill(undefined);
    const forms = [
      [preference, headers, 'PUT'],
      [headers, preference, 'PUT'],
      [{ batchSize: 7 }, headers, 'PUT'],
      [...none, new Headers(headers), preference, 'PUT'],
      [new Map([['X-A', 'b']]), { method: 'PUT', preference }],
      [{ method: 'PUT', headers, batchSize: 7 }],
      ['PUT', headers, preference],
    ];

    for (const rest of forms) {
      const job = submitted(kit, 'batchPost', '/x', [{}], ...rest);

      assert.equal(job.method, 'PUT');
      assert.equal(job.headers['x-a'], 'b');
      assert.equal(job.numbers[NUMBER.BATCH_SIZE], 7);
    }
  });

  it('sends a body with POST, PUT and PATCH only', (t) => {
    const kit = setUp(t);
    const methods = [
      'POST',
      'PUT',
      'PATCH',
      'GET',
      'DELETE',
      'HEAD',
      'OPTIONS',
    ];

    const jobs = methods.map((method) =>
      submitted(kit, 'batchPost', '/x', [{ a: 1 }], { method }),
    );

    const sent = jobs.map(({ inputs, headers }) => [
      inputs[0],
      headers['content-type'],
    ]);
    assert.deepEqual(sent, [
      ...new Array(3).fill(['{"a":1}', 'application/json']),
      ...new Array(4).fill(['', undefined]),
    ]);
  });

  it('refuses payloads without JSON text, naming which', async (t) => {
    const kit = setUp(t);
    const cyclic = {};
    cyclic.self = cyclic;
    const thrown = new Error('no text');
    const throwing = {
      toJSON() {
        throw thrown;
      },
    };

    for (const payload of [undefined, () => 1, Symbol('s'), 5n, cyclic])
      await assertRefused(kit, 'batchPost', ['/x', [1, payload]], {
        name: 'TypeError',
        argument: 'payloads[1]',
      });
    await assertRefused(kit, 'batchPost', ['/x', [throwing]], {
      argument: 'payloads[0]',
      cause: thrown,
    });
  });

  it('refuses other bad arguments by name', async (t) => {
    const kit = setUp(t);
    const methods = 'GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS';
    const refusals = [
      [
        ['/x', {}],
        'payloads must be a non-empty array of JSON values, got an object',
      ],
      [
        ['/x', []],
        'Payloads list cannot be empty: payloads must be a non-empty array of JSON values',
      ],
      [[5, [1]], 'urlPath must be a string, got number 5'],
      [['/x', [1], 'get'], `method must be one of ${methods}, got "get"`],
      [
        ['/x', [1], 7],
        'argument 3 of batchPost must be a preference, headers, a method or an options object, got number 7',
      ],
      [['/x', [1], preference, preference], 'preference is given twice'],
      [['/x', [1], 'PUT', { method: 'PUT' }], 'method is given twice'],
      [
        ['/x', [1], { batchsize: 4 }],
        'unknown option "batchsize" of batchPost, did you mean batchSize?',
      ],
      [
        ['/x', [1], { 'x-a': 4 }],
        'headers["x-a"] must be a string, got number',
      ],
    ];

    for (const [args, message] of refusals)
      await assertRefused(kit, 'batchPost', args, { message });
  });
});
