'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const { version } = require('../..');
const { parseHead } = require('../../lib/base/headers');
const { FLAG } = require('../../lib/native/contract');
const { setUp, submitted } = require('../helpers/submission');

/** What one request of this call is sent with. */
function sent(kit, ...rest) {
  return submitted(kit, 'batchPost', '/x', [{}], ...rest);
}

describe('the headers of a request', () => {
  it('identify the client and what it can read', (t) => {
    const kit = setUp(t);

    assert.deepEqual(sent(kit).headers, {
      authorization: 'Bearer test-key',
      'content-type': 'application/json',
      'user-agent': `baseten-performance-client/${version}`,
      accept: 'application/json',
      'accept-encoding': 'gzip, br',
    });
  });

  it('are replaced by those of the same name in any case', (t) => {
    const kit = setUp(t);
    const extraHeaders = {
      AUTHORIZATION: 'Basic abc',
      'User-Agent': 'mine',
      'X-A': 'preference',
    };

    const { lines } = sent(kit, {
      extraHeaders,
      headers: { 'x-a': 'call' },
    });

    assert.deepEqual(lines.split('\n'), [
      'authorization: Basic abc',
      'content-type: application/json',
      'user-agent: mine',
      'accept: application/json',
      'accept-encoding: gzip, br',
      'x-a: call',
    ]);
  });

  it('carry the key of the call when it has one', (t) => {
    const kit = setUp(t);

    const [own, other] = [{ primaryApiKeyOverride: 'other-key' }, {}].map(
      (options) => sent(kit, options).headers.authorization,
    );

    assert.deepEqual([own, other], ['Bearer other-key', 'Bearer test-key']);
  });

  it('tell the engine which per-attempt headers the caller sets', (t) => {
    const kit = setUp(t);
    const names = [
      'X-Baseten-Customer-Request-Id',
      'request-timeout-ms',
      'Request-Deadline-Ms',
    ];

    const flags = [...names, 'x-other'].map(
      (name) => sent(kit, { extraHeaders: { [name]: '1' } }).flags,
    );
    const all = sent(kit, Object.fromEntries(names.map((n) => [n, '1'])));

    const own = [FLAG.OWN_REQUEST_ID, FLAG.OWN_TIMEOUT, FLAG.OWN_DEADLINE];
    assert.deepEqual(flags, [...own, 0]);
    assert.equal(all.flags, own[0] | own[1] | own[2]);
  });

  it('begin the request id with ten fresh digits', (t) => {
    const kit = setUp(t);

    const [first, second] = [sent(kit).stem, sent(kit).stem];

    assert.match(first, /^perfclient-[0-9a-f]{10}$/);
    assert.notEqual(first, second);
  });
});

describe('a header', () => {
  it('is refused when it could break the message, its value unseen', async (t) => {
    const { client, engine } = setUp(t);
    const headers = [
      ...[{ 'x-a': 'sesame\r\nx-b: c' }, { 'x-a': 'sesame\n' }],
      ...[{ 'x-a': 'sesame\0' }, { 'x-a': 'sesame\x7f' }, { 'x-a': 'sesame€' }],
      ...[{ 'x a': 'sesame' }, { 'x-a\n': 'sesame' }, { '': 'sesame' }],
      ...[{ 'x:a': 'sesame' }, { größe: 'sesame' }],
      ...[{ 'x-a': ['sesame'] }, { 'x-a': { sesame: 1 } }, { 'x-a': null }],
      ...[{ 'Content-Length': 'sesame' }, { 'transfer-encoding': 'sesame' }],
      ...[
        { connection: 'sesame' },
        { upgrade: 'sesame' },
        { expect: 'sesame' },
      ],
    ];

    for (const one of headers)
      await assert.rejects(client.batchPost('/x', [{}], { headers: one }), {
        name: 'TypeError',
        argument: 'headers',
        message: /^headers\["(?!.*sesame)/,
      });
    assert.equal(engine.jobs.length, 0);
  });

  it('may hold blanks, tabs and latin-1', (t) => {
    const kit = setUp(t);

    const { headers } = sent(kit, { headers: { 'x-a': 'a\tb: é' } });

    assert.equal(headers['x-a'], 'a\tb: é');
  });

  it('comes in an object, a Map or a Headers and nothing else', async (t) => {
    const { client } = setUp(t);

    for (const headers of ['x-a: b', [['x-a', 'b']], 5, new Set(), new Date()])
      await assert.rejects(client.batchPost('/x', [{}], { headers }), {
        name: 'TypeError',
        message: /^headers must be an object, Map or Headers of strings, got /,
      });
  });
});

describe('the headers of an answer', () => {
  it('have lower-case names and trimmed values', () => {
    const headers = parseHead(
      'HTTP/1.1 200 OK\r\nX-A:  b c \r\nX-Empty:\r\n\r\n',
    );

    assert.deepEqual(headers, { 'x-a': 'b c', 'x-empty': '' });
  });

  it('keep every value of a repeated header', () => {
    const headers = parseHead(
      'HTTP/2 200\r\nvary: a\r\nset-cookie: x=1, y\r\nVary: b\r\nSet-Cookie: z=2\r\n',
    );

    assert.deepEqual(headers, {
      vary: 'a, b',
      'set-cookie': ['x=1, y', 'z=2'],
    });
  });

  it('make a list of a single cookie, too', () => {
    assert.deepEqual(parseHead('set-cookie: a=b\r\n'), {
      'set-cookie': ['a=b'],
    });
  });

  it('keep a colon in a value and skip lines that are no headers', () => {
    const headers = parseHead('HTTP/1.1 200 OK\nx-a: b:c\nnonsense\n: d\n\n');

    assert.deepEqual(headers, { 'x-a': 'b:c' });
  });

  it('cannot replace a prototype', () => {
    const headers = parseHead('__proto__: polluted\r\nconstructor: c\r\n');

    assert.equal(Object.getPrototypeOf(headers), Object.prototype);
    assert.deepEqual(Object.entries(headers), [
      ['__proto__', 'polluted'],
      ['constructor', 'c'],
    ]);
  });
});
