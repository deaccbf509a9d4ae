'use strict';

/*
 * What each caller of a batch gets: its own part of the answer, in the shape of
 * one text, and nothing that another caller can change.
 */

const { parseHead } = require('../base/headers');

/** @typedef {import('../call/call').CallEnd} CallEnd */
/** @typedef {import('../call/request').CallRequest} CallRequest */
/** @typedef {import('../responses/response').CallResult} CallResult */

/**
 * Splits a whole number by weight: the shares are whole and add up to it.
 * @param {number} total
 * @param {number[]} weights above 0
 * @returns {number[]}
 */
function shareOut(total, weights) {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  let weight = 0;
  let given = 0;
  return weights.map((own) => {
    weight += own;
    const share = Math.round((total * weight) / sum) - given;
    given += share;
    return share;
  });
}

/**
 * The request that brought the answer of each input.
 * @param {CallEnd} end
 * @returns {{ headers: object, seconds: number }[]} by input
 */
function requestsOf({ answers }) {
  const requests = [];
  for (const { first, count, head, seconds } of answers.parts())
    for (let i = first; i < first + count; i++)
      requests[i] = { headers: parseHead(head), seconds };
  return requests;
}

/**
 * What a server charges is told for a request; each text bears its share by
 * length, which is exact for one that travelled alone.
 * @param {CallEnd} end
 * @param {string[]} texts
 * @returns {{ prompt_tokens: number, total_tokens: number }[]} by input
 */
function usagesOf({ answers, summary }, texts) {
  const answered = answers
    .parts()
    .flatMap(({ first, count }) =>
      Array.from({ length: count }, (_, i) => first + i),
    );
  const weights = answered.map((i) => texts[i].length + 1);
  const prompt = shareOut(summary.promptTokens, weights);
  const total = shareOut(summary.totalTokens, weights);
  const usages = [];
  answered.forEach((input, i) => {
    usages[input] = { prompt_tokens: prompt[i], total_tokens: total[i] };
  });
  return usages;
}

/**
 * Of embed. A view would look into the vectors of the other callers, and move
 * them away with its own.
 * @param {CallRequest['makeResponse']} makeResponse
 * @returns {import('./batch').ReadResults}
 */
function embeddingResults(makeResponse) {
  return (end, texts) => {
    const response = /** @type {any} */ (makeResponse(end));
    const requests = requestsOf(end);
    const usages = usagesOf(end, texts);
    return (index) => {
      const { embedding } = response.data[index];
      const isView = embedding instanceof Float32Array;
      return {
        embedding: isView ? embedding.slice() : embedding,
        model: response.model,
        usage: usages[index],
        ...requests[index],
      };
    };
  };
}

/**
 * Of rerank, whose response names the place of each text.
 * @param {CallRequest['makeResponse']} makeResponse
 * @returns {import('./batch').ReadResults}
 */
function rerankResults(makeResponse) {
  return (end, texts) => {
    const { data } = /** @type {any} */ (makeResponse(end, texts));
    const requests = requestsOf(end);
    const byPlace = new Map(data.map((result) => [result.index, result]));
    return (index) => {
      const { score, text } = byPlace.get(index);
      return { score, text, ...requests[index] };
    };
  };
}

/**
 * Of classify.
 * @param {CallRequest['makeResponse']} makeResponse
 * @returns {import('./batch').ReadResults}
 */
function classificationResults(makeResponse) {
  return (end) => {
    const { data } = /** @type {any} */ (makeResponse(end));
    const requests = requestsOf(end);
    return (index) => ({ labels: data[index], ...requests[index] });
  };
}

module.exports = {
  classificationResults,
  embeddingResults,
  rerankResults,
  shareOut,
};
