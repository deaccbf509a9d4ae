'use strict';

/**
 * What a client sent.
 * @typedef {object} RecordedRequest
 * @property {string} method
 * @property {string} url path and query
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {string} text of the body
 * @property {any} json the body as a value; undefined when it is not JSON
 */

/** @param {string} text */
function parsedOrNothing(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The latest requests, and who waits for more of them. */
class Recorder {
  /** @type {RecordedRequest[]} the latest, oldest first */
  requests = [];

  /** How many there were. */
  count = 0;

  #most;

  /** @type {Set<{ count: number, resolve: () => void }>} */
  #waiters = new Set();

  /** @param {number} most how many are kept */
  constructor(most) {
    this.#most = most;
  }

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {string} text
   * @returns {{ record: RecordedRequest, n: number }} n counts from 0
   */
  add({ method = '', url = '', headers }, text) {
    const json = parsedOrNothing(text);
    const record = { method, url, headers, text, json };
    this.requests.push(record);
    if (this.requests.length > this.#most) this.requests.shift();
    const n = this.count;
    this.count += 1;
    for (const waiter of this.#waiters)
      if (this.count >= waiter.count) {
        this.#waiters.delete(waiter);
        waiter.resolve();
      }
    return { record, n };
  }

  /**
   * @param {number} count
   * @returns {Promise<void>} settled as soon as there were so many requests
   */
  received(count) {
    if (this.count >= count) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiters.add({ count, resolve });
    });
  }
}

module.exports = { Recorder };
