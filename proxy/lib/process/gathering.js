'use strict';

/** @typedef {import('node:cluster').Worker} Worker */

/** A worker that is too busy to tell by then is left out. */
const LONGEST_WAIT_MS = 1000;

/** The reports of all workers, collected in the primary for one of them. */
class Gathering {
  #asker;
  #question;
  #onEnd;
  #timer;

  /** @type {Set<number>} ids of workers that have not told */
  #missing = new Set();

  /** @type {unknown[]} */
  #reports = [];

  /**
   * @param {Worker} asker
   * @param {number} question the asker's number for it
   * @param {() => void} onEnd
   */
  constructor(asker, question, onEnd) {
    this.#asker = asker;
    this.#question = question;
    this.#onEnd = onEnd;
    this.#timer = setTimeout(() => this.#end(), LONGEST_WAIT_MS);
  }

  /**
   * @param {Worker[]} workers
   * @param {number} gathering our number for it
   */
  ask(workers, gathering) {
    for (const worker of workers) {
      this.#missing.add(worker.id);
      worker.send({ kind: 'report', gathering });
    }
  }

  /**
   * @param {Worker} worker
   * @param {unknown} report
   */
  add(worker, report) {
    if (!this.#missing.delete(worker.id)) return;
    this.#reports.push(report);
    if (this.#missing.size === 0) this.#end();
  }

  #end() {
    clearTimeout(this.#timer);
    this.#onEnd();
    const reports = this.#reports;
    if (this.#asker.isConnected())
      this.#asker.send({ kind: 'gathered', id: this.#question, reports });
  }
}

module.exports = { Gathering };
