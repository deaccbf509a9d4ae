'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');

const lib = require('../..');

const { HttpError, InvalidArgumentError, ParseError, isClientError } = lib;

describe('an error that a test of a user makes', () => {
  it('is as one of ours', () => {
    const cause = new Error('why');
    const error = new HttpError('HTTP 429 from POST /x', {
      response: { status: 429, text: '{"error":"slow down"}' },
      requestId: 'an-id',
      attempts: 3,
      cause,
    });

    assert.equal(String(error), 'HttpError: HTTP 429 from POST /x');
    assert.equal(error.code, 'HTTP_ERROR');
    assert.equal(error.status, 429);
    assert.deepEqual(error.response.headers, {});
    assert.deepEqual(error.response.json(), { error: 'slow down' });
    assert.equal(error.customerRequestId, 'an-id');
    assert.equal(error.attempts, 3);
    assert.equal(error.cause, cause);
    assert.equal(error.partial, undefined);
  });

  it('has the code of its class, also when derived', () => {
    class OwnError extends lib.AbortError {}
    const codes = {
      AbortError: 'CANCELLED',
      CancelledError: 'CANCELLED',
      ClosedError: 'CLOSED',
      ConnectionError: 'CONNECTION_ERROR',
      ParseError: 'PARSE_ERROR',
      PerformanceClientError: 'SYSTEM_ERROR',
      TimeoutError: 'TIMEOUT',
    };

    for (const [name, code] of Object.entries(codes))
      assert.equal(new lib[name]('it happened').code, code);
    assert.equal(new OwnError('it happened').code, 'CANCELLED');
    const large = { code: 'RESPONSE_TOO_LARGE' };
    assert.equal(
      new lib.PerformanceClientError('large', large).code,
      'RESPONSE_TOO_LARGE',
    );
  });

  it('keeps an answer that could not be used apart', () => {
    const error = new ParseError('broken', { answer: { status: 200 } });

    assert.equal(error.response, undefined);
    assert.equal(error.answer.status, 200);
  });
});

describe('a refused argument', () => {
  it('is an InvalidArgumentError, whichever class the language has for it', () => {
    for (const [options, Class] of [
      [{ batchSize: '1' }, TypeError],
      [{ batchSize: 0 }, RangeError],
    ])
      assert.throws(
        () => new lib.RequestProcessingPreference(options),
        (error) =>
          error instanceof InvalidArgumentError &&
          error instanceof Class &&
          error.argument === 'batchSize',
      );
  });

  it('can be made, too', () => {
    const error = new InvalidArgumentError('model must be a string', 'model');

    assert.ok(error instanceof TypeError);
    assert.ok(error instanceof InvalidArgumentError);
    assert.deepEqual(
      [error.code, error.argument],
      ['INVALID_ARGUMENT', 'model'],
    );
  });

  it('is told apart from every other value', () => {
    const others = [
      ...[undefined, null, 'x', {}, { code: 'INVALID_ARGUMENT' }],
      ...[new TypeError('x'), Object.assign(new Error(), { code: 'ENOENT' })],
    ];

    for (const value of others) {
      assert.equal(value instanceof InvalidArgumentError, false);
      assert.equal(isClientError(value), false);
    }
    assert.ok(isClientError(new InvalidArgumentError('x', 'y')));
    assert.ok(isClientError(new lib.ClosedError('x')));
  });
});

describe('the names of the channels', () => {
  it('are those that are published', () => {
    assert.deepEqual(lib.channels, {
      call: 'baseten-performance-client:call',
      request: 'baseten-performance-client:request',
    });
    assert.ok(Object.isFrozen(lib.channels));
  });
});
