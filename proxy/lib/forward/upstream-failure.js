'use strict';

const { excerpt, redact } = require('baseten-performance-client/internal');
const { Refusal } = require('../base/errors');
const { tellingHeaders } = require('./headers');

/** @typedef {import('baseten-performance-client/internal').Failure} Failure */

/**
 * What a caller is told of a way to fail: a status, and a sentence that names
 * neither hosts nor addresses.
 * @typedef {object} Telling
 * @property {number} status
 * @property {string} sentence
 * @property {'detail' | 'message'} [shown] which of the engine's words go with
 * it; details of connections are for the log
 */

/** @type {Map<string, Telling>} */
const TELLINGS = new Map([
  ['INVALID_BODY', telling(400, 'the request body is not valid', 'detail')],
  ['PARSE_ERROR', telling(502, "the upstream's answer is broken", 'detail')],
  ['RESPONSE_TOO_LARGE', telling(502, "the upstream's answer is too large")],
  [
    'CONNECTION_ERROR',
    telling(502, 'the connection to the upstream failed', 'message'),
  ],
  ['TIMEOUT', telling(504, 'the upstream did not answer in time')],
  ['CLOSED', telling(503, 'the proxy is shutting down')],
  ['CANCELLED', telling(503, 'the proxy gave the request up')],
  ['NO_MEMORY', telling(503, 'the proxy is out of memory')],
  [
    'OVERLOADED',
    telling(503, 'too many large answers are in progress, try again later'),
  ],
]);

const UNKNOWN = telling(502, 'the upstream request failed');

/** For those who are asked to come back, in seconds. */
const RETRY_AFTER = { 'retry-after': '1' };

/**
 * @param {number} status
 * @param {string} sentence
 * @param {'detail' | 'message'} [shown]
 * @returns {Telling}
 */
function telling(status, sentence, shown) {
  return { status, sentence, shown };
}

/**
 * @param {string} sentence
 * @param {string} words of the upstream or the engine, '' for none
 */
function withWords(sentence, words) {
  return words ? `${sentence}: ${words}` : sentence;
}

/**
 * An answer of the upstream that is none to the request. Its status passes,
 * unless it is a redirect or no error at all: nobody asked for those.
 * @param {Failure} failure
 * @param {readonly string[]} secrets
 */
function httpRefusal({ code, status, head, body }, secrets) {
  const words = excerpt(redact(body, secrets));
  const message = withWords(`the upstream answered ${status}`, words);
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
function upstreamRefusal(failure, secrets) {
  const { code, detail, status: upstreamStatus } = failure;
  if (code === 'HTTP_ERROR') return httpRefusal(failure, secrets);
  const { status, sentence, shown } = TELLINGS.get(code) ?? UNKNOWN;
  const words = shown ? excerpt(redact(failure[shown], secrets)) : '';
  const isForLog = detail !== '' && shown !== 'detail';
  return new Refusal(status, code, withWords(sentence, words), {
    headers: status === 503 ? RETRY_AFTER : undefined,
    upstreamStatus: upstreamStatus > 0 ? upstreamStatus : undefined,
    cause: isForLog ? new Error(redact(detail, secrets)) : undefined,
  });
}

/**
 * What the caller is told where the engine takes no call, or has no memory for
 * its answer; undefined where that is a fault of ours.
 * @param {string} code
 * @param {Error} cause for the log
 * @returns {Refusal | undefined}
 */
function engineRefusal(code, cause) {
  const { status, sentence } = TELLINGS.get(code) ?? UNKNOWN;
  if (status !== 503) return undefined;
  return new Refusal(status, code, sentence, { headers: RETRY_AFTER, cause });
}

module.exports = { engineRefusal, upstreamRefusal };
