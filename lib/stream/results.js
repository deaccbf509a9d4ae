'use strict';

const { createError } = require('../errors/errors');
const { failureError } = require('../errors/failure');
const { parseHead, statusOf } = require('../base/headers');
const { ClassificationResponse } = require('../responses/scores');
const { Vectors, rowViews } = require('../responses/embeddings');

/** @typedef {import('../call/call').CallEnd} CallEnd */
/** @typedef {import('../call/request').CallRequest} CallRequest */
/** @typedef {import('../errors/errors').PerformanceClientError} PerformanceClientError */
/** @typedef {import('../native/binding').Failure} Failure */
/** @typedef {import('../responses/response').Answers} Answers */
/** @typedef {import('./batches').StreamBatch} StreamBatch */

/**
 * The inputs of a batch that share a fate, with an error where they failed.
 * @typedef {object} Run
 * @property {number} first place within the batch
 * @property {number} count
 * @property {PerformanceClientError} [error]
 */

/**
 * A failure under the numbers of the stream; the engine knows the batch only.
 * @param {Failure} failure
 * @param {StreamBatch} batch
 * @returns {Failure}
 */
function placedInStream(failure, { number, start }) {
  if (failure.batch < 0) return failure;
  const firstInput = failure.firstInput + start;
  return { ...failure, batch: number, firstInput };
}

/**
 * The runs of a batch in order: several when it was sent in parts and not all
 * of them failed. Throws the error that ends the stream, if there is one.
 * @param {StreamBatch} batch
 * @param {CallEnd} end
 * @returns {Run[]}
 */
function runsOf(batch, { answers, failure, signal, about, isPartial }) {
  /** @param {Failure} one */
  const errorOf = (one) =>
    failureError(placedInStream(one, batch), about, signal);
  if (failure && (failure.batch < 0 || !isPartial)) throw errorOf(failure);

  /** @type {Run[]} */
  const runs = [];
  let next = 0;
  for (const { first, count, failure: own } of answers.gaps()) {
    if (first > next) runs.push({ first: next, count: first - next });
    const error = errorOf(/** @type {Failure} */ (own));
    runs.push({ first, count, error });
    next = first + count;
  }
  if (next < answers.inputCount)
    runs.push({ first: next, count: answers.inputCount - next });
  return runs;
}

/**
 * The embeddings of a batch as one matrix.
 * @param {StreamBatch} batch
 * @param {CallEnd} end
 */
function matrixOf({ number, start, inputs }, { summary, answers }) {
  try {
    return new Vectors(summary, 'float32', answers).matrix();
  } catch (cause) {
    const place = `batch ${number}, inputs ${start}-${start + inputs.length - 1}`;
    throw createError('PARSE_ERROR', `${cause.message} (${place})`, {
      batch: number,
      firstInput: start,
      inputCount: inputs.length,
      cause,
    });
  }
}

/** The embeddings of some inputs in a row. */
class EmbeddedBatch {
  /** @param {{ start: number, count: number, items: unknown[], dimensions: number, data: Float32Array, usage: object }} facts */
  constructor({ start, count, items, dimensions, data, usage }) {
    this.start = start;
    this.count = count;
    this.items = items;
    this.dimensions = dimensions;
    this.data = data;
    this.usage = usage;
  }

  /** Each row as a view of the data. */
  rows() {
    const { data, count, dimensions } = this;
    return rowViews({ data, rows: count, dimensions });
  }
}

/**
 * Where a run stands in the stream, and what the source gave for it.
 * @param {StreamBatch} batch
 * @param {{ first: number, count: number }} run
 */
function placeOf({ start, items }, { first, count }) {
  return {
    start: start + first,
    count,
    items: items.slice(first, first + count),
  };
}

/**
 * @param {StreamBatch} batch
 * @param {CallEnd} end
 * @param {Run[]} runs
 */
function embeddedRuns(batch, end, runs) {
  const { data, dimensions } = matrixOf(batch, end);
  let { promptTokens, totalTokens } = end.summary;
  return runs.map((run) => {
    const { first, count, error } = run;
    const place = placeOf(batch, run);
    if (error) return { ...place, error };
    const from = first * dimensions;
    const rows = data.subarray(from, from + count * dimensions);
    const usage = { prompt_tokens: promptTokens, total_tokens: totalTokens };
    promptTokens = totalTokens = 0;
    return new EmbeddedBatch({ ...place, dimensions, data: rows, usage });
  });
}

/**
 * What embedStream yields for a batch. The usage of a batch that was sent in
 * parts is told once, with the first inputs that have an answer.
 * @param {StreamBatch} batch
 * @param {CallEnd} end
 */
function embedResults(batch, end) {
  const runs = runsOf(batch, end);
  try {
    return embeddedRuns(batch, end, runs);
  } catch (error) {
    if (!end.isPartial) throw error;
    const whole = { first: 0, count: batch.items.length };
    return [{ ...placeOf(batch, whole), error }];
  }
}

/**
 * What classifyStream yields for a batch: a list of labels for each input.
 * @param {StreamBatch} batch
 * @param {CallEnd} end
 */
function classifyResults(batch, end) {
  const runs = runsOf(batch, end);
  const { data } = /** @type {any} */ (new ClassificationResponse(end));
  return runs.map((run) => {
    const { first, count, error } = run;
    const place = placeOf(batch, run);
    return error
      ? { ...place, error }
      : { ...place, data: data.slice(first, first + count) };
  });
}

/**
 * What rerankStream yields for a batch: scores in the server's order, which
 * knows texts by their place in the batch.
 * @param {StreamBatch} batch
 * @param {CallEnd} end
 * @param {CallRequest['makeResponse']} makeResponse
 */
function rerankResults(batch, end, makeResponse) {
  const runs = runsOf(batch, end);
  const { data } = /** @type {any} */ (makeResponse(end, batch.inputs));
  const scores = data.map((one) => ({
    ...one,
    index: one.index + batch.start,
  }));
  return runs.map((run) => {
    const place = placeOf(batch, run);
    return run.error
      ? { ...place, error: run.error }
      : { ...place, data: scores.splice(0, run.count) };
  });
}

/**
 * What batchPostStream yields for a batch, which is one payload.
 * @param {StreamBatch} batch
 * @param {CallEnd} end
 */
function postResults(batch, end) {
  const [{ error }] = runsOf(batch, end);
  const {
    start: index,
    items: [item],
  } = batch;
  if (error) return [{ index, item, error }];
  const [{ value, head, seconds }] = end.answers.parts();
  const status = statusOf(head);
  const headers = parseHead(head);
  return [{ index, item, data: value, status, headers, seconds }];
}

/**
 * The size of batches that a server seems to take: that of the largest part, if
 * it had to be sent in parts. A single input that failed is to blame itself.
 * @param {Answers} answers
 * @returns {number}
 */
function acceptedSize(answers) {
  const gaps = [...answers.gaps()];
  const counts = [...answers.parts(), ...gaps].map(({ count }) => count);
  const isSizeToBlame =
    counts.length > 1 && !gaps.some(({ count }) => count === 1);
  return isSizeToBlame ? Math.max(...counts) : Infinity;
}

module.exports = {
  acceptedSize,
  classifyResults,
  embedResults,
  postResults,
  rerankResults,
};
