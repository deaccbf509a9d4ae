'use strict';

const { LOG_LEVELS } = require('baseten-performance-client/internal');

/** @typedef {Record<string, unknown>} LogFields */

const [, ERROR, WARN, INFO, DEBUG] = LOG_LEVELS;

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

  /**
   * @param {string} message
   * @param {LogFields} [fields]
   */
  error(message, fields) {
    this.#add(ERROR, message, fields);
  }

  /**
   * @param {string} message
   * @param {LogFields} [fields]
   */
  warn(message, fields) {
    this.#add(WARN, message, fields);
  }

  /**
   * @param {string} message
   * @param {LogFields} [fields]
   */
  info(message, fields) {
    this.#add(INFO, message, fields);
  }

  /**
   * @param {string} message
   * @param {LogFields} [fields]
   */
  debug(message, fields) {
    this.#add(DEBUG, message, fields);
  }

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

module.exports = { Log };
