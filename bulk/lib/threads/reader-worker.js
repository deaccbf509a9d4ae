'use strict';

/*
 * The thread that reads. It is asked for blocks one by one; what is to be sent
 * goes to whoever asks, the rest of each row to the thread that writes.
 */

const { parentPort, workerData } = require('node:worker_threads');

const { readBlocks } = require('../read/blocks');
const { rangesOf } = require('../read/ranges');
const { joinTexts } = require('../read/texts');

/** @typedef {import('../read/records').Cursor} Cursor */

/**
 * What to read: from a part on, or one part of which only some rows are sent.
 * @typedef {object} ReadTask
 * @property {number} part
 * @property {Cursor} [cursor] where it begins
 * @property {number[]} [wanted] places of the rows to send
 */

/**
 * @typedef {object} ReaderData
 * @property {import('../read/inputs').Input[]} inputs
 * @property {import('../read/ranges').Shard} shard
 * @property {import('../read/fields').Fields} fields
 * @property {import('../read/blocks').BlockLimits} limits
 * @property {ReadTask[]} tasks
 * @property {import('node:worker_threads').MessagePort} writer
 */

/**
 * @param {any[]} inputs
 * @param {number[]} places
 * @param {number[] | undefined} wanted
 */
function wantedInputs(inputs, places, wanted) {
  if (!wanted) return inputs;
  const all = new Set(wanted);
  return inputs.filter((_, i) => all.has(places[i]));
}

let isEnding = false;

/** @type {() => void} */
let wake = () => {};

let asked = 0;

/** Settles when another block is asked for. */
async function untilAsked() {
  while (asked === 0)
    await new Promise((resolve) => {
      wake = () => resolve(undefined);
    });
  asked -= 1;
}

/** @param {ReaderData} data */
async function run({ inputs, shard, fields, limits, tasks, writer }) {
  const port = /** @type {import('node:worker_threads').MessagePort} */ (
    parentPort
  );
  const ranges = rangesOf(inputs, shard);
  for (const task of tasks) {
    const { wanted } = task;
    await untilAsked();
    for await (const block of readBlocks(
      inputs,
      ranges,
      fields,
      limits,
      task,
    )) {
      const { rows, end, progress } = block;
      writer.postMessage({ rows, end });
      const sent = wantedInputs(block.inputs, rows.places, wanted);
      port.postMessage(
        fields.kind === 'text'
          ? { texts: joinTexts(sent), progress }
          : { inputs: sent, progress },
      );
      if (end && (wanted || isEnding)) break;
      await untilAsked();
    }
    if (isEnding) break;
  }
  port.postMessage({ isOver: true });
  writer.close();
}

parentPort?.on('message', ({ count, isLastPart }) => {
  asked += count ?? 0;
  isEnding ||= Boolean(isLastPart);
  wake();
});

run(workerData).then(
  () => parentPort?.close(),
  ({ name, message, stack }) => {
    parentPort?.postMessage({ error: { name, message, stack } });
    parentPort?.close();
  },
);
