'use strict';

const {
  AggregatorRegistry,
  Counter,
  Gauge,
  Histogram,
  Registry,
  collectDefaultMetrics,
} = require('prom-client');

const { sumFigures } = require('baseten-performance-client/internal');
const { version } = require('../../package.json');
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
 */

/** @typedef {'route' | 'target' | 'model'} Label */
/** @typedef {import('prom-client').Counter.Internal} Count */
/** @typedef {import('prom-client').Histogram.Internal<Label>} Times */

/**
 * The instruments of one route, target and model, so that a request resolves
 * no labels.
 * @typedef {object} Series
 * @property {Record<Label, string>} labels
 * @property {import('./pulse').Way} way
 * @property {Times} durations
 * @property {Times} upstream
 * @property {Count} inputs
 * @property {Count} batches
 * @property {Map<number, Count>} statuses
 */

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

const PREFIX = 'baseten_proxy_';

const DURATION_BUCKETS_S = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
  60, 300,
];

/** Kept as plain numbers of a snapshot, and only copied when somebody looks. */
const COUNTERS = [
  ['bytesIn', 'received_bytes_total', 'Bytes of request bodies'],
  ['bytesOut', 'sent_bytes_total', 'Bytes of answered bodies'],
  ['retries', 'retries_total', 'Further attempts of batches'],
  ['hedges', 'hedges_total', 'Second copies of slow batches'],
  ['hedgesWon', 'hedges_won_total', 'Second copies that were answered first'],
  [
    'connectionsOpened',
    'connections_opened_total',
    'Connections opened to upstreams',
  ],
  [
    'connectionsReused',
    'connections_reused_total',
    'Upstream requests on a connection that was open',
  ],
];

/** @type {Label[]} */
const LABELS = ['route', 'target', 'model'];

const GAUGES = /** @type {const} */ ([
  ['inFlight', 'in_flight', 'Calls being served'],
  ['bufferedBytes', 'buffered_bytes', 'Bytes of their bodies'],
  [
    'upstreamInFlight',
    'upstream_in_flight',
    'Batches that upstreams are asked',
  ],
  ['queued', 'queued', 'Batches that wait for their turn'],
]);

/** @type {Sources} */
const NO_SOURCES = Object.freeze({
  engines: () => [],
  admission: { calls: 0, bytes: 0 },
  isDraining: () => false,
});

/**
 * What is observed request by request; the rest is read from `read` whenever
 * the registry is asked.
 * @param {Registry} registry
 * @param {() => Snapshot} read
 */
function createInstruments(registry, read) {
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  for (const [key, name, help] of COUNTERS)
    new Counter({
      name: PREFIX + name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read().totals[key]);
      },
    });
  for (const [key, name, help] of GAUGES)
    new Gauge({
      name: PREFIX + name,
      help,
      registers,
      collect() {
        this.set(read()[key]);
      },
    });
  new Counter({
    name: `${PREFIX}upstream_responses_total`,
    help: 'Answers of upstreams, those that were tried again included',
    labelNames: ['status'],
    registers,
    collect() {
      this.reset();
      for (const [status, count] of Object.entries(read().upstreamStatuses))
        this.inc({ status }, count);
    },
  });
  /** @type {(name: string, help: string) => Histogram<Label>} */
  const durations = (name, help) =>
    new Histogram({
      name: PREFIX + name,
      help,
      labelNames: LABELS,
      buckets: DURATION_BUCKETS_S,
      registers,
    });
  /** @type {(name: string, help: string, labels?: string[]) => Counter} */
  const counter = (name, help, labels = []) =>
    new Counter({
      name: PREFIX + name,
      help,
      labelNames: [...LABELS, ...labels],
      registers,
    });
  return {
    requests: counter('requests_total', 'Requests that have ended', ['status']),
    inputs: counter('inputs_total', 'Inputs of the calls that were answered'),
    batches: counter('batches_total', 'Batches those calls were split into'),
    durations: durations(
      'request_duration_seconds',
      'Time from the head of a request to the end of its answer',
    ),
    upstreamDurations: durations(
      'upstream_duration_seconds',
      'Part of that time spent waiting for upstreams',
    ),
  };
}

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

  #instruments = createInstruments(this.registry, () => this.#current);

  /**
   * @param {Iterable<string>} [targets] hosts with a label of their own
   */
  constructor(targets = []) {
    this.#labels = new Labels(targets);
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

    (series.statuses.get(status) ?? this.#addStatus(series, status)).inc();
    series.durations.observe(seconds);
    if (facts.upstreamSeconds > 0)
      series.upstream.observe(facts.upstreamSeconds);
    if (facts.batches > 0) {
      series.inputs.inc(facts.inputs);
      series.batches.inc(facts.batches);
    }
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
    const { durations, upstreamDurations, inputs, batches } = this.#instruments;
    const labels = { route, target, model };
    const added = {
      labels,
      way: { name: `${route} ${target}`, route, target },
      durations: durations.labels(labels),
      upstream: upstreamDurations.labels(labels),
      inputs: inputs.labels(labels),
      batches: batches.labels(labels),
      statuses: new Map(),
    };
    pair.routes.set(route, added);
    return added;
  }

  /**
   * @param {Series} series
   * @param {number} status
   */
  #addStatus({ labels, statuses }, status) {
    const { requests } = this.#instruments;
    const added = requests.labels({ ...labels, status: String(status) });
    statuses.set(status, added);
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

module.exports = { Metrics, PREFIX, countersOf, mergeMetrics };
