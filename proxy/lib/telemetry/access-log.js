'use strict';

/** @typedef {import('../server/exchange').Exchange} Exchange */
/** @typedef {import('./log').Log} Log */
/** @typedef {import('../base/refusal').Refusal} Refusal */

const MESSAGE = 'request';

/** @param {number} seconds */
function microseconds(seconds) {
  return Math.round(seconds * 1e6) / 1e6;
}

/**
 * The line of a request that is over. It holds no query, no header and no
 * body, where secrets could be. A failure of ours or of the upstream's is a
 * warning.
 * @param {Log} log
 * @param {Exchange} exchange
 */
function logExchange(log, exchange) {
  const { facts, status } = exchange;
  const fields = {
    request_id: exchange.id,
    method: exchange.method,
    path: exchange.path,
    route: exchange.route,
    status,
    caller: exchange.caller,
    inputs: facts.inputs,
    batches: facts.batches,
    retries: facts.retries,
    hedges: facts.hedges,
    upstream_status: facts.upstreamStatus,
    bytes_in: facts.bytesIn,
    bytes_out: facts.bytesOut,
    seconds: microseconds((performance.now() - exchange.startedAt) / 1000),
    upstream_seconds: microseconds(facts.upstreamSeconds),
    code: facts.code,
  };
  if (status >= 500) log.warn(MESSAGE, fields);
  else log.info(MESSAGE, fields);
}

/**
 * The line of what never became a request.
 * @param {Log} log
 * @param {Refusal} refusal
 * @param {string} requestId
 * @param {string | undefined} caller
 */
function logUnread(log, { status, code }, requestId, caller) {
  log.info(MESSAGE, { request_id: requestId, status, caller, code });
}

module.exports = { logExchange, logUnread };
