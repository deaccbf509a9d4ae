'use strict';

const fs = require('node:fs');

const { PerformanceClient } = require('baseten-performance-client');

const { JobError } = require('../base/errors');
const { beginManifest } = require('../parts/manifest');
const { placesOf, totalsOf } = require('../parts/merge');
const { PartStore } = require('../parts/store');
const { marksOf } = require('../read/inputs');
const calls = require('../send/calls');
const { Sender } = require('../send/sender');
const { Threads } = require('../threads/threads');
const { Meter } = require('./meter');
const { remoteTermsOf } = require('./remote-parts');
const { termsOf } = require('./terms');

/** @typedef {import('../parts/store').StoredPart} StoredPart */
/** @typedef {import('./terms').Job} Job */

/**
 * How a shard is carried out; nothing here changes a result.
 * @typedef {object} RunSettings
 * @property {string | false} [apiKey]
 * @property {string} [outputKey] of the server that takes the rows
 * @property {object} clientOptions of PerformanceClient
 * @property {any} preferences of each call
 * @property {number} outageS
 * @property {number} maxFailures
 * @property {boolean} isRetry only rows that failed are sent again
 * @property {number} [perMinute] requests that may begin
 * @property {boolean} [mayYield] a server that is busy for long ends it with a
 * BusyError
 * @property {boolean} [isWhole] what it writes is all that is merged into one
 * file
 * @property {(meter: Meter) => void} [onStart]
 */

/** @typedef {{ index: number, count: number }} Shard */

/**
 * What came of a run.
 * @typedef {object} ShardEnd
 * @property {import('./meter').Figures} [figures] missing where there was
 * nothing to do
 * @property {boolean} isComplete
 * @property {import('../parts/merge').Totals} totals of the whole shard
 * @property {string} [grown] the file that all parts have become already
 */

/** How long a server may refuse with 429 before the queue is held back. */
const BUSY_S = 5;

/**
 * Rows whose inputs are requests of their own go one by one.
 * @param {Job} job
 */
function isSingle({ command, query }) {
  return command === 'run' || (command === 'rerank' && query === undefined);
}

/**
 * @param {Job} job
 * @param {PerformanceClient} client
 */
function sendOf(job, client) {
  const { model, dimensions, encodingFormat, query, rawScores, truncate } = job;
  const scores = { model, rawScores, truncate };
  switch (job.command) {
    case 'embed':
      return calls.embedding(client, {
        model: /** @type {string} */ (model),
        dimensions,
        encodingFormat,
      });
    case 'classify':
      return calls.classifying(client, scores);
    case 'rerank':
      return query === undefined
        ? calls.reranking(client, scores)
        : calls.scoring(client, { ...scores, query });
    case 'run':
      return calls.posting(client);
  }
}

/**
 * What is left to do of a shard.
 * @param {readonly StoredPart[]} parts that are finished
 * @param {boolean} isRetry
 * @returns {{ tasks: import('../threads/reader-worker').ReadTask[], olds: StoredPart[] }}
 */
function tasksOf(parts, isRetry) {
  const last = parts.at(-1);
  if (!isRetry) {
    if (last?.cursor === null) return { tasks: [], olds: [] };
    const cursor = last?.cursor;
    return { tasks: [{ part: parts.length, cursor }], olds: [] };
  }
  const olds = parts.filter(({ failed }) => failed.length > 0);
  const tasks = olds.map(({ part, failed }) => ({
    part,
    cursor: parts[part - 1]?.cursor ?? undefined,
    wanted: failed,
  }));
  return { tasks, olds };
}

/**
 * Carries out a shard, from where it stands to its end.
 */
class ShardRun {
  #job;
  #shard;
  #settings;
  #places;

  /** @type {Threads | undefined} */
  #threads;

  /** @type {Sender | undefined} */
  #sender;

  #isEnding = false;

  /**
   * @param {Job} job
   * @param {Shard} shard
   * @param {RunSettings} settings
   */
  constructor(job, shard, settings) {
    this.#job = job;
    this.#shard = shard;
    this.#settings = settings;
    this.#places = placesOf(job.output, job.isFolder, job.errors);
  }

  /** Ends after the parts that are open. */
  end() {
    this.#isEnding = true;
    this.#threads?.endWithPart();
  }

  /** Ends now; what is open is lost. @param {Error} error */
  stop(error) {
    this.#sender?.stop(error);
  }

