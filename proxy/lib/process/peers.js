'use strict';

const { mergeMetrics } = require('../telemetry/metrics');

/** @typedef {import('../telemetry/metrics').Metrics} Metrics */
/** @typedef {import('../telemetry/snapshots').Snapshot} Snapshot */

/**
 * What one worker has to tell.
 * @typedef {object} Report
 * @property {Awaited<ReturnType<Metrics['json']>>} metrics
 * @property {Snapshot} snapshot
 */

/**
 * The workers of one proxy as each of them sees the others: whichever is
 * asked tells for all. The primary process carries the reports.
 */
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

module.exports = { Peers };
