'use strict';

const { excerpt } = require('../failure');
const { redact } = require('../redact');
const { tellingHeaders } = require('./answer-headers');
const { Refusal } = require('./refusal');

/** @typedef {import('../binding').Failure} Failure */

/**
 * What a caller is told of each way to fail: a status, and a sentence that
 * names neither hosts nor addresses. Details are for the log.
 * @type {Map<string, { status: number, sentence: string, showsDetail?: boolean }>}
 */
const TELLINGS = new Map([
  [
    'INVALID_BODY',
    {
      status: 400,
      sentence: 'the request body is not valid',
      showsDetail: true,
    },
  ],
  [
    'PARSE_ERROR',
    {
      status: 502,
      sentence: "the upstream's answer is broken",
      showsDetail: true,
    },
  ],
  [
    'RESPONSE_TOO_LARGE',
    { status: 502, sentence: "the upstream's answer is too large" },
  ],
  [
    'CONNECTION_ERROR',
    { status: 502, sentence: 'the connection to the upstream failed' },
  ],
  ['TIMEOUT', { status: 504, sentence: 'the upstream did not answer in time' }],
  ['CLOSED', { status: 503, sentence: 'the proxy is shutting down' }],
  ['CANCELLED', { status: 503, sentence: 'the proxy gave the request up' }],
  [
    'OVERLOADED',
    { status: 503, sentence: 'the proxy has too many requests in progress' },
  ],
  ['NO_MEMORY', { status: 503, sentence: 'the proxy is out of memory' }],
]);

const UNKNOWN = { status: 502, sentence: 'the upstream request failed' };

/** For those who are asked to come back, in seconds. */
const RETRY_AFTER = { 'retry-after': '1' };

/**
 * An answer of the upstream that is none to the request. Its status passes,
 * unless it is a redirect or no error at all: nobody asked for those.
 * @param {Failure} failure
 * @param {readonly string[]} secrets
 * @returns {Refusal}
 */
function httpRefusal({ code, status, head, body }, secrets) {
  const sentence = `the upstream answered ${status}`;
  const words = excerpt(redact(body, secrets));
  const message = words ? `${sentence}: ${words}` : sentence;
  return new Refusal(status >= 400 ? status : 502, code, message, {
    headers: tellingHeaders(redact(head, secrets)),
    upstreamStatus: status,
  });
}

/**
 * What the caller is told of a call that failed.
 * @param {Failure} failure
 * @param {readonly string[]} secrets what no answer may show
 * @returns {Refusal}
 */
function refusalOf(failure, secrets) {
  const { code, detail, status: upstreamStatus } = failure;
  if (code === 'HTTP_ERROR') return httpRefusal(failure, secrets);
  const { status, sentence, showsDetail } = {
    showsDetail: false,
    ...(TELLINGS.get(code) ?? UNKNOWN),
  };
  const words = showsDetail ? excerpt(redact(detail, secrets)) : '';
  return new Refusal(status, code, words ? `${sentence}: ${words}` : sentence, {
    headers: status === 503 ? RETRY_AFTER : undefined,
    upstreamStatus: upstreamStatus > 0 ? upstreamStatus : undefined,
    cause: detail ? new Error(redact(detail, secrets)) : undefined,
  });
}

module.exports = { refusalOf };
