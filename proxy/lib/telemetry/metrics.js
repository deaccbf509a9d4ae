'use strict';

const http = require('node:http');

const { AggregatorRegistry, Registry } = require('prom-client');

const { sumFigures } = require('baseten-performance-client/internal');
const { version } = require('../../package.json');
const { Buckets } = require('./buckets');
const { createInstruments, createSeriesInstruments } = require('./instruments');
const { Labels } = require('./labels');
const { Pulse } = require('./pulse');

/** @typedef {import('baseten-performance-client/internal').EngineFigures} EngineFigures */
/** @typedef {import('../server/exchange').Exchange} Exchange */
/** @typedef {import('./snapshots').Snapshot} Snapshot */

/**
 * What only other parts of the proxy know, asked whenever somebody looks.
 * @typedef {object} Sources
 * @property {() => Iterable<EngineFigures>} engines
 * @property {{ calls: number, bytes: number }} admission what is in progress
 * @property {() => boolean} isDraining
 * @property {() => import('./targets').TargetFigures[]} targets
 */

/** @typedef {import('./instruments').Series} Series */

/**
 * Routes of those who watch the proxy: counted by route and status, but no
 * part of what it has done.
 */
const WATCHERS = new Set([
  'health',
  'livez',
  'metrics',
  'preflight',
  'readyz',
  'status',
]);

/** Statuses that are counted one by one: those with a meaning, and our own. */
const STATUSES = new Set([...Object.keys(http.STATUS_CODES), '499']);

/**
 * An upstream that a caller chose may make up hundreds of others.
 * @param {number} status
 */
function statusLabel(status) {
  const label = String(status);
  return STATUSES.has(label) ? label : `${label[0]}xx`;
}

/** @type {Sources} */
const NO_SOURCES = Object.freeze({
  engines: () => [],
  admission: { calls: 0, bytes: 0 },
  isDraining: () => false,
  targets: () => [],
});

/** What one process has done, for Prometheus and for the status page. */
class Metrics {
  registry = new Registry();

