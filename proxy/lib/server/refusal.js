'use strict';

/*
 * How a refusal is told to its caller, as JSON: by a sentence under "error", or
 * by an object there, which is what OpenAI's clients show the sentence of.
 */

const { Refusal } = require('../base/errors');

const FORMAT_HEADER = 'x-baseten-error-format';

const FORMATS = ['plain', 'openai'];

/** What OpenAI's API calls a failure of this status. */
const TYPES = new Map([
  [401, 'authentication_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [429, 'rate_limit_error'],
]);

/** @param {number} status */
function typeOf(status) {
  return (
    TYPES.get(status) ??
    (status < 500 ? 'invalid_request_error' : 'server_error')
  );
}

/**
 * Refuses a format that nobody knows.
 * @param {import('node:http').IncomingHttpHeaders} headers
 */
function checkErrorFormat({ [FORMAT_HEADER]: format }) {
  if (format === undefined || FORMATS.includes(String(format))) return;
  throw new Refusal(
    400,
    'INVALID_ERROR_FORMAT',
    `X-Baseten-Error-Format must be one of ${FORMATS.join(', ')}, got ${JSON.stringify(format)}`,
  );
}

/**
 * @param {Refusal} refusal
 * @param {{ path: string | null, method: string | null, id: string }} request
 * @param {string} format
 */
function describeRefusal(refusal, { path, method, id }, format) {
  const { status, message, code, upstreamStatus } = refusal;
  const facts = { request_id: id, upstream_status: upstreamStatus };
  if (format !== 'openai')
    return { error: message, path, method, code, ...facts };
  const error = { message, type: typeOf(status), param: null, code };
  return { error, path, method, ...facts };
}

module.exports = { FORMAT_HEADER, checkErrorFormat, describeRefusal };
