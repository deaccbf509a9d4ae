'use strict';

/*
 * What rerank and classify send, and how rerank says it to each kind of server.
 */

const { CLASSIFY_NAMES, RERANK_NAMES } = require('./options');
const {
  checkBoolean,
  checkChoice,
  checkInteger,
  checkName,
  checkOptionNames,
  checkString,
  checkTexts,
  invalidArgument,
  isGiven,
} = require('../base/check');
const { KIND } = require('../native/contract');
const { acceptOf, bodyFrame, option, textsRequest } = require('./request');
const {
  ClassificationResponse,
  RerankResponse,
} = require('../responses/scores');

/** @typedef {import('./options').RawOptions} RawOptions */
/** @typedef {import('./request').CallRequest} CallRequest */

const DIRECTIONS = /** @type {const} */ (['Left', 'Right']);

const DIALECTS = /** @type {const} */ (['tei', 'cohere']);

const TEI_ONLY = ['rawScores', 'truncate', 'truncationDirection'];

const MOST_TEXTS = 2 ** 31 - 1;

/**
 * What rerank and classify have in common, under the names of the wire.
 * @param {RawOptions} options
 */
function scoringMembers(options) {
  return {
    model: option(options, 'model', checkName),
    raw_scores: option(options, 'rawScores', checkBoolean, false),
    truncate: option(options, 'truncate', checkBoolean, false),
    truncation_direction: option(
      options,
      'truncationDirection',
      (value, name) => checkChoice(value, name, DIRECTIONS),
      'Right',
    ),
  };
}

/**
 * The text around the texts of a rerank call, as text-embeddings-inference
 * wants it.
 * @param {string} query
 * @param {RawOptions} options
 */
function teiFrame(query, options) {
  const { model, raw_scores, ...truncation } = scoringMembers(options);
  const return_text = option(options, 'returnText', checkBoolean, false);
  const before = { query, model, raw_scores, return_text };
  return bodyFrame(before, 'texts', truncation);
}

/**
 * As Cohere does, and after it Jina, vLLM, Infinity and LiteLLM. Neither the
 * texts are asked for, which are here, nor the best of a batch, which need not
 * be among the best of all.
 * @param {string} query
 * @param {RawOptions} options
 */
function cohereFrame(query, options) {
  const foreign = TEI_ONLY.find((name) => isGiven(options[name]));
  if (foreign)
    throw invalidArgument(
      TypeError,
      foreign,
      `${foreign} is of the dialect tei, and means nothing to cohere`,
    );
  const model = option(options, 'model', checkName);
  return bodyFrame({ model }, 'documents', { query });
}

const RERANK_FRAMES = { tei: teiFrame, cohere: cohereFrame };

/**
 * @param {unknown} query
 * @param {unknown} texts
 * @param {RawOptions} options
 * @param {boolean} [mayBeEmpty] the list of texts
 * @returns {CallRequest}
 */
function rerankRequest(query, texts, options, mayBeEmpty) {
  checkOptionNames(options, RERANK_NAMES, 'rerank');
  const words = checkString(query, 'query');
  const inputs = checkTexts(texts, 'texts', mayBeEmpty);
  const dialect = option(
    options,
    'dialect',
    (value, name) => checkChoice(value, name, DIALECTS),
    'tei',
  );
  const topN = option(options, 'topN', (value, name) =>
    checkInteger(value, name, 1, MOST_TEXTS),
  );
  const isFilled =
    option(options, 'returnText', checkBoolean, false) && dialect !== 'tei';
  return textsRequest(
    {
      operation: 'rerank',
      kind: KIND.RERANK,
      path: '/rerank',
      accept: acceptOf(options),
      inputs,
      frame: RERANK_FRAMES[dialect](words, options),
      makeResponse: (result, own = inputs) =>
        new RerankResponse(result, topN, isFilled ? own : undefined),
    },
    options,
  );
}

/**
 * Every text is wrapped in a list of its own: a flat pair would mean a
 * sentence pair to text-embeddings-inference.
 * @param {unknown} inputs
 * @param {RawOptions} options
 * @param {boolean} [mayBeEmpty] the list of inputs
 * @returns {CallRequest}
 */
function classifyRequest(inputs, options, mayBeEmpty) {
  checkOptionNames(options, CLASSIFY_NAMES, 'classify');
  return textsRequest(
    {
      operation: 'classify',
      kind: KIND.CLASSIFY,
      path: '/predict',
      accept: acceptOf(options),
      inputs: checkTexts(inputs, 'inputs', mayBeEmpty),
      frame: bodyFrame({}, 'inputs', scoringMembers(options), ['[', ']']),
      makeResponse: (result) => new ClassificationResponse(result),
    },
    options,
  );
}

module.exports = { classifyRequest, rerankRequest };
