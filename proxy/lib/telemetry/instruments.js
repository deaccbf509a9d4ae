'use strict';

const {
  Counter,
  Gauge,
  Histogram,
  collectDefaultMetrics,
} = require('prom-client');

/** @typedef {import('prom-client').Registry} Registry */
/** @typedef {import('./snapshots').Snapshot} Snapshot */

const PREFIX = 'baseten_proxy_';

const DURATION_BUCKETS_S = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
  60, 300,
];

/**
 * Counters that are kept as plain numbers and only copied when somebody looks.
 * @type {[string, string, (snapshot: Snapshot) => number][]}
 */
const COUNTERS = [
  [
    'inputs_total',
    'Inputs of the calls that were answered',
    (it) => it.totals.inputs,
  ],
  [
    'batches_total',
    'Batches those calls were split into',
    (it) => it.totals.batches,
  ],
  [
    'received_bytes_total',
    'Bytes of request bodies',
    (it) => it.totals.bytesIn,
  ],
  ['sent_bytes_total', 'Bytes of answered bodies', (it) => it.totals.bytesOut],
  ['retries_total', 'Further attempts of batches', (it) => it.totals.retries],
  ['hedges_total', 'Second copies of slow batches', (it) => it.totals.hedges],
  [
    'hedges_won_total',
    'Second copies that were answered first',
    (it) => it.totals.hedgesWon,
  ],
  [
    'connections_opened_total',
    'Connections opened to upstreams',
    (it) => it.totals.connectionsOpened,
  ],
  [
    'connections_reused_total',
    'Upstream requests on a connection that was open',
    (it) => it.totals.connectionsReused,
  ],
];

/** @type {[string, string, (snapshot: Snapshot) => number][]} */
const GAUGES = [
  ['in_flight', 'Calls being served', (it) => it.inFlight],
  ['buffered_bytes', 'Bytes of their bodies', (it) => it.bufferedBytes],
  [
    'upstream_in_flight',
    'Batches that upstreams are asked',
    (it) => it.upstreamInFlight,
  ],
  ['queued', 'Batches that wait for their turn', (it) => it.queued],
];

/**
 * What is observed request by request; the rest is read from `read` whenever
 * the registry is asked.
 * @param {Registry} registry
 * @param {() => Snapshot} read
 */
function createInstruments(registry, read) {
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  for (const [name, help, pick] of COUNTERS)
    new Counter({
      name: PREFIX + name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(pick(read()));
      },
    });
  for (const [name, help, pick] of GAUGES)
    new Gauge({
      name: PREFIX + name,
      help,
      registers,
      collect() {
        this.set(pick(read()));
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
  return {
    requests: new Counter({
      name: `${PREFIX}requests_total`,
      help: 'Requests that have ended',
      labelNames: ['route', 'status'],
      registers,
    }),
    durations: new Histogram({
      name: `${PREFIX}request_duration_seconds`,
      help: 'Time from the head of a request to the end of its answer',
      labelNames: ['route'],
      buckets: DURATION_BUCKETS_S,
      registers,
    }),
    upstreamDurations: new Histogram({
      name: `${PREFIX}upstream_duration_seconds`,
      help: 'Part of that time spent waiting for upstreams',
      labelNames: ['route'],
      buckets: DURATION_BUCKETS_S,
      registers,
    }),
  };
}

module.exports = { PREFIX, createInstruments };