  #startedAtMs = Date.now();
  #sources = NO_SOURCES;
  #totals = {
    requests: 0,
    errors: 0,
    refused: 0,
    inputs: 0,
    batches: 0,
    bytesIn: 0,
    bytesOut: 0,
  };

  /** @type {Record<string, number>} */
  #statuses = {};

  /** @type {Record<string, number>} of requests that were passed through */
  #passedStatuses = {};

  #pulse = new Pulse();

  #labels;

  /** What the registry is told while it is being read. */
  #current = this.snapshot();

  /** @type {Series[]} */
  #series = [];

  /**
   * @param {Iterable<string>} [targets] hosts with a label of their own
   */
  constructor(targets = []) {
    this.#labels = new Labels(targets);
    createInstruments(this.registry, () => this.#current);
    createSeriesInstruments(this.registry, this.#series);
  }

  /**
   * Until then all of that is nothing.
   * @param {Sources} sources
   */
  attach(sources) {
    this.#sources = sources;
  }

  /** @param {Exchange} exchange one that is over; takes about a microsecond */
  observe(exchange) {
    const { route, status, facts } = exchange;
    const seconds = (performance.now() - exchange.startedAt) / 1000;
    const series = this.#find(route, status, facts);

    const label = statusLabel(status);
    series.statuses.set(label, (series.statuses.get(label) ?? 0) + 1);
    series.durations.observe(seconds);
    if (facts.upstreamSeconds > 0)
      series.upstream.observe(facts.upstreamSeconds);
    series.inputs += facts.inputs;
    series.batches += facts.batches;
    if (!WATCHERS.has(route)) this.#add(series.way, status, seconds, facts);
  }

  /** @returns {Snapshot} */
  snapshot() {
    const figures = sumFigures(this.#sources.engines());
    const upstreamStatuses = { ...figures.statuses };
    for (const [status, count] of Object.entries(this.#passedStatuses))
      upstreamStatuses[status] = (upstreamStatuses[status] ?? 0) + count;
    const { retries, hedges, hedgesWon, connectionsOpened, connectionsReused } =
      figures;
    return {
      version,
      workers: 1,
      startedAtMs: this.#startedAtMs,
      isDraining: this.#sources.isDraining(),
      inFlight: this.#sources.admission.calls,
      bufferedBytes: this.#sources.admission.bytes,
      upstreamInFlight: figures.inFlight,
      queued: figures.queued,
      totals: {
        ...this.#totals,
        retries,
        hedges,
        hedgesWon,
        connectionsOpened,
        connectionsReused,
      },
      statuses: { ...this.#statuses },
      upstreamStatuses,
      recent: this.#pulse.read(Date.now()),
      targets: this.#sources.targets(),
    };
  }

  /** The snapshots of all processes that are told of: of this one alone. */
  async snapshots() {
    return [this.snapshot()];
  }

  /** @returns {Promise<string>} in the text format of Prometheus */
  text() {
    this.#current = this.snapshot();
    return this.registry.metrics();
  }

  /** What `text` tells, for `mergeMetrics` in another process. */
  json() {
    this.#current = this.snapshot();
    return this.registry.getMetricsAsJSON();
  }

  /**
   * @param {import('./pulse').Way} way
   * @param {number} status
   * @param {number} seconds
   * @param {Exchange['facts']} facts
   */
  #add(way, status, seconds, facts) {
    const totals = this.#totals;
    totals.requests += 1;
    if (status >= 500) totals.errors += 1;
    else if (status >= 400) totals.refused += 1;
    totals.inputs += facts.inputs;
    totals.batches += facts.batches;
    totals.bytesIn += facts.bytesIn;
    totals.bytesOut += facts.bytesOut;
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    if (facts.batches === 0 && facts.upstreamStatus > 0) {
      const passed = this.#passedStatuses;
      passed[facts.upstreamStatus] = (passed[facts.upstreamStatus] ?? 0) + 1;
    }
    this.#pulse.record(Date.now(), way, status, seconds, facts);
  }

  /**
   * @param {string} route
   * @param {number} status
   * @param {Exchange['facts']} facts
   * @returns {Series}
   */
  #find(route, status, { target, model }) {
    const pair = this.#labels.find(target, model, status < 400);
    return pair.routes.get(route) ?? this.#addSeries(route, pair);
  }

  /**
   * @param {string} route
   * @param {ReturnType<Labels['find']>} pair
   * @returns {Series}
   */
  #addSeries(route, pair) {
    const { target, model } = pair;
    const labels = { route, target, model };
    const added = {
      labels,
      way: { name: `${route} ${target}`, route, target },
      durations: new Buckets(),
      upstream: new Buckets(),
      inputs: 0,
      batches: 0,
      statuses: new Map(),
    };
    pair.routes.set(route, added);
    this.#series.push(added);
    return added;
  }
}

/** @typedef {Awaited<ReturnType<Metrics['json']>>} MetricList */

/** What only ever grows while a process runs, and may be kept beyond its end. */
const GROWING = new Set(['counter', 'histogram']);

/**
 * What the metrics of several workers have counted, without their gauges.
 * @param {MetricList[]} lists
 * @returns {MetricList}
 */
function countersOf(lists) {
  const registry = AggregatorRegistry.aggregate(lists);
  const sums = /** @type {any[]} */ (registry.getMetricsAsArray());
  return sums
    .map((metric) => metric.get())
    .filter(({ type }) => GROWING.has(type));
}

/**
 * The metrics of several workers as the text of one proxy.
 * @param {MetricList[]} lists
 * @returns {Promise<string>}
 */
function mergeMetrics(lists) {
  return AggregatorRegistry.aggregate(lists).metrics();
}

module.exports = { Metrics, countersOf, mergeMetrics };
