'use strict';

const { once } = require('node:events');
const path = require('node:path');
const { Worker } = require('node:worker_threads');

const { ConfigError } = require('../base/errors');
const { Refusal } = require('../base/errors');

/** @typedef {import('../start/values').TokenizerSetting} TokenizerSetting */

/**
 * @typedef {object} Task
 * @property {(body: Buffer) => void} resolve
 * @property {(refusal: Refusal) => void} reject
 */

const PROGRAM = path.join(__dirname, 'tokenizer-worker.js');

/** @param {string} message */
function unavailable(message) {
  return new Refusal(503, 'TOKENIZER_UNAVAILABLE', message);
}

/** The tokenizers of a proxy, in a thread of their own. */
class Tokenizers {
  #settings;
  #isClosed = false;
  #count = 0;

  /** @type {Map<number, Task>} */
  #tasks = new Map();

  /** @type {Promise<Worker> | undefined} */
  #worker;

  /**
   * Loads them; one that cannot be used stops the start with a ConfigError.
   * @param {readonly TokenizerSetting[]} settings
   * @returns {Promise<Tokenizers>}
   */
  static async start(settings) {
    const tokenizers = new Tokenizers(settings);
    try {
      if (settings.length > 0) await tokenizers.#running();
    } catch (error) {
      throw new ConfigError(error.message, { cause: error });
    }
    return tokenizers;
  }

  /** @param {readonly TokenizerSetting[]} settings */
  constructor(settings) {
    this.#settings = settings;
  }

  /**
   * The body of an embeddings request with texts in place of its token ids.
   * @param {Buffer} body
   * @param {string | undefined} model for a body that names none
   * @returns {Promise<Buffer>}
   */
  async decode(body, model) {
    if (this.#settings.length === 0)
      throw unavailable(
        'the inputs are token ids, and the proxy was started without --tokenizer',
      );
    const worker = await this.#running().catch(() => {
      throw unavailable('the tokenizers cannot be started');
    });
    const id = this.#count++;
    const bytes = Uint8Array.from(body);
    return await new Promise((resolve, reject) => {
      this.#tasks.set(id, { resolve, reject });
      worker.ref(); // an idle worker holds up nobody's end
      worker.postMessage({ id, bytes, model }, [bytes.buffer]);
    });
  }

  async close() {
    this.#isClosed = true;
    await (await this.#worker?.catch(() => undefined))?.terminate();
  }

  /** The thread, started anew when the last one has come to an end. */
  #running() {
    if (this.#isClosed) throw unavailable('the proxy is shutting down');
    this.#worker ??= this.#start();
    return this.#worker;
  }

  /** @returns {Promise<Worker>} */
  async #start() {
    const worker = new Worker(PROGRAM, { workerData: this.#settings });
    worker.on('exit', () => this.#onExit());
    await once(worker, 'message');
    worker.on('error', () => {}); // its exit tells the same
    worker.on('message', (answer) => {
      this.#onAnswer(answer);
      if (this.#tasks.size === 0) worker.unref();
    });
    worker.unref();
    return worker;
  }

  /**
   * @param {{ id: number, bytes?: Uint8Array,
   *   refusal?: { status: number, code: string, message: string } }} answer
   */
  #onAnswer({ id, bytes, refusal }) {
    const task = this.#tasks.get(id);
    this.#tasks.delete(id);
    if (bytes) task?.resolve(Buffer.from(bytes.buffer));
    else if (refusal)
      task?.reject(new Refusal(refusal.status, refusal.code, refusal.message));
  }

  #onExit() {
    this.#worker = undefined;
    const refusal = unavailable('the tokenizers came to an unexpected end');
    for (const { reject } of this.#tasks.values()) reject(refusal);
    this.#tasks.clear();
  }
}

module.exports = { Tokenizers };
