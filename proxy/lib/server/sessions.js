'use strict';

/** @typedef {import('node:http2').ServerHttp2Session} ServerHttp2Session */

/** How far a caller may send ahead of us on one connection. */
const SESSION_WINDOW = 4 * 1024 * 1024;

/** The HTTP/2 connections, and how many streams are open on each. */
class Sessions {
  #idleTimeoutMs;

  /** @type {Map<ServerHttp2Session, number>} */
  #streams = new Map();

  /** @param {number} idleTimeoutMs */
  constructor(idleTimeoutMs) {
    this.#idleTimeoutMs = idleTimeoutMs;
  }

  /** @param {ServerHttp2Session} session */
  keep(session) {
    this.#streams.set(session, 0);
    session.setLocalWindowSize(SESSION_WINDOW);
    session.setTimeout(this.#idleTimeoutMs, () => this.#onIdle(session));
    session.on('close', () => this.#streams.delete(session));
    session.on('stream', (stream) => {
      this.#count(session, 1);
      stream.on('close', () => this.#count(session, -1));
    });
  }

  /** Takes no more streams; each connection ends with its last one. */
  close() {
    for (const session of this.#streams.keys()) session.close();
  }

  /**
   * @param {ServerHttp2Session} session
   * @param {1 | -1} change
   */
  #count(session, change) {
    const count = this.#streams.get(session);
    if (count !== undefined) this.#streams.set(session, count + change);
  }

  /** @param {ServerHttp2Session} session nothing happened on it for long */
  #onIdle(session) {
    if (this.#streams.get(session) === 0) session.destroy();
    else session.setTimeout(this.#idleTimeoutMs);
  }
}

module.exports = { Sessions };
