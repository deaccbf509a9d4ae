'use strict';

const fs = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');
const { promisify } = require('node:util');

const { LOG_LEVELS } = require('baseten-performance-client/internal');

/** @typedef {import('../base/errors').Refusal} Refusal */
/** @typedef {import('../server/exchange').Exchange} Exchange */
/** @typedef {Record<string, unknown>} LogFields */
/** @typedef {(message: string, fields?: LogFields) => void} WriteLine */

/**
 * Settles when the text is written; not told, it is written at once.
 * @typedef {(text: string) => Promise<void> | void} Write
 */

const [, ERROR, WARN, INFO] = LOG_LEVELS;

const MESSAGE = 'request';

/** How long lines are gathered: a write costs as much as many lines. */
const GATHERED_MS = 10;

/** Characters that may wait to be written: some ten thousand lines. */
const MOST_WAITING = 4 * 1024 * 1024;

/** How long the end of the process waits for who reads the log. */
const LONGEST_END_MS = 1000;

const STDOUT = 1;

const writeAsync = promisify(fs.write);

/** @param {string} text */
async function writeToFile(text) {
  const bytes = Buffer.from(text);
  let at = 0;
  while (at < bytes.length)
    at += (await writeAsync(STDOUT, bytes, at)).bytesWritten;
}

/**
 * Writes to stdout without waiting for its reader. Node's own stream does so
 * for pipes, but not for files and terminals.
 * @returns {Write}
 */
function openStdout() {
  const stats = fs.fstatSync(STDOUT);
  if (!stats.isFIFO() && !stats.isSocket()) return writeToFile;
  const { stdout } = process;
  stdout.on('error', () => {}); // each write is told
  return (text) =>
    new Promise((resolve, reject) =>
      stdout.write(text, (error) => (error ? reject(error) : resolve())),
    );
}

/**
 * One JSON object a line. Lines are gathered for a moment and written together.
 * While a write is under way they wait, up to a bound: a reader that stalls
 * costs lines, which are counted, and neither time nor memory.
 */
class Log {
  #level;
  #write;

  /** @type {string[]} */
  #lines = [];

  /** Characters of those lines. */
  #waiting = 0;

  /** Lines that were not written since the last that was. */
  #lost = 0;

  #isWriting = false;

  /** @type {Promise<void>} */
  #written = Promise.resolve();

  /**
   * @param {string} level
   * @param {Write} [write]
   */
  constructor(level, write = openStdout()) {
    this.#level = LOG_LEVELS.indexOf(level);
    this.#write = write;
  }

  /** @type {WriteLine} */
  error = (message, fields) => this.#add(ERROR, message, fields);

  /** @type {WriteLine} */
  warn = (message, fields) => this.#add(WARN, message, fields);

  /** @type {WriteLine} */
  info = (message, fields) => this.#add(INFO, message, fields);

  /**
   * Writes what is left because the process ends; what nobody takes within a
   * second is lost.
   * @returns {Promise<void>}
   */
  async end() {
    this.flush();
    const patience = new AbortController();
    const { signal } = patience;
    await Promise.race([
      this.#written,
      sleep(LONGEST_END_MS, undefined, { signal }).catch(() => {}),
    ]);
    patience.abort();
  }

  /**
   * @param {string} level
   * @param {string} msg
   * @param {LogFields} [fields]
   */
  #add(level, msg, fields) {
    if (LOG_LEVELS.indexOf(level) > this.#level) return;
    const line = describe(level, msg, fields);
    if (this.#waiting + line.length > MOST_WAITING) {
      this.#lost += 1;
      return;
    }
    if (this.#lines.length === 0) setTimeout(this.flush, GATHERED_MS);
    this.#lines.push(line);
    this.#waiting += line.length;
  }

  /** Begins to write what is gathered, unless a write is under way. */
  flush = () => {
    if (!this.#isWriting) this.#written = this.#writeAll();
  };

  async #writeAll() {
    this.#isWriting = true;
    while (this.#lines.length > 0) {
      const count = this.#lost + this.#lines.length;
      try {
        await this.#write(this.#take());
      } catch {
        this.#lost += count; // told with the next line that can be written
      }
    }
    this.#isWriting = false;
  }

  /** @returns {string} what waits, and how many lines did not find room */
  #take() {
    const fields = { lines: this.#lost };
    const note = describe(WARN, 'lines of the log were lost', fields);
    const text = this.#lines.join('') + (this.#lost > 0 ? note : '');
    this.#lines = [];
    this.#waiting = 0;
    this.#lost = 0;
    return text;
  }
}

/** The last millisecond that was written, and how. */
const last = { ms: 0, text: '' };

/** @param {number} ms since 1970 */
function timeOf(ms) {
  if (ms !== last.ms) {
    last.ms = ms;
    last.text = new Date(ms).toISOString();
  }
  return last.text;
}

/**
 * @param {string} level
 * @param {string} msg
 * @param {LogFields} [fields]
 */
function describe(level, msg, fields) {
  const head = `{"time":"${timeOf(Date.now())}","level":"${level}","msg":${JSON.stringify(msg)}`;
  // An object of one shape is written faster than one that was put together.
  const rest = fields ? JSON.stringify(fields).slice(1) : '}';
  return rest === '}' ? `${head}}\n` : `${head},${rest}\n`;
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
