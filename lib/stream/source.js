'use strict';

const { wrongType } = require('../base/check');

/**
 * @param {any} value
 * @param {symbol} method
 * @returns {boolean}
 */
function has(value, method) {
  return typeof value === 'object' || typeof value === 'function'
    ? typeof value?.[method] === 'function'
    : false;
}

/**
 * What a stream reads: any iterable, opened at the first read. A string would
 * be one of characters, which nobody means.
 */
class StreamSource {
  #iterable;
  #isAsync;
  #isReading = false;
  #isOver = false;

  /** @type {Iterator<unknown> | AsyncIterator<unknown> | undefined} */
  #iterator;

  /**
   * @param {unknown} value
   * @param {string} content what it holds, for the message
   */
  constructor(value, content) {
    this.#isAsync = has(value, Symbol.asyncIterator);
    if (!this.#isAsync && !has(value, Symbol.iterator))
      throw wrongType(
        'source',
        `an iterable or async iterable of ${content}`,
        value,
      );
    this.#iterable = /** @type {any} */ (value);
  }

  /** Has it ended, or was it closed? */
  get isOver() {
    return this.#isOver;
  }

  /**
   * The next item, and undefined at the end. Only an asynchronous source gives
   * a promise: millions of items shall not cost a promise each.
   * @returns {{ value: unknown } | undefined
   *   | Promise<{ value: unknown } | undefined>}
   */
  read() {
    return this.#isAsync ? this.#readLater() : this.#readNow();
  }

  /**
   * Ends it early and lets it clean up. A read that is still under way is not
   * waited for, since it may never end.
   */
  async close() {
    // Later, as the source itself may be what ended the stream, and no
    // generator can be closed while it runs.
    await undefined;
    if (this.#isOver) return;
    this.#isOver = true;
    const closing = this.#iterator?.return?.();
    if (this.#isReading) Promise.resolve(closing).catch(() => {});
    else await closing;
  }

  #open() {
    const method = this.#isAsync ? Symbol.asyncIterator : Symbol.iterator;
    return (this.#iterator ??= this.#iterable[method]());
  }

  #readNow() {
    try {
      return this.#take(this.#open().next());
    } catch (error) {
      this.#isOver = true;
      throw error;
    }
  }

  async #readLater() {
    this.#isReading = true;
    try {
      return this.#take(await this.#open().next());
    } catch (error) {
      this.#isOver = true;
      throw error;
    } finally {
      this.#isReading = false;
    }
  }

  /** @param {IteratorResult<unknown>} step */
  #take({ done, value }) {
    if (!done) return { value };
    this.#isOver = true;
    return undefined;
  }
}

module.exports = { StreamSource };
