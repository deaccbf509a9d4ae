'use strict';

/** @typedef {Record<string, string | number | string[]>} AnswerHeaders */

/**
 * @typedef {object} RefusalFacts
 * @property {AnswerHeaders} [headers] of the answer, such as Retry-After
 * @property {number} [upstreamStatus] what the upstream had answered
 * @property {Error} [cause] for the log, never for the caller
 */

/** Why a request gets no answer but an error, told to its caller. */
class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message a sentence that may be shown to the caller
   * @param {RefusalFacts} [facts]
   */
  constructor(status, code, message, { headers, upstreamStatus, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
    this.code = code;
    this.headers = headers;
    this.upstreamStatus = upstreamStatus;
  }
}

/** A setting that stops the start; the message is all there is to say. */
class ConfigError extends Error {}

for (const type of [Refusal, ConfigError])
  Object.defineProperty(type.prototype, 'name', {
    value: type.name,
    writable: true,
    configurable: true,
  });

module.exports = { ConfigError, Refusal };
