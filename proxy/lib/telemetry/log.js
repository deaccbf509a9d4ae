'use strict';

const { LOG_LEVELS } = require('baseten-performance-client/internal');

/** @typedef {import('../base/errors').Refusal} Refusal */
/** @typedef {import('../server/exchange').Exchange} Exchange */
/** @typedef {Record<string, unknown>} LogFields */
/** @typedef {(message: string, fields?: LogFields) => void} WriteLine */

const [, ERROR, WARN, INFO] = LOG_LEVELS;

const MESSAGE = 'request';

/** @param {string} text */
function writeToStdout(text) {
  process.stdout.write(text);
}

/**
 * One JSON object a line. Lines are gathered and written once per turn of the
 * event loop, since a write costs more than a line.
 */
class Log {
  #level;
  #write;

  /** @type {string[]} */
  #lines = [];

  /**
   * @param {string} level
   * @param {(text: string) => void} [write]
   */
  constructor(level, write = writeToStdout) {
    this.#level = LOG_LEVELS.indexOf(level);
    this.#write = write;
  }

  /** @type {WriteLine} */
  error = (message, fields) => this.#add(ERROR, message, fields);

  /** @type {WriteLine} */
  warn = (message, fields) => this.#add(WARN, message, fields);

  /** @type {WriteLine} */
  info = (message, fields) => this.#add(INFO, message, fields);

  /** Writes what is gathered, for instance because the process ends. */
  flush = () => {
    if (this.#lines.length === 0) return;
    const text = this.#lines.join('');
    this.#lines = [];
    this.#write(text);
  };

  /**
   * @param {string} level
   * @param {string} msg
   * @param {LogFields} [fields]
   */
  #add(level, msg, fields) {
    if (LOG_LEVELS.indexOf(level) > this.#level) return;
    const time = new Date().toISOString();
    if (this.#lines.length === 0) setImmediate(this.flush);
    this.#lines.push(`${JSON.stringify({ time, level, msg, ...fields })}\n`);
  }
}

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

module.exports = { Log, logExchange, logUnread };
