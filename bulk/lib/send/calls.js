'use strict';

/*
 * What each command asks of the client: some inputs in, their results out. A
 * result is a run of inputs that share a fate.
 */

const { createHash } = require('node:crypto');

/** @typedef {import('baseten-performance-client').PerformanceClient} PerformanceClient */
/** @typedef {import('../parts/part-builder').Results} Results */

/**
 * Inputs in a row with one end: results, or the error that they failed with.
 * @typedef {{ count: number, results: Results } | { count: number, error: any }} Run
 */

/**
 * @typedef {object} Answered
 * @property {Run[]} runs over all inputs, in order
 * @property {number} requests how many the inputs were sent in
 */

/**
 * Sends some inputs; what fails as a whole rejects.
 * @typedef {(inputs: any[], options: object) => Promise<Answered>} Send
 */

/**
 * @param {any[]} errors as the client lists them
 * @param {number} count of all inputs
 * @param {(first: number, count: number) => Results} resultsOf
 * @returns {Run[]}
 */
function runsOf(errors, count, resultsOf) {
  /** @type {Run[]} */
  const runs = [];
  let next = 0;
  const answered = (end) => {
    if (end > next)
      runs.push({ count: end - next, results: resultsOf(next, end - next) });
  };
  for (const { firstInput, inputCount, error } of errors) {
    answered(firstInput);
    runs.push({ count: inputCount, error });
    next = firstInput + inputCount;
  }
  answered(count);
  return runs;
}

/**
 * Tells the tokens of an answer once, with its first run.
 * @param {any} usage
 */
function tokensOnce(usage) {
  let left = usage?.total_tokens ?? 0;
  return () => {
    const tokens = left;
    left = 0;
    return tokens;
  };
}

/**
 * @param {PerformanceClient} client
 * @param {{ model: string, dimensions?: number, encodingFormat?: string }} terms
 * @returns {Send}
 */
function embedding(client, { model, dimensions, encodingFormat }) {
  const fixed = { dimensions, encodingFormat, output: 'float32' };
  return async (inputs, options) => {
    const response = await client.embed(
      inputs,
      model,
      /** @type {any} */ ({ ...options, ...fixed, onError: 'partial' }),
    );
    const {
      errors,
      individual_request_times: times,
      usage,
    } = /** @type {any} */ (response);
    const tokens = tokensOnce(usage);
    const { data, dimensions: width } = response.matrix();
    const runs = runsOf(errors, inputs.length, (first, count) => ({
      count,
      matrix: data.subarray(first * width, (first + count) * width),
      dimensions: width,
      tokens: tokens(),
    }));
    return { runs, requests: times.length };
  };
}

/**
 * Sends texts whose answers are JSON, one for each.
 * @param {(inputs: any[], options: any) => Promise<any>} ask
 * @param {(data: any[], count: number) => any[]} valuesOf what is written of
 * each of `count` inputs
 * @param {string} name it is written under
 * @returns {Send}
 */
function valuing(ask, valuesOf, name) {
  return async (inputs, options) => {
    const response = await ask(inputs, { ...options, onError: 'partial' });
    const { data, errors, individual_request_times: times } = response;
    const values = valuesOf(data, inputs.length);
    const runs = runsOf(errors, inputs.length, (first, count) => ({
      count,
      values: values
        .slice(first, first + count)
        .map((value) => `"${name}":${JSON.stringify(value)}`),
      tokens: 0,
    }));
    return { runs, requests: times.length };
  };
}

/**
 * @param {PerformanceClient} client
 * @param {object} terms
 * @returns {Send}
 */
function classifying(client, terms) {
  return valuing(
    (inputs, options) => client.classify(inputs, { ...options, ...terms }),
    (data) => data,
    'labels',
  );
}

/**
 * One query for all texts: each gets its score.
 * @param {PerformanceClient} client
 * @param {{ query: string }} terms
 * @returns {Send}
 */
function scoring(client, { query, ...terms }) {
  return valuing(
    (inputs, options) => client.rerank(query, inputs, { ...options, ...terms }),
    (data, count) => {
      /** @type {number[]} */
      const scores = new Array(count);
      for (const { index, score } of data) scores[index] = score;
      return scores;
    },
    'score',
  );
}

/**
 * Each row has a query and texts of its own.
 * @param {PerformanceClient} client
 * @param {object} terms
 * @returns {Send}
 */
function reranking(client, terms) {
  return async ([{ query, texts }], options) => {
    const response = await client.rerank(query, texts, {
      ...options,
      ...terms,
    });
    const sorted = response
      .sorted()
      .map(({ index, score }) => ({ index, score }));
    const values = [`"results":${JSON.stringify(sorted)}`];
    return {
      runs: [{ count: 1, results: { count: 1, values, tokens: 0 } }],
      requests: 1,
    };
  };
}

/**
 * One row is one request, as OpenAI's batch format has it. The client tells no
 * status of an answer that is a success.
 * @param {PerformanceClient} client
 * @returns {Send}
 */
function posting(client) {
  return async ([{ method, url, body }], options) => {
    const response = await client.batchPost(url, [body ?? null], {
      ...options,
      method,
    });
    const [answer] = response.data;
    const [headers] = response.response_headers;
    const value = {
      status_code: 200,
      request_id: headers['x-request-id'] ?? '',
      body: answer,
    };
    const id = createHash('sha256')
      .update(JSON.stringify([method, url, body ?? null]))
      .digest('hex')
      .slice(0, 24);
    const values = [
      `"id":"batch_req_${id}","response":${JSON.stringify(value)},"error":null`,
    ];
    const tokens = /** @type {any} */ (answer)?.usage?.total_tokens ?? 0;
    return {
      runs: [{ count: 1, results: { count: 1, values, tokens } }],
      requests: 1,
    };
  };
}

module.exports = { classifying, embedding, posting, reranking, scoring };
