'use strict';

/*
 * A worker takes shards from a queue until there is nothing left. What it has
 * finished of a shard stays, whatever becomes of it: the next worker goes on
 * from there.
 */

const { setTimeout: sleep } = require('node:timers/promises');

const {
  BusyError,
  FinalError,
  JobError,
  UsageError,
} = require('../base/errors');
const { restoreParts } = require('../job/remote-parts');
const { ShardRun } = require('../job/shard-run');
const { mergeParts, placesOf } = require('../parts/merge');
const {
  loadBullmq,
  openQueue,
  openWorker,
  unreachable,
} = require('./connection');
const { QueueOutage } = require('./outage');
const { MERGE, readPlan } = require('./submit');

/** @typedef {import('../job/shard-run').RunSettings} RunSettings */
/** @typedef {import('../job/meter').Figures} Figures */

/**
 * @typedef {object} WorkSettings
 * @property {string} url
 * @property {string} name of the queue
 * @property {RunSettings} run preferences are those of the job
 * @property {boolean} stays it waits for further jobs
 * @property {number} lockS how long a shard stays with a worker that is silent
 * @property {(text: string) => void} say
 */

/** BullMQ minds queue.rateLimit() only where a worker has a limit of its own. */
const NO_LIMIT = { max: 1_000_000, duration: 1000 };

/** A shard may be lost with its worker so often. */
const MOST_STALLED = 50;

const PROGRESS_MS = 1000;

/** States in which something is still to come. */
const UNFINISHED = [
  'active',
  'delayed',
  'prioritized',
  'waiting',
  'waiting-children',
];

class ShardWorker {
  #settings;
  #queue;
  #worker;
  #bullmq;
  #outage;

  /** @type {Map<string, ShardRun>} by the id of the queue's job */
  #runs = new Map();

  #isEnding = false;

  /** @type {() => void} */
  #end = () => {};

  /** Settles when it is told to end. */
  #ended = new Promise((resolve) => {
    this.#end = () => resolve(undefined);
  });

  /** @param {WorkSettings} settings */
  constructor(settings) {
    const { url, name, lockS } = settings;
    this.#settings = settings;
    this.#outage = new QueueOutage(settings.say);
    this.#bullmq = loadBullmq(url);
    this.#queue = openQueue(url, name);
    this.#worker = openWorker(url, name, (job) => this.#take(job), {
      concurrency: 1,
      lockDuration: lockS * 1000,
      stalledInterval: lockS * 1000,
      maxStalledCount: MOST_STALLED,
      limiter: NO_LIMIT,
      autorun: false,
    });
    this.#worker.on('lockRenewalFailed', (ids) => {
      for (const id of ids) this.#giveUp(id);
    });
    this.#worker.on('failed', (job, error) =>
      settings.say(`${job?.id ?? 'a shard'} failed: ${error.message}`),
    );
    this.#worker.on('error', (error) => this.#outage.tell(error));
  }

  /** Works until the queue is empty, or until it is told to end. */
  async run() {
    const isReady = await this.#untilReady();
    if (isReady) {
      const running = this.#worker.run();
      running.catch(() => {}); // told by 'error'
    }
    while (!this.#isEnding && (await this.#isAnythingLeft()))
      await this.#pause();
    await this.#worker.close(!isReady);
    await this.#queue.close();
  }

  /** Ends the parts that are open, and takes no further shard. */
  end() {
    this.#isEnding = true;
    for (const run of this.#runs.values()) run.end();
    this.#end();
  }

  /** The lock of a shard is lost. @param {string} id */
  #giveUp(id) {
    const run = this.#runs.get(id);
    if (!run) return;
    const message = `the lock of ${id} is lost, another worker may have it`;
    this.#settings.say(message);
    run.stop(new JobError(message));
  }

  /**
   * Redis is waited for; PostgreSQL must be there.
   * @returns {Promise<boolean>} false: it was told to end meanwhile
   */
  async #untilReady() {
    const ready = this.#queue.waitUntilReady().then(() => true);
    try {
      return await Promise.race([ready, this.#ended.then(() => false)]);
    } catch (error) {
      await this.#worker.close(true);
      await this.#queue.close();
      throw unreachable(error);
    }
  }

  /** Until the next look at the queue, or until it is told to end. */
  async #pause() {
    const controller = new AbortController();
    const pause = sleep(this.#outage.waitMs, undefined, controller);
    await Promise.race([pause.catch(() => {}), this.#ended]);
    controller.abort();
  }

  async #isAnythingLeft() {
    try {
      const counts = await this.#queue.getJobCounts(...UNFINISHED);
      this.#outage.end();
      const isAny = Object.values(counts).some((count) => count > 0);
      return isAny || this.#settings.stays;
    } catch (error) {
      this.#outage.meet(error);
      return true;
    }
  }

  /** @param {any} job of the queue */
  async #take(job) {
    const plan = readPlan(job.data.state);
    const { output, isFolder, errors, shards } = plan.job;
    if (job.name === MERGE)
      return await mergeParts(placesOf(output, isFolder, errors));
    const shard = { index: job.data.index, count: shards };
    await restoreParts(plan.job, shard, job.data.state, this.#settings.run);
    /** @type {() => Promise<void>} */
    let report = async () => {};
    const run = new ShardRun(plan.job, shard, {
      ...this.#settings.run,
      preferences: { ...plan.preferences },
      perMinute: plan.perMinute,
      mayYield: true,
      onStart: (meter) => {
        report = () => job.updateProgress(meter.figures());
      },
    });
    const timer = setInterval(() => {
      report().catch((error) => this.#outage.tell(error));
    }, PROGRESS_MS);
    this.#runs.set(job.id, run);
    try {
      const { isComplete, totals } = await run.run();
      if (!isComplete)
        throw new JobError('ended before the shard was complete');
      return totals;
    } catch (error) {
      throw await this.#toQueue(error);
    } finally {
      clearInterval(timer);
      this.#runs.delete(job.id);
    }
  }

  /**
   * A server that is busy for long holds the whole queue back, and costs the
   * shard no attempt; what no attempt can mend ends it at once.
   * @param {any} error
   */
  async #toQueue(error) {
    if (error instanceof FinalError || error instanceof UsageError)
      return new this.#bullmq.UnrecoverableError(error.message);
    if (!(error instanceof BusyError)) return error;
    await this.#queue.rateLimit(error.waitMs);
    return this.#bullmq.Worker.RateLimitError();
  }
}

module.exports = { ShardWorker };
