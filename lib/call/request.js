'use strict';

const {
  BATCH_POST_NAMES,
  CLASSIFY_NAMES,
  EMBED_NAMES,
  RERANK_NAMES,
} = require('./options');
const {
  checkBoolean,
  checkChoice,
  checkInteger,
  checkName,
  checkString,
  checkTexts,
  isGiven,
} = require('../base/check');
const { checkHeaders } = require('../base/headers');
const { FLAG, KIND } = require('../native/contract');
const { jsonText, payloadTexts } = require('./json-text');
const { checkOptionNames } = require('../base/nearest');

/** @typedef {import('./forms').RawOptions} RawOptions */
/** @typedef {import('../base/headers').HeaderMap} HeaderMap */

/**
 * What one call sends: inputs, and the JSON text around them in each body.
 * @typedef {object} CallRequest
 * @property {import('./tracing').CallContext['operation']} operation
 * @property {number} kind of KIND
 * @property {string} method
 * @property {string} path
 * @property {boolean} hasBody
 * @property {string[]} inputs
 * @property {{ PREFIX: string, OPEN: string, CLOSE: string, SUFFIX: string }} frame
 * @property {number} flags of FLAG
 * @property {HeaderMap} [headers]
 */

/** @typedef {import('../responses/vectors').VectorForm} VectorForm */

const METHODS = /** @type {const} */ ([
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
]);

const ENCODING_FORMATS = /** @type {const} */ (['float', 'base64']);

const OUTPUTS = /** @type {const} */ (['array', 'float32']);

const DIRECTIONS = /** @type {const} */ (['Left', 'Right']);

const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/** Of bodies that are one input each. */
const NO_FRAME = { PREFIX: '', OPEN: '', CLOSE: '', SUFFIX: '' };

const MOST_DIMENSIONS = 2 ** 31 - 1;

/**
 * An option's checked value, or what stands in when it was left out.
 * @template Value
 * @param {RawOptions} options
 * @param {string} name
 * @param {(value: unknown, name: string) => Value} check
 * @param {Value} [fallback]
 * @returns {Value | undefined}
 */
function option(options, name, check, fallback) {
  return isGiven(options[name]) ? check(options[name], name) : fallback;
}

/**
 * Members of a JSON object, each followed by a comma; undefined ones are left
 * out.
 * @param {Record<string, unknown>} members
 * @returns {string}
 */
function memberTexts(members) {
  let text = '';
  for (const name of Object.keys(members))
    if (members[name] !== undefined)
      text += `"${name}":${jsonText(members[name])},`;
  return text;
}

/**
 * The text around a batch's inputs: members before and behind their array, and
 * what stands around each input.
 * @param {Record<string, unknown>} before
 * @param {string} inputsName
 * @param {Record<string, unknown>} behind at least one of them is defined
 * @param {[string, string]} [around]
 * @returns {CallRequest['frame']}
 */
function bodyFrame(before, inputsName, behind, [OPEN, CLOSE] = ['', '']) {
  const PREFIX = `{${memberTexts(before)}"${inputsName}":[`;
  const SUFFIX = `],${memberTexts(behind).slice(0, -1)}}`;
  return { PREFIX, OPEN, CLOSE, SUFFIX };
}

/**
 * What the methods that send texts in batches have in common.
 * @param {Pick<CallRequest, 'operation' | 'kind' | 'path' | 'inputs' | 'frame'>} facts
 * @param {RawOptions} options
 * @returns {CallRequest}
 */
function textsRequest(facts, options) {
  const maySplit = option(options, 'splitOnLimit', checkBoolean, true);
  const flags = maySplit ? FLAG.SPLIT : 0;
  return { ...facts, method: 'POST', hasBody: true, flags };
}

/**
 * How embeddings are handed out: as `output` says, else as they were asked for.
 * @param {RawOptions} options
 * @returns {VectorForm}
 */
function vectorForm({ output, encodingFormat }) {
  if (isGiven(output)) return checkChoice(output, 'output', OUTPUTS);
  return encodingFormat === 'base64' ? 'base64' : 'array';
}

/**
 * @param {unknown} input
 * @param {unknown} model
 * @param {RawOptions} options
 * @returns {CallRequest & { form: VectorForm }}
 */
function embedRequest(input, model, options) {
  checkOptionNames(options, EMBED_NAMES, 'embed');
  const inputs = checkTexts(input, 'input');
  const behind = {
    model: checkName(model, 'model'),
    encoding_format: option(options, 'encodingFormat', (value, name) =>
      checkChoice(value, name, ENCODING_FORMATS),
    ),
    dimensions: option(options, 'dimensions', (value, name) =>
      checkInteger(value, name, 1, MOST_DIMENSIONS),
    ),
    user: option(options, 'user', checkString),
  };
  const form = vectorForm(options);
  const frame = bodyFrame({}, 'input', behind);
  const request = textsRequest(
    {
      operation: 'embed',
      kind: KIND.EMBEDDINGS,
      path: '/v1/embeddings',
      inputs,
      frame,
    },
    options,
  );
  if (form === 'base64') request.flags |= FLAG.OPAQUE;
  return { ...request, form };
}

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
 * @param {unknown} query
 * @param {unknown} texts
 * @param {RawOptions} options
 * @returns {CallRequest}
 */
function rerankRequest(query, texts, options) {
  checkOptionNames(options, RERANK_NAMES, 'rerank');
  const { model, raw_scores, ...truncation } = scoringMembers(options);
  const before = {
    query: checkString(query, 'query'),
    model,
    raw_scores,
    return_text: option(options, 'returnText', checkBoolean, false),
  };
  const inputs = checkTexts(texts, 'texts');
  const frame = bodyFrame(before, 'texts', truncation);
  return textsRequest(
    { operation: 'rerank', kind: KIND.RERANK, path: '/rerank', inputs, frame },
    options,
  );
}

/**
 * Every text is wrapped in a list of its own: a flat pair would mean a
 * sentence pair to text-embeddings-inference.
 * @param {unknown} inputs
 * @param {RawOptions} options
 * @returns {CallRequest}
 */
function classifyRequest(inputs, options) {
  checkOptionNames(options, CLASSIFY_NAMES, 'classify');
  const texts = checkTexts(inputs, 'inputs');
  const frame = bodyFrame({}, 'inputs', scoringMembers(options), ['[', ']']);
  return textsRequest(
    {
      operation: 'classify',
      kind: KIND.CLASSIFY,
      path: '/predict',
      inputs: texts,
      frame,
    },
    options,
  );
}

/**
 * @param {unknown} path
 * @param {unknown} payloads
 * @param {RawOptions} options
 * @returns {CallRequest}
 */
function batchPostRequest(path, payloads, options) {
  checkOptionNames(options, BATCH_POST_NAMES, 'batchPost');
  const texts = payloadTexts(payloads);
  const method = isGiven(options.method)
    ? checkChoice(options.method, 'method', METHODS)
    : 'POST';
  const hasBody = METHODS_WITH_BODY.has(method);
  return {
    operation: 'batchPost',
    kind: KIND.POST,
    method,
    path: checkString(path, 'urlPath'),
    hasBody,
    inputs: hasBody ? texts : texts.fill(''),
    frame: NO_FRAME,
    flags: 0,
    headers: option(options, 'headers', checkHeaders),
  };
}

module.exports = {
  batchPostRequest,
  classifyRequest,
  embedRequest,
  rerankRequest,
};
