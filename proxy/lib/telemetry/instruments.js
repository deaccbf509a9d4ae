'use strict';

/*
 * What Prometheus is told, and under which names.
 */

const { Counter, Gauge, collectDefaultMetrics } = require('prom-client');

/** @typedef {import('prom-client').Registry} Registry */
/** @typedef {import('./snapshots').Snapshot} Snapshot */
/** @typedef {'route' | 'target' | 'model'} Label */
/** @typedef {import('./buckets').Buckets} Buckets */

/**
 * What is counted of one route, target and model, so that a request resolves
 * no labels.
 * @typedef {object} Series
 * @property {Record<Label, string>} labels
 * @property {import('./pulse').Way} way
 * @property {Buckets} durations
 * @property {Buckets} upstream of those that went there
 * @property {number} inputs
 * @property {number} batches
 * @property {Map<string, number>} statuses each with the count of its requests
 */

const PREFIX = 'baseten_proxy_';

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

/** The same of each series. */
const SERIES_COUNTERS = /** @type {const} */ ([
  ['inputs', 'inputs_total', 'Inputs of the calls that were answered'],
  ['batches', 'batches_total', 'Batches those calls were split into'],
]);

const SERIES_HISTOGRAMS = /** @type {const} */ ([
  [
    'durations',
    'request_duration_seconds',
    'Time from the head of a request to the end of its answer',
  ],
  [
    'upstream',
    'upstream_duration_seconds',
    'Part of that time spent waiting for upstreams',
  ],
]);

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

/**
 * What series hold, which is read whenever the registry is asked: its own
 * instruments look their labels up at each request, which costs more than all
 * that is counted here.
 * @param {Registry} registry
 * @param {readonly Series[]} series
 */
function createSeriesInstruments(registry, series) {
  const registers = [registry];
  new Counter({
    name: `${PREFIX}requests_total`,
    help: 'Requests that have ended',
    labelNames: [...LABELS, 'status'],
    registers,
    collect() {
      this.reset();
      for (const { labels, statuses } of series)
        for (const [status, count] of statuses)
          this.inc({ ...labels, status }, count);
    },
  });
  for (const [key, name, help] of SERIES_COUNTERS)
    new Counter({
      name: PREFIX + name,
      help,
      labelNames: LABELS,
      registers,
      collect() {
        this.reset();
        for (const one of series)
          if (one[key] > 0) this.inc(one.labels, one[key]);
      },
    });
  for (const [key, suffix, help] of SERIES_HISTOGRAMS) {
    const name = PREFIX + suffix;
    const read = () => series.flatMap((one) => one[key].read(name, one.labels));
    const get = async () => ({
      ...{ name, help, type: 'histogram', aggregator: 'sum' },
      values: read(),
    });
    // The types know the registry's own instruments only.
    const metric = { name, labelNames: LABELS, get };
    registry.registerMetric(/** @type {any} */ (metric));
  }
}

/**
 * What all of the proxy has done, read whenever the registry is asked.
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
  new Gauge({
    name: `${PREFIX}target_healthy`,
    help: 'Of several targets: 1 for one that is well, 0 for one that is not',
    labelNames: ['target'],
    aggregator: 'min',
    registers,
    collect() {
      this.reset();
      for (const { name, healthy } of read().targets)
        this.set({ target: name }, healthy ? 1 : 0);
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
}

module.exports = { PREFIX, createInstruments, createSeriesInstruments };
