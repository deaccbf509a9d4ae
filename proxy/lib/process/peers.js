'use strict';

/*
 * How whichever worker is asked tells for all of them: it asks the primary
 * (gather), which asks every other worker (report) and hands it what they said
 * (gathered). The primary keeps the last report of each worker and the counts
 * of those that have ended, so that no counter ever goes backwards.
 */

const { countersOf, mergeMetrics } = require('../telemetry/metrics');
const { pastOf } = require('../telemetry/snapshots');

/** @typedef {import('node:cluster').Worker} Worker */
/** @typedef {import('../telemetry/metrics').Metrics} Metrics */
/** @typedef {import('../telemetry/metrics').MetricList} MetricList */
/** @typedef {import('../telemetry/snapshots').Snapshot} Snapshot */

/**
 * What one worker has to tell.
 * @typedef {object} Report
 * @property {MetricList} metrics
 * @property {Snapshot} snapshot
 */

/**
 * A question of one worker that is being put to all others.
 * @typedef {object} Gathering
 * @property {Worker} asker
 * @property {number} id the asker's number for its question
 * @property {Set<number>} missing ids of workers that have not told
 * @property {NodeJS.Timeout} timer
 */

/** For a worker that is too busy to tell by then, its last report stands. */
const LONGEST_WAIT_MS = 1000;

/** The same for the primary, which itself waits that long. */
const LONGEST_GATHERING_MS = 2 * LONGEST_WAIT_MS;

/** In a worker: what all workers have to tell. */
class Peers {
  #metrics;
  #questions = 0;

  /** @type {Map<number, (others: Report[]) => void>} */
  #waiting = new Map();

  /** What the primary handed out last. */
  #others = /** @type {Report[]} */ ([]);

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

  /** @returns {Promise<Snapshot[]>} that of this worker first */
  async snapshots() {
    const reports = await this.#gather();
    return reports.map(({ snapshot }) => snapshot);
  }

  /**
   * Leaves the primary the last counts of a worker that ends.
   * @returns {Promise<void>} settles when they are on their way
   */
  async leave() {
    const message = { kind: 'report', report: await this.#report() };
    await new Promise((resolve) => {
      if (process.connected) process.send?.(message, resolve);
      else resolve(undefined);
    });
  }

  /** @returns {Promise<Report[]>} that of this worker first */
  async #gather() {
    const own = await this.#report();
    return [own, ...(await this.#ask(own))];
  }

  /** @returns {Promise<Report>} */
  async #report() {
    const metrics = await this.#metrics.json();
    return { metrics, snapshot: this.#metrics.snapshot() };
  }

  /**
   * @param {Report} report of this worker
   * @returns {Promise<Report[]>} those of the others
   */
  #ask(report) {
    const id = this.#questions++;
    return new Promise((resolve) => {
      const onLate = () => this.#onGathered(id, this.#others);
      const timer = setTimeout(onLate, LONGEST_GATHERING_MS);
      this.#waiting.set(id, (others) => {
        clearTimeout(timer);
        resolve(others);
      });
      process.send?.({ kind: 'gather', id, report });
    });
  }

  /** @param {any} message */
  async #onMessage({ kind, id, gathering, others }) {
    if (kind === 'gathered') this.#onGathered(id, others);
    if (kind !== 'report') return;
    process.send?.({ kind, gathering, report: await this.#report() });
  }

  /**
   * @param {number} id
   * @param {Report[]} others
   */
  #onGathered(id, others) {
    this.#others = others;
    this.#waiting.get(id)?.(others);
    this.#waiting.delete(id);
  }
}

/** In the primary: collects the reports of all workers for one of them. */
class Reporter {
  #count = 0;

  /** @type {Map<number, Gathering>} */
  #open = new Map();

  /** @type {Map<number, Report>} the last one of each worker, by its id */
  #last = new Map();

  /** @type {Report | undefined} what workers had counted that have ended */
  #past;

  /**
   * @param {Worker} asker
   * @param {{ id: number, report: Report }} question with its own report
   * @param {Worker[]} workers all that are connected
   */
  gather(asker, { id, report }, workers) {
    const number = this.#count++;
    const others = workers.filter((worker) => worker !== asker);
    const missing = new Set(others.map((worker) => worker.id));
    const timer = setTimeout(() => this.#end(number), LONGEST_WAIT_MS);
    this.#last.set(asker.id, report);
    this.#open.set(number, { asker, id, missing, timer });
    for (const worker of others)
      worker.send({ kind: 'report', gathering: number });
    this.#endIfComplete(number);
  }

  /**
   * @param {Worker} worker
   * @param {{ gathering?: number, report: Report }} message
   */
  add(worker, { gathering: number = -1, report }) {
    this.#last.set(worker.id, report);
    this.#open.get(number)?.missing.delete(worker.id);
    this.#endIfComplete(number);
  }

  /**
   * Keeps what a worker had counted, which will report no more.
   * @param {Worker} worker one of which every message was read
   */
  bury(worker) {
    const report = this.#last.get(worker.id);
    this.#last.delete(worker.id);
    if (report) {
      const reports = this.#past ? [report, this.#past] : [report];
      this.#past = {
        metrics: countersOf(reports.map(({ metrics }) => metrics)),
        snapshot: pastOf(reports.map(({ snapshot }) => snapshot)),
      };
    }
    for (const [number, { missing }] of this.#open) {
      missing.delete(worker.id);
      this.#endIfComplete(number);
    }
  }

  /** @param {number} number */
  #endIfComplete(number) {
    if (this.#open.get(number)?.missing.size === 0) this.#end(number);
  }

  /** @param {number} number */
  #end(number) {
    const gathering = this.#open.get(number);
    if (!gathering) return;
    const { asker, id, timer } = gathering;
    clearTimeout(timer);
    this.#open.delete(number);
    if (!asker.isConnected()) return;
    const others = [...this.#last]
      .filter(([worker]) => worker !== asker.id)
      .map(([, report]) => report);
    if (this.#past) others.push(this.#past);
    asker.send({ kind: 'gathered', id, others });
  }
}

module.exports = { Peers, Reporter };
