'use strict';

const { once } = require('node:events');
const path = require('node:path');
const { Worker } = require('node:worker_threads');

const { ConfigError, Refusal } = require('../base/errors');

/** @typedef {import('../start/values').TokenizerSetting} TokenizerSetting */

/**
 * @typedef {object} Task
 * @property {Buffer} body
 * @property {string} [model]
 * @property {AbortSignal} signal aborted when nobody waits for it any more
 * @property {(body: Buffer) => void} resolve
 * @property {(error: Error) => void} reject
 */

/** @typedef {{ status: number, code: string, message: string }} RefusalText */

const PROGRAM = path.join(__dirname, 'tokenizer-worker.js');

/** Beyond the one that is being decoded. */
const MOST_WAITING = 1000;

function abandoned() {
  return new Refusal(499, 'CALLER_LEFT', 'the caller left');
}

function overloaded() {
  const message = 'too many token inputs wait to be decoded, try again later';
  return new Refusal(503, 'OVERLOADED', message, {
    headers: { 'retry-after': 1 },
  });
}

/** @param {string} message */
function unavailable(message) {
  return new Refusal(503, 'TOKENIZER_UNAVAILABLE', message);
}

/**
 * The tokenizers of a proxy, in a thread of their own. It has one body at a
 * time, as a copy; those that wait stay where they are and can be given up.
 */
class Tokenizers {
  #settings;
  #isClosed = false;

  /** @type {Set<Task>} in their order */
  #waiting = new Set();

  /** @type {Task | undefined} what the thread decodes */
  #current;

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
   * @param {Buffer} body not to be changed before the end
   * @param {string | undefined} model for a body that names none
   * @param {AbortSignal} signal of a caller that leaves
   * @returns {Promise<Buffer>}
   */
  async decode(body, model, signal) {
    if (this.#settings.length === 0)
      throw unavailable(
        'the inputs are token ids, and the proxy was started without --tokenizer',
      );
    if (this.#waiting.size >= MOST_WAITING) throw overloaded();
    return await new Promise((resolve, reject) => {
      const task = { body, model, signal, resolve, reject };
      this.#waiting.add(task);
      signal.addEventListener('abort', () => this.#giveUp(task), {
        once: true,
      });
      if (signal.aborted) this.#giveUp(task);
      this.#next();
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
    worker.on('message', (answer) => this.#onAnswer(worker, answer));
    worker.unref(); // an idle worker holds up nobody's end
    return worker;
  }

  /** Hands the thread what has waited longest, unless it is at work. */
  async #next() {
    const [task] = this.#waiting;
    if (this.#current || !task) return;
    this.#current = task;
    this.#waiting.delete(task);
    try {
      const worker = await this.#running();
      const { body, model, signal } = task;
      if (signal.aborted) throw abandoned();
      const bytes = new Uint8Array(body);
      worker.ref();
      worker.postMessage({ bytes, model }, [bytes.buffer]);
    } catch (error) {
      this.#settle(
        task,
        error instanceof Refusal
          ? error
          : unavailable('the tokenizers cannot be started'),
      );
    }
  }

  /**
   * @param {Worker} worker
   * @param {{ bytes?: Uint8Array, refusal?: RefusalText, failure?: string }}
   *   answer
   */
  #onAnswer(worker, { bytes, refusal, failure }) {
    worker.unref();
    const task = this.#current;
    if (bytes) this.#settle(task, Buffer.from(bytes.buffer));
    else if (refusal)
      this.#settle(
        task,
        new Refusal(refusal.status, refusal.code, refusal.message),
      );
    else this.#settle(task, new Error(`a tokenizer failed: ${failure}`));
  }

  /**
   * @param {Task | undefined} task no other than the current one is settled
   * @param {Buffer | Error} result
   */
  #settle(task, result) {
    if (!task || task !== this.#current) return;
    this.#current = undefined;
    if (result instanceof Error) task.reject(result);
    else task.resolve(result);
    this.#next();
  }

  /** @param {Task} task whose caller has left */
  #giveUp(task) {
    if (this.#waiting.delete(task)) task.reject(abandoned());
  }

  #onExit() {
    this.#worker = undefined;
    const refusal = unavailable('the tokenizers came to an unexpected end');
    for (const { reject } of this.#waiting) reject(refusal);
    this.#waiting.clear();
    this.#settle(this.#current, refusal);
  }
}

module.exports = { Tokenizers };
