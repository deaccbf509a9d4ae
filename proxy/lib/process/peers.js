'use strict';

/*
 * How whichever worker is asked tells for all of them: it asks the primary
 * (gather), which asks every worker (report) and hands it what they said
 * (gathered).
 */

const { mergeMetrics } = require('../telemetry/metrics');

/** @typedef {import('node:cluster').Worker} Worker */
/** @typedef {import('../telemetry/metrics').Metrics} Metrics */
/** @typedef {import('../telemetry/snapshots').Snapshot} Snapshot */

/**
 * What one worker has to tell.
 * @typedef {object} Report
 * @property {Awaited<ReturnType<Metrics['json']>>} metrics
 * @property {Snapshot} snapshot
 */

/**
 * A question of one worker that is being put to all.
 * @typedef {object} Gathering
 * @property {Worker} asker
 * @property {number} id the asker's number for its question
 * @property {Set<number>} missing ids of workers that have not told
 * @property {Report[]} reports
 * @property {NodeJS.Timeout} timer
 */

/** A worker that is too busy to tell by then is left out. */
const LONGEST_WAIT_MS = 1000;

/** In a worker: what all workers have to tell. */
class Peers {
  #metrics;
  #questions = 0;

  /** @type {Map<number, (reports: Report[]) => void>} */
  #waiting = new Map();

  /** @param {Metrics} metrics of this worker */
  constructor(metrics) {
    this.#metrics = metrics;
    process.on('message', (message) => this.#onMessage(message));
  }

  /** @returns {Promise<string>} */
  async text() {
    const reports = await this.#gather();
    return mergeMetrics(reports.map(({ metrics }) => metrics));
  }

  /** @returns {Promise<Snapshot[]>} */
  async snapshots() {
    const reports = await this.#gather();
    return reports.map(({ snapshot }) => snapshot);
  }

  /** @returns {Promise<Report[]>} */
  #gather() {
    const id = this.#questions++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      process.send?.({ kind: 'gather', id });
    });
  }

  /** @param {any} message */
  async #onMessage(message) {
    if (message.kind === 'gathered') {
      this.#waiting.get(message.id)?.(message.reports);
      this.#waiting.delete(message.id);
    } else if (message.kind === 'report') {
      const metrics = await this.#metrics.json();
      const report = { metrics, snapshot: this.#metrics.snapshot() };
      process.send?.({ kind: 'report', gathering: message.gathering, report });
    }
  }
}

/** In the primary: collects the reports of all workers for one of them. */
class Reporter {
  #count = 0;

  /** @type {Map<number, Gathering>} */
  #open = new Map();

  /**
   * @param {Worker} asker
   * @param {number} id the asker's number for its question
   * @param {Worker[]} workers all that are connected
   */
  gather(asker, id, workers) {
    const number = this.#count++;
    const missing = new Set(workers.map((worker) => worker.id));
    const timer = setTimeout(() => this.#end(number), LONGEST_WAIT_MS);
    this.#open.set(number, { asker, id, missing, reports: [], timer });
    for (const worker of workers)
      worker.send({ kind: 'report', gathering: number });
  }

  /**
   * @param {Worker} worker
   * @param {{ gathering: number, report: Report }} message
   */
  add(worker, { gathering: number, report }) {
    const gathering = this.#open.get(number);
    if (!gathering?.missing.delete(worker.id)) return;
    gathering.reports.push(report);
    if (gathering.missing.size === 0) this.#end(number);
  }

  /** @param {number} number */
  #end(number) {
    const gathering = this.#open.get(number);
    if (!gathering) return;
    const { asker, id, reports, timer } = gathering;
    clearTimeout(timer);
    this.#open.delete(number);
    if (asker.isConnected()) asker.send({ kind: 'gathered', id, reports });
  }
}

module.exports = { Peers, Reporter };
