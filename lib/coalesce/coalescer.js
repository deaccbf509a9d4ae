'use strict';

const { Batch } = require('./batch');
const {
  CLASSIFY_NAMES,
  EMBED_NAMES,
  RERANK_NAMES,
  classifyOptions,
  embedOptions,
  readTerms,
} = require('../call/options');
const { NUMBER } = require('../native/contract');
const {
  checkInteger,
  checkNumber,
  checkOptionNames,
  checkString,
  isGiven,
  isPlainObject,
  wrongType,
} = require('../base/check');
const {
  classificationResults,
  embeddingResults,
  rerankResults,
} = require('./results');
const { classifyRequest, rerankRequest } = require('../call/scoring');
const { embedRequest } = require('../call/request');

/** @typedef {import('../call/host').Host} Host */
/** @typedef {import('../call/options').RawOptions} RawOptions */
/** @typedef {import('../call/request').CallRequest} CallRequest */
/** @typedef {import('../preference/preference').Settings} Settings */
/** @typedef {import('./batch').ReadResults} ReadResults */

const OPTION_NAMES = new Set(['maxDelayMs', 'maxBatchSize']);

const LONGEST_DELAY_MS = 1000;
const DEFAULT_DELAY_MS = 5;

const LARGEST_BATCH = 1024;
const DEFAULT_BATCH = 64;

/**
 * One text is answered or it is not, so there is nothing to tell on the way and
 * nothing that could be missing.
 * @param {ReadonlySet<string>} names of the method with many texts
 * @returns {ReadonlySet<string>}
 */
function singleNames(names) {
  const own = new Set(names);
  for (const name of ['onProgress', 'onError', 'topN']) own.delete(name);
  return own;
}

const SINGLE_EMBED_NAMES = singleNames(EMBED_NAMES);
const SINGLE_RERANK_NAMES = singleNames(RERANK_NAMES);
const SINGLE_CLASSIFY_NAMES = singleNames(CLASSIFY_NAMES);

/**
 * @param {unknown} options
 * @returns {{ maxDelayMs: number, maxBatchSize: number }}
 */
function readLimits(options) {
  if (!isGiven(options))
    return { maxDelayMs: DEFAULT_DELAY_MS, maxBatchSize: DEFAULT_BATCH };
  if (!isPlainObject(options))
    throw wrongType('options', 'an options object', options);
  checkOptionNames(options, OPTION_NAMES, 'coalesce');
  const delay = options.maxDelayMs ?? DEFAULT_DELAY_MS;
  const size = options.maxBatchSize ?? DEFAULT_BATCH;
  return {
    maxDelayMs: checkNumber(delay, 'maxDelayMs', 0, LONGEST_DELAY_MS),
    maxBatchSize: checkInteger(size, 'maxBatchSize', 1, LARGEST_BATCH),
  };
}

/**
 * Texts may share a request when this is equal: what stands around them in its
 * body, the form of their results, limits, key, headers and whether they join a
 * trace.
 * @param {CallRequest} request
 * @param {Settings} settings
 * @param {unknown} output
 */
function groupOf({ operation, frame, flags, accept }, settings, output) {
  const { numbers, apiKey, headers, followsTrace } = settings;
  return JSON.stringify([
    operation,
    flags,
    accept,
    frame,
    output ?? null,
    Array.from(numbers),
    apiKey ?? null,
    headers ? [...headers] : null,
    followsTrace,
  ]);
}

/**
 * Lets single calls that are made within a few milliseconds travel as one
 * batch. Each has its own result, error and signal.
 */
class Coalescer {
  #host;
  #maxDelayMs;
  #maxBatchSize;

  /** @type {Map<string, Batch>} those that may still be entered */
  #open = new Map();

  /**
   * @param {Host} host
   * @param {unknown} options
   */
  constructor(host, options) {
    const { maxDelayMs, maxBatchSize } = readLimits(options);
    this.#host = host;
    this.#maxDelayMs = maxDelayMs;
    this.#maxBatchSize = maxBatchSize;
  }

  /**
   * @param {string} text
   * @param {string} model
   * @param {unknown} [options]
   */
  async embed(text, model, options) {
    const raw = embedOptions([options]);
    checkOptionNames(raw, SINGLE_EMBED_NAMES, 'embed');
    const request = embedRequest([checkString(text, 'text')], model, raw);
    const results = embeddingResults(request.makeResponse);
    return (await this.#enter(request, raw, results))();
  }

  /**
   * @param {string} query
   * @param {string} text
   * @param {unknown} [options]
   */
  async rerank(query, text, options) {
    const raw = classifyOptions([options]);
    checkOptionNames(raw, SINGLE_RERANK_NAMES, 'rerank');
    const request = rerankRequest(query, [checkString(text, 'text')], raw);
    const results = rerankResults(request.makeResponse);
    return (await this.#enter(request, raw, results))();
  }

  /**
   * @param {string} text
   * @param {unknown} [options]
   */
  async classify(text, options) {
    const raw = classifyOptions([options]);
    checkOptionNames(raw, SINGLE_CLASSIFY_NAMES, 'classify');
    const request = classifyRequest([checkString(text, 'text')], raw);
    const results = classificationResults(request.makeResponse);
    return (await this.#enter(request, raw, results))();
  }

  /**
   * @param {CallRequest} request
   * @param {RawOptions} options
   * @param {ReadResults} readResults
   */
  #enter(request, options, readResults) {
    const { settings, enders: own } = readTerms(options, this.#host.preference);
    const enders = [...this.#host.lifecycles, ...own];
    for (const ender of enders) ender.check();
    const group = groupOf(request, settings, options.output);
    const batch =
      this.#open.get(group) ??
      this.#begin(group, { request, settings, readResults });
    const [text] = /** @type {string[]} */ (request.inputs);
    const { settled } = batch.add(text, enders);
    if (batch.size === this.#maxBatchSize) batch.send();
    return settled;
  }

  /**
   * @param {string} group
   * @param {import('./batch').BatchTerms} terms
   */
  #begin(group, terms) {
    const numbers = terms.settings.numbers.slice();
    numbers[NUMBER.BATCH_SIZE] = this.#maxBatchSize;
    const settings = { ...terms.settings, numbers };
    const batch = new Batch(
      this.#host,
      { ...terms, settings },
      this.#maxDelayMs,
      () => this.#open.delete(group),
    );
    this.#open.set(group, batch);
    return batch;
  }
}

module.exports = { Coalescer };
