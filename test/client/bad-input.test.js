'use strict';

const { after, before, describe, it } = require('node:test');
const assert = require('node:assert/strict');
const net = require('node:net');

const { rejection } = require('../helpers/client');
const { CancellationToken, PerformanceClient } = require('../..');

const cyclic = { name: 'loop' };
cyclic.self = cyclic;

const sparse = ['a'];
sparse[2] = 'c';

const embed = (...args) => ['embed', args];
const rerank = (...args) => ['rerank', args];
const classify = (...args) => ['classify', args];
const post = (...args) => ['batchPost', args];

/** What is refused: [the call, the error's class, what its message says]. */
const REFUSED = {
  'no input': [embed(), TypeError, /^input must be .*, got undefined$/],
  'a text for a list': [
    classify('abc'),
    TypeError,
    /^inputs .* got string "abc"$/,
  ],
  'an empty list': [
    embed([], 'm'),
    RangeError,
    /^Input list cannot be empty: input must be /,
  ],
  'a Set of texts': [
    embed(new Set(['a']), 'm'),
    TypeError,
    /^input .* type Set$/,
  ],
  'a number among texts': [
    embed(['a', 1], 'm'),
    TypeError,
    /^input\[1\] .* number 1$/,
  ],
  'a hole among texts': [
    embed(sparse, 'm'),
    TypeError,
    /^input\[1\] .* undefined$/,
  ],
  'no model': [embed(['a']), TypeError, /^model must be .*, got undefined$/],
  'an empty model': [embed(['a'], ''), RangeError, /^model .* non-empty/],
  'an unknown encoding': [
    embed(['a'], 'm', 'hex'),
    RangeError,
    /^encodingFormat must be one of float, base64, got "hex"$/,
  ],
  'no dimensions': [
    embed(['a'], 'm', null, 0),
    RangeError,
    /^dimensions must be an integer between 1 and \d+, got 0$/,
  ],
  'half a dimension': [
    embed(['a'], 'm', null, 1.5),
    RangeError,
    /^dimensions .* 1\.5$/,
  ],
  'a user that is no text': [
    embed(['a'], 'm', null, null, 7),
    TypeError,
    /^user .* 7$/,
  ],
  'an unknown output': [
    embed(['a'], 'm', { output: 'float64' }),
    RangeError,
    /^output must be one of array, float32, got "float64"$/,
  ],
  'a token for a preference': [
    embed(['a'], 'm', null, null, null, new CancellationToken()),
    TypeError,
    /^preference must be a RequestProcessingPreference/,
  ],
  'a client for a preference': [
    classify(['a'], 'm', new PerformanceClient('http://a.example', 'key')),
    TypeError,
    /^preference must be a RequestProcessingPreference/,
  ],
  'a list for options': [
    embed(['a'], 'm', []),
    TypeError,
    /^preference .* an array$/,
  ],
  'a misspelt option': [
    embed(['a'], 'm', { batchsize: 4 }),
    TypeError,
    /^unknown option "batchsize" of embed, did you mean batchSize\?$/,
  ],
  'an option in Python spelling': [
    rerank('q', ['a'], { max_concurrent_requests: 4 }),
    TypeError,
    /did you mean maxConcurrentRequests\?$/,
  ],
  'an option of another call': [
    classify(['a'], { returnText: true }),
    TypeError,
    /^unknown option "returnText" of classify/,
  ],
  'an option named __proto__': [
    embed(['a'], 'm', JSON.parse('{"__proto__":{"batchSize":1}}')),
    TypeError,
    /^unknown option "__proto__"/,
  ],
  'part of a request': [
    embed(['a'], 'm', { maxConcurrentRequests: 1.9 }),
    RangeError,
    /^maxConcurrentRequests must be an integer between 1 and 1024, got 1\.9$/,
  ],
  'a negative batch': [
    embed(['a'], 'm', { batchSize: -1 }),
    RangeError,
    /^batchSize must be an integer between 1 and 1024, got -1$/,
  ],
  'a number in words': [
    embed(['a'], 'm', { batchSize: '8' }),
    TypeError,
    /^batchSize .* got string "8"$/,
  ],
  'a time that is none': [
    embed(['a'], 'm', { timeoutS: NaN }),
    RangeError,
    /^timeoutS must be a number between 0\.1 and 7200, got NaN$/,
  ],
  'a signal that is none': [
    embed(['a'], 'm', { signal: {} }),
    TypeError,
    /^signal must be an AbortSignal/,
  ],
  'no query': [rerank(undefined, ['a']), TypeError, /^query .* got undefined$/],
  'an empty list of texts': [
    rerank('q', []),
    RangeError,
    /^Texts list cannot be empty: texts must be /,
  ],
  'a direction of its own': [
    rerank('q', ['a'], { truncationDirection: 'right' }),
    RangeError,
    /^truncationDirection must be one of Left, Right, got "right"$/,
  ],
  'a flag that is no boolean': [
    rerank('q', ['a'], { returnText: 1 }),
    TypeError,
    /^returnText must be a boolean, got number 1$/,
  ],
  'null among inputs': [
    classify([null]),
    TypeError,
    /^inputs\[0\] .* got null$/,
  ],
  'no payloads': [
    post('/x', []),
    RangeError,
    /^Payloads list cannot be empty: /,
  ],
  'one payload without list': [
    post('/x', {}),
    TypeError,
    /^payloads .* an object$/,
  ],
  'a cyclic payload': [
    post('/x', [1, cyclic]),
    TypeError,
    /^payloads\[1\] .*circular/,
  ],
  'a bigint payload': [
    post('/x', [{ n: 1n }]),
    TypeError,
    /^payloads\[0\] .*BigInt/,
  ],
  'a function for a payload': [
    post('/x', [() => {}]),
    TypeError,
    /^payloads\[0\] .* function$/,
  ],
  'a payload that throws': [
    post('/x', [{ toJSON: () => assert.fail('not today') }]),
    TypeError,
    /^payloads\[0\] .*not today/,
  ],
  'an unknown method': [
    post('/x', [{}], 'TRACE'),
    RangeError,
    /^method must be one of GET, .*, OPTIONS, got "TRACE"$/,
  ],
  'a method in lower case': [
    post('/x', [{}], 'post'),
    RangeError,
    /got "post"$/,
  ],
  'two methods': [
    post('/x', [{}], 'GET', 'PUT'),
    TypeError,
    /^method is given twice$/,
  ],
  'a path that is none': [post(7, [{}]), TypeError, /^urlPath .* number 7$/],
  'a path to elsewhere': [
    post('http://elsewhere.example/x', [{}]),
    RangeError,
    /^urlPath must be a path/,
  ],
  'a path with a line break': [
    post('/x\r\nHost: y', [{}]),
    RangeError,
    /^urlPath/,
  ],
  'a header with a line break': [
    post('/x', [{}], { 'x-a': '1\r\nx-b: 2' }),
    TypeError,
    /^headers\["x-a"\] must be/,
  ],
  'a header with a NUL': [post('/x', [{}], { 'x-a': '\0' }), TypeError, /x-a/],
  'a header name with a colon': [
    post('/x', [{}], { 'x-a: 1\nx-b': '2' }),
    TypeError,
    /is no header name$/,
  ],
  'a header name without letters': [
    post('/x', [{}], { '': 'a' }),
    TypeError,
    /header name/,
  ],
  'a header beyond latin-1': [
    embed(['a'], 'm', { extraHeaders: { 'x-a': '\u20ac' } }),
    TypeError,
    /^extraHeaders\["x-a"\]/,
  ],
  'a number for a header': [
    embed(['a'], 'm', { extraHeaders: { 'x-a': 1 } }),
    TypeError,
    /^extraHeaders\["x-a"\] must be a string, got number$/,
  ],
};

describe('a call', () => {
  let server;
  let client;
  let connections = 0;

  before(async () => {
    server = net.createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${server.address().port}`;
    client = new PerformanceClient(url, 'test-key');
  });
  after(() => {
    server.close();
    return client.destroy();
  });

  for (const [what, [[name, args], ErrorClass, message]] of Object.entries(
    REFUSED,
  ))
    it(`of ${name} with ${what} is refused before any request`, async () => {
      const error = await rejection(client[name](...args));

      assert.ok(error instanceof ErrorClass, error.stack);
      assert.equal(error.code, 'INVALID_ARGUMENT');
      assert.match(error.message, message);
      assert.equal(connections, 0);
    });

  it('whose options throw rejects with what they threw', async () => {
    const thrown = new Error('from a getter');
    const options = {
      get batchSize() {
        throw thrown;
      },
    };

    assert.equal(await rejection(client.embed(['a'], 'm', options)), thrown);
    assert.equal(connections, 0);
  });
});
