'use strict';

/** What a failed request says about the rows it was for. */

/** @typedef {import('baseten-performance-client').PerformanceClientError} PerformanceClientError */

/** Nothing that is sent can succeed: the key, or the address, is wrong. */
const FATAL_STATUSES = new Set([401, 403]);

/** The server, not the row: it is busy, or away, or broken for now. */
const OUTAGE_STATUSES = new Set([408, 425, 429, 500, 502, 503, 504]);

const OUTAGE_CODES = new Set(['CONNECTION_ERROR', 'TIMEOUT', 'SYSTEM_ERROR']);

const ENDED_CODES = new Set(['CANCELLED', 'CLOSED']);

/**
 * - `ended`: the job itself has ended it.
 * - `fatal`: no row can succeed.
 * - `outage`: the same rows may succeed later.
 * - `rows`: one of the rows is to blame.
 * @param {any} error
 * @returns {'ended' | 'fatal' | 'outage' | 'rows'}
 */
function kindOf({ code, status }) {
  if (ENDED_CODES.has(code)) return 'ended';
  if (code === 'NATIVE_NOT_LOADED' || code === 'INVALID_ARGUMENT')
    return 'fatal';
  if (code === 'HTTP_ERROR') {
    if (FATAL_STATUSES.has(status)) return 'fatal';
    return OUTAGE_STATUSES.has(status) ? 'outage' : 'rows';
  }
  return OUTAGE_CODES.has(code) ? 'outage' : 'rows';
}

/**
 * What is written of a row that failed.
 * @param {any} error
 * @returns {{ code: string, message: string, status?: number }}
 */
function failureOf({ code = 'ERROR', message, status }) {
  return { code, message, ...(status !== undefined && { status }) };
}

module.exports = { failureOf, kindOf };
