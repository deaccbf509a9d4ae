'use strict';

/** Inputs of one call, so that the bar moves while a large text is sent. */
const SLICE = 512;

const EMBEDDING_MODEL = 'hashed-words';
const RERANK_MODEL = 'cosine';
const CLASSIFIER_MODEL = 'lexicon';
const COMPLETION_MODEL = 'echo';

const PREFERENCE = {
  batchSize: 16,
  maxConcurrentRequests: 32,
  timeoutS: 30,
  totalTimeoutS: 120,
};

/** @typedef {import('../..').PerformanceClient} PerformanceClient */

/**
 * Sends all inputs, a slice at a time.
 * @template I, A
 * @param {string} name
 * @param {I[]} inputs
 * @param {(slice: I[]) => Promise<A & { individual_request_times: number[] }>} call
 * @param {import('./progress-bar').ProgressBar} bar
 */
async function runStage(name, inputs, call, bar) {
  const answers = [];
  let requests = 0;
  const start = performance.now();
  for (let at = 0; at < inputs.length; at += SLICE) {
    const slice = inputs.slice(at, at + SLICE);
    const answer = await call(slice);
    requests += answer.individual_request_times.length;
    answers.push(answer);
    bar.advance(name, slice.length);
  }
  const seconds = (performance.now() - start) / 1000;
  return { name, inputs: inputs.length, requests, seconds, answers };
}

/**
 * @param {PerformanceClient} client
 * @param {string[]} texts
 */
function embedAll(client, texts, bar, name = 'embed') {
  const call = (slice) => client.embed(slice, EMBEDDING_MODEL, PREFERENCE);
  return runStage(name, texts, call, bar);
}

/**
 * @param {PerformanceClient} client
 * @param {string} question
 * @param {string[]} texts
 */
function rerankAll(client, question, texts, bar) {
  const call = (slice) =>
    client.rerank(question, slice, {
      model: RERANK_MODEL,
      returnText: true,
      preference: PREFERENCE,
    });
  return runStage('rerank', texts, call, bar);
}

/**
 * @param {PerformanceClient} client
 * @param {string[]} texts
 */
function classifyAll(client, texts, bar) {
  const call = (slice) => client.classify(slice, CLASSIFIER_MODEL, PREFERENCE);
  return runStage('classify', texts, call, bar);
}

/**
 * @param {PerformanceClient} client
 * @param {string[]} prompts
 */
function completeAll(client, prompts, bar) {
  const payloads = prompts.map((prompt) => ({
    model: COMPLETION_MODEL,
    prompt,
    max_tokens: 32,
  }));
  const call = (slice) =>
    client.batchPost('/v1/completions', slice, PREFERENCE);
  return runStage('batchPost', payloads, call, bar);
}

module.exports = { classifyAll, completeAll, embedAll, rerankAll };
