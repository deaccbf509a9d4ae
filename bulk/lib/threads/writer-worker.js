'use strict';

/*
 * The thread that writes: results from the thread that sends, the rest of each
 * row from the one that reads.
 */

const { parentPort, workerData } = require('node:worker_threads');

const { openSink } = require('../parts/sinks');
const { Writer } = require('../parts/writer');
const { MANY_VALUES } = require('./ring');

/** @typedef {import('./ring').SentResults} SentResults */

/**
 * @typedef {object} WriterData
 * @property {import('../parts/writer').WriteTerms} terms
 * @property {import('../parts/sinks').SinkTerms} sink
 * @property {import('../parts/writer').OldPart[]} olds
 * @property {Float32Array} ring that vectors come in
 * @property {import('node:worker_threads').MessagePort} reader
 */

const port = /** @type {import('node:worker_threads').MessagePort} */ (
  parentPort
);

/** @param {WriterData} data */
async function run({ terms, sink: sinkTerms, olds, ring, reader }) {
  const sink = await openSink(sinkTerms);
  let freed = 0;
  const writer = new Writer(terms, sink, olds, (results) => {
    const { place } = /** @type {SentResults} */ (results);
    freed += place?.charge ?? 0;
    if (freed >= MANY_VALUES) release(); // a part takes its time
  });

  /** Gives back what was copied out of the ring. */
  function release() {
    if (freed > 0) port.postMessage({ freed });
    freed = 0;
  }

  /** @param {SentResults} results */
  function withVectors(results) {
    const { place } = results;
    if (!place) return results;
    const matrix = ring.subarray(place.at, place.at + place.length);
    return { ...results, matrix };
  }

  let isAdvancing = false;
  let hasMore = false;
  let isRead = false;
  let isLast = false;

  async function advance() {
    hasMore = true;
    if (isAdvancing) return;
    isAdvancing = true;
    while (hasMore) {
      hasMore = false;
      await writer.advance((record, isFirst) =>
        port.postMessage({ record, isFirst }),
      );
      release();
    }
    isAdvancing = false;
    if (!isLast || !isRead) return;
    if (!writer.isIdle) throw new Error('rows without a result are left');
    await sink.close();
    port.postMessage({ isOver: true });
    port.close();
  }

  reader.on('message', (block) => {
    writer.addBlock(block);
    advance().catch(fail);
  });
  reader.on('close', () => {
    isRead = true;
    advance().catch(fail);
  });
  port.on('message', (message) => {
    if (message.isLast) isLast = true;
    else
      for (const results of message.results)
        writer.addResults(withVectors(results));
    advance().catch(fail);
  });
}

/** @param {Error} error */
function fail({ name, message, stack }) {
  port.postMessage({ error: { name, message, stack } });
  port.close();
}

run(workerData).catch(fail);