  /**
   * @returns {Promise<ShardEnd>}
   */
  async run() {
    const job = this.#job;
    const isPiped = job.output === '-';
    const store = new PartStore(this.#places.state, this.#shard);
    if (!isPiped) {
      const terms = termsOf(job, marksOf(job.inputs));
      beginManifest(this.#places.state, terms, job.baseUrl);
      store.prepare();
    }
    const parts = isPiped ? [] : store.parts();
    const { tasks, olds } = tasksOf(parts, this.#settings.isRetry);
    const mayGrow = this.#settings.isWhole && !isPiped && parts.length === 0;
    const grown = mayGrow ? store.temporaryFile() : undefined;
    let isComplete = false;
    try {
      const figures =
        tasks.length > 0
          ? await this.#carryOut(tasks, olds, parts, grown)
          : undefined;
      const all = isPiped ? [] : store.parts();
      isComplete = isPiped || all.at(-1)?.cursor === null;
      return { figures, isComplete, totals: totalsOf(all), grown };
    } finally {
      if (grown && !isComplete) fs.rmSync(grown, { force: true });
    }
  }

  async #carryOut(tasks, olds, parts, grown) {
    const { apiKey, clientOptions, preferences } = this.#settings;
    const client = new PerformanceClient(this.#job.baseUrl, {
      ...clientOptions,
      apiKey,
      maxInFlight: preferences.maxConcurrentRequests,
    });
    const sender = this.#makeSender(client);
    const meter = new Meter(() => client.stats(), sender);
    this.#sender = sender;
    const threads = this.#startThreads(tasks, olds, parts, grown, (record) =>
      meter.addPart(record),
    );
    this.#threads = threads;
    this.#take = async (results) => {
      meter.addResults(results);
      await threads.write(results);
    };
    this.#settings.onStart?.(meter);
    try {
      if (this.#isEnding) threads.endWithPart();
      for (;;) {
        const block = await threads.next();
        if (!block) break;
        await sender.sendAll(block.inputs);
        meter.share = block.progress;
      }
      await sender.finish();
      await threads.finish();
      return meter.figures();
    } catch (error) {
      sender.stop(error);
      throw error;
    } finally {
      this.#threads = undefined;
      await threads.end();
      await client.destroy();
    }
  }

  /** @type {(results: import('../parts/part-builder').Results) => Promise<void>} */
  #take = async () => {};

  /** @param {PerformanceClient} client */
  #makeSender(client) {
    const { preferences, outageS, maxFailures, perMinute, mayYield } =
      this.#settings;
    return new Sender({
      send: sendOf(this.#job, client),
      batchSize: this.#batchSize,
      width: preferences.maxConcurrentRequests,
      options: preferences,
      outageS,
      busyS: mayYield ? BUSY_S : undefined,
      perMinute,
      isRetry: this.#settings.isRetry,
      maxFailures,
      take: (results) => this.#take(results),
    });
  }

  get #batchSize() {
    return isSingle(this.#job) ? 1 : this.#settings.preferences.batchSize;
  }

  get #sinkKind() {
    const { remote, output } = this.#job;
    if (remote) return 'remote';
    return output === '-' ? 'stdout' : 'folder';
  }

  #startThreads(tasks, olds, parts, grown, onPart) {
    const { inputs, fields, format, partRows, command } = this.#job;
    const shard = this.#shard;
    const remote = remoteTermsOf(this.#job, this.#settings);
    const limits = { partRows, batchSize: this.#batchSize };
    const dimensions = parts.find(({ written }) => written > 0)?.dimensions;
    /** @type {import('../parts/writer').WriteTerms} */
    const terms = {
      format,
      idName: fields.id,
      columns: fields.columns,
      partRows,
      dimensions: dimensions ?? 0,
      files: inputs.map(({ path }) => path),
      errors: command === 'run' ? 'requests' : 'rows',
    };
    return new Threads(
      { inputs: [...inputs], shard, fields, limits, tasks },
      {
        terms,
        sink: {
          kind: this.#sinkKind,
          remote,
          folder: this.#places.state,
          shard,
          growth: grown && {
            file: grown,
            format,
            names: { columns: fields.columns, idName: fields.id },
          },
          errors: this.#job.errors,
        },
        olds,
      },
      (record, isFirst) => {
        if (!isFirst && !this.#settings.isRetry) this.#yieldTo(record);
        onPart(record);
      },
    );
  }

  /** Another run of this shard finishes parts as well: it may go on alone. */
  #yieldTo({ part }) {
    this.stop(
      new JobError(
        `part ${part} of shard ${this.#shard.index} was finished by another run, which is left to go on`,
      ),
    );
  }
}

module.exports = { ShardRun };
