'use strict';

const WIDTH = 30;
const CLEAR_LINE = '\r\x1b[2K';

/** One line that moves on a terminal; elsewhere it writes nothing. */
class ProgressBar {
  #stream;
  #total;
  #done = 0;

  /**
   * @param {number} total
   * @param {import('node:tty').WriteStream} [stream]
   */
  constructor(total, stream = process.stderr) {
    this.#total = total;
    this.#stream = stream;
  }

  /**
   * @param {string} label of what goes on now
   * @param {number} count of what was done since the last call
   */
  advance(label, count) {
    this.#done += count;
    if (!this.#stream.isTTY) return;
    const filled = Math.round((WIDTH * this.#done) / this.#total);
    const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
    const percent = Math.floor((100 * this.#done) / this.#total);
    this.#stream.write(`${CLEAR_LINE}${label.padEnd(10)} ${bar} ${percent} %`);
  }

  end() {
    if (this.#stream.isTTY) this.#stream.write(CLEAR_LINE);
  }
}

module.exports = { ProgressBar };
