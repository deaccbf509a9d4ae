'use strict';

/*
 * The thread that writes: results from the thread that sends, the rest of each
 * row from the one that reads.
 */

const {
  MessageChannel,
  parentPort,
  workerData,
} = require('node:worker_threads');

const { openSink } = require('../parts/sinks');
const { Writer } = require('../parts/writer');

/**
 * @typedef {object} WriterData
 * @property {import('../parts/writer').WriteTerms} terms
 * @property {import('../parts/sinks').SinkTerms} sink
 * @property {import('../parts/writer').OldPart[]} olds
 * @property {import('node:worker_threads').MessagePort} reader
 */

const port = /** @type {import('node:worker_threads').MessagePort} */ (
  parentPort
);

/** What is sent into a closed channel is gone. */
const { port1: nowhere, port2: closed } = new MessageChannel();
closed.close();

/**
 * Frees vectors at once: to V8 they are so little that it would not collect
 * them before a hundred megabytes of them lie around.
 * @param {import('../parts/part-builder').Results} results
 */
function release({ matrix }) {
  if (!matrix) return;
  const { byteLength } = matrix.buffer;
  nowhere.postMessage(undefined, [/** @type {ArrayBuffer} */ (matrix.buffer)]);
  port.postMessage({ taken: byteLength });
}

/** @param {WriterData} data */
async function run({ terms, sink: sinkTerms, olds, reader }) {
  const sink = await openSink(sinkTerms);
  const writer = new Writer(terms, sink, olds, release);
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
    else writer.addResults(message);
    advance().catch(fail);
  });
}

/** @param {Error} error */
function fail({ name, message, stack }) {
  port.postMessage({ error: { name, message, stack } });
  port.close();
}

run(workerData).catch(fail);
