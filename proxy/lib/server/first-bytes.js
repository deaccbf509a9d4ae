'use strict';

/** @typedef {import('node:net').Socket} Socket */

/** How the preface of HTTP/2 begins; no method of HTTP/1.1 does. */
const PREFACE = Buffer.from('PRI');

/**
 * @param {Buffer} bytes at least one
 * @returns {boolean | undefined} undefined when there are too few to tell
 */
function beginsHttp2(bytes) {
  const count = Math.min(bytes.length, PREFACE.length);
  if (bytes.compare(PREFACE, 0, count, 0, count) !== 0) return false;
  return count === PREFACE.length ? true : undefined;
}

/** Waits for what tells the protocol that a connection speaks. */
class FirstBytes {
  #socket;
  #onProtocol;

  /** @type {Buffer | undefined} */
  #seen;

  /**
   * @param {Socket} socket
   * @param {number} timeoutMs
   * @param {(socket: Socket, isHttp2: boolean) => void} onProtocol called once,
   * with the bytes put back; or never, when the connection ends before
   */
  constructor(socket, timeoutMs, onProtocol) {
    this.#socket = socket;
    this.#onProtocol = onProtocol;
    socket.setTimeout(timeoutMs);
    socket.on('timeout', this.#onSilence);
    socket.on('end', this.#onSilence);
    socket.on('readable', this.#onReadable);
  }

  #onSilence = () => this.#socket.destroy();

  #onReadable = () => {
    /** @type {Buffer | null} */
    const bytes = this.#socket.read();
    if (bytes === null) return;
    this.#seen = this.#seen ? Buffer.concat([this.#seen, bytes]) : bytes;
    const isHttp2 = beginsHttp2(this.#seen);
    if (isHttp2 !== undefined) this.#handOver(this.#seen, isHttp2);
  };

  /**
   * @param {Buffer} bytes
   * @param {boolean} isHttp2
   */
  #handOver(bytes, isHttp2) {
    const socket = this.#socket;
    socket.setTimeout(0);
    socket.off('timeout', this.#onSilence);
    socket.off('end', this.#onSilence);
    socket.off('readable', this.#onReadable);
    socket.unshift(bytes);
    this.#onProtocol(socket, isHttp2);
  }
}

module.exports = { FirstBytes };
