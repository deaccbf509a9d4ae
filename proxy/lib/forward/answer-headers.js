'use strict';

const { parseHead } = require('baseten-performance-client/internal');
const { endToEnd } = require('../base/header-names');

/** @typedef {import('node:http').IncomingHttpHeaders} IncomingHttpHeaders */
/** @typedef {Record<string, string | string[]>} AnswerHeaders */

/** What an upstream says about limits, times and itself, not about a body. */
const TELLING =
  /^(?:x-baseten-|x-ratelimit-|ratelimit|retry-after|openai-|www-authenticate:)/im;

/** The proxy answers these in its own name. */
const OWN = new Set([
  'x-baseten-customer-request-id',
  'x-baseten-request-preferences',
]);

/**
 * What of an upstream's raw head is passed on with an answer that the proxy
 * composes.
 * @param {string} head
 * @returns {AnswerHeaders}
 */
function tellingHeaders(head) {
  /** @type {AnswerHeaders} */
  const headers = {};
  if (!TELLING.test(head)) return headers;
  for (const [name, value] of Object.entries(parseHead(head)))
    if (TELLING.test(`${name}:`) && !OWN.has(name)) headers[name] = value;
  return headers;
}

/**
 * The headers of an answer that is passed through as it is.
 * @param {IncomingHttpHeaders} upstream
 * @returns {AnswerHeaders}
 */
function passedAnswerHeaders(upstream) {
  const headers = endToEnd(upstream);
  if (/^text\/event-stream\b/i.test(upstream['content-type'] ?? ''))
    headers['x-accel-buffering'] = 'no';
  return headers;
}

module.exports = { passedAnswerHeaders, tellingHeaders };
