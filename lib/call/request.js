'use strict';

const { BATCH_POST_NAMES, EMBED_NAMES } = require('./options');
const { BatchPostResponse } = require('../responses/response');
const {
  checkBoolean,
  checkChoice,
  checkInteger,
  checkList,
  checkName,
  checkOptionNames,
  checkString,
  checkTexts,
  describe,
  invalidArgument,
  isEmptyList,
  isGiven,
} = require('../base/check');
const { FLAG, KIND } = require('../native/contract');
const { checkHeaders } = require('../base/headers');
const { EmbeddingsResponse } = require('../responses/embeddings');

/** @typedef {import('./options').RawOptions} RawOptions */
/** @typedef {import('../base/headers').HeaderMap} HeaderMap */
/** @typedef {import('../responses/response').CallResponse} CallResponse */
/** @typedef {import('../responses/response').CallResult} CallResult */

/**
 * What one call sends: inputs, and the JSON text around them in each body.
 * @typedef {object} CallRequest
 * @property {import('./tracing').CallContext['operation']} operation
 * @property {number} kind of KIND
 * @property {string} method
 * @property {string} path
 * @property {boolean} hasBody
 * @property {string} accept what the server may answer
 * @property {string[]} inputs all of them, or the first
 * @property {number} inputCount of all
 * @property {() => string[]} [nextInputs] those behind the ones that were given
 * so far, as many as travel together; throws when one is refused
 * @property {{ PREFIX: string, OPEN: string, CLOSE: string, SUFFIX: string }} frame
 * @property {CallRequest['frame']} [plainFrame] where `frame` asks for base64
 * only to be faster: what to send to a server that refuses that
 * @property {number} flags of FLAG
 * @property {HeaderMap} [headers]
 * @property {(result: CallResult, texts?: readonly string[]) => CallResponse} makeResponse
 * the texts are those of the call, which a stand-in may have been made for
 */

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

const WIRE_FORMATS = /** @type {const} */ (['msgpack']);

const EMBED_WIRE_FORMATS = /** @type {const} */ (['auto', 'msgpack']);

const ACCEPT_JSON = 'application/json';

/** Servers that know nothing of MessagePack go on answering JSON. */
const ACCEPT_MSGPACK = 'application/msgpack, application/json;q=0.9';

const OUTPUTS = /** @type {const} */ (['array', 'float32']);

const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/** Of bodies that are one input each. */
const NO_FRAME = { PREFIX: '', OPEN: '', CLOSE: '', SUFFIX: '' };

/** Payloads that become JSON text at a time: code units at least, and count. */
const PART_LENGTH = 256 * 1024;
const MOST_PER_PART = 16 * 1024;

const MOST_DIMENSIONS = 2 ** 31 - 1;

/** An escaped backslash, or the escape of a lone surrogate. */
const BACKSLASH_OR_SURROGATE = /\\\\|\\ud[89a-f][0-9a-f]{2}/g;

/**
 * JSON text as JSON.stringify makes it, but fit for UTF-8: lone surrogates
 * become U+FFFD. Undefined when the value has no JSON text.
 * @param {unknown} value
 * @returns {string | undefined}
 */
function jsonText(value) {
  const text = JSON.stringify(value);
  if (text === undefined || !text.includes('\\ud')) return text;
  return text.replace(BACKSLASH_OR_SURROGATE, (found) =>
    found === '\\\\' ? found : '\ufffd',
  );
}

/**
 * @param {unknown} payload
 * @param {number} index
 * @returns {string}
 */
function payloadText(payload, index) {
  const argument = `payloads[${index}]`;
  let text;
  try {
    text = jsonText(payload);
  } catch (error) {
    const message = `${argument} must be a JSON value: ${error?.message ?? error}`;
    throw invalidArgument(TypeError, argument, message, error);
  }
  if (text !== undefined) return text;
  const message = `${argument} must be a JSON value, got ${describe(payload)}`;
  throw invalidArgument(TypeError, argument, message);
}

/**
 * Makes the JSON texts of payloads part by part, so that those of a long list
 * are not in memory at once.
 * @param {readonly unknown[]} payloads kept
 * @returns {() => string[]} the next part; throws when a payload has no text
 */
function partsOf(payloads) {
  let next = 0;
  return () => {
    const end = Math.min(payloads.length, next + MOST_PER_PART);
    /** @type {string[]} */
    const texts = [];
    for (let length = 0; next < end && length < PART_LENGTH; next++) {
      const text = payloadText(payloads[next], next);
      texts.push(text);
      length += text.length;
    }
    return texts;
  };
}

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
 * @param {RawOptions} options
 * @param {readonly string[]} [known]
 * @returns {string} what the server may answer
 */
function acceptOf(options, known = WIRE_FORMATS) {
  const wireFormat = option(options, 'wireFormat', (value, argument) =>
    checkChoice(value, argument, known),
  );
  return wireFormat === 'msgpack' ? ACCEPT_MSGPACK : ACCEPT_JSON;
}

/**
 * What the methods that send texts in batches have in common.
 * @param {Omit<CallRequest, 'method' | 'hasBody' | 'flags' | 'inputCount'> & { inputs: string[] }} facts
 * @param {RawOptions} options
 * @returns {CallRequest}
 */
function textsRequest(facts, options) {
  const maySplit = option(options, 'splitOnLimit', checkBoolean, true);
  const flags = maySplit ? FLAG.SPLIT : 0;
  const inputCount = facts.inputs.length;
  return { ...facts, inputCount, method: 'POST', hasBody: true, flags };
}

/**
 * How embeddings are handed out: as `output` says, else as they were asked for.
 * @param {RawOptions} options
 * @returns {import('../responses/embeddings').VectorForm}
 */
function vectorForm({ output, encodingFormat }) {
  if (isGiven(output)) return checkChoice(output, 'output', OUTPUTS);
  return encodingFormat === 'base64' ? 'base64' : 'array';
}

/**
 * Base64 takes a quarter of the bytes of text, and a tenth of the time to read.
 * @param {Record<string, unknown>} behind
 * @param {RawOptions} options
 * @returns {Pick<CallRequest, 'frame' | 'plainFrame'>}
 */
function embedFrames(behind, { wireFormat }) {
  const asked = bodyFrame({}, 'input', behind);
  if (wireFormat !== 'auto' || behind.encoding_format === 'base64')
    return { frame: asked };
  const packed = { ...behind, encoding_format: 'base64' };
  return { frame: bodyFrame({}, 'input', packed), plainFrame: asked };
}

/**
 * @param {unknown} input a text is a list of one
 * @param {unknown} model
 * @param {RawOptions} options
 * @param {boolean} [mayBeEmpty] the input
 * @returns {CallRequest}
 */
function embedRequest(input, model, options, mayBeEmpty) {
  checkOptionNames(options, EMBED_NAMES, 'embed');
  const inputs =
    typeof input === 'string'
      ? [input]
      : checkTexts(input, 'input', mayBeEmpty);
  const name = checkName(model, 'model');
  const encoding_format = option(options, 'encodingFormat', (value, argument) =>
    checkChoice(value, argument, ENCODING_FORMATS),
  );
  const accept = acceptOf(options, EMBED_WIRE_FORMATS);
  const behind = {
    model: name,
    encoding_format,
    dimensions: option(options, 'dimensions', (value, argument) =>
      checkInteger(value, argument, 1, MOST_DIMENSIONS),
    ),
    user: option(options, 'user', checkString),
  };
  const form = vectorForm(options);
  const frames = embedFrames(behind, options);
  const request = textsRequest(
    {
      operation: 'embed',
      kind: KIND.EMBEDDINGS,
      path: '/v1/embeddings',
      accept,
      // What may be sent twice must not be changed meanwhile.
      inputs: frames.plainFrame ? [...inputs] : inputs,
      ...frames,
      makeResponse: (result) => new EmbeddingsResponse(result, name, form),
    },
    options,
  );
  if (form === 'base64') request.flags |= FLAG.OPAQUE;
  return request;
}

/**
 * What a method sends of its payloads; what it does not send is checked all the
 * same.
 * @param {readonly unknown[]} payloads
 * @param {boolean} hasBody
 */
function payloadInputs(payloads, hasBody) {
  if (!hasBody) return { inputs: payloads.map(payloadText).fill('') };
  const nextInputs = partsOf(payloads);
  return { inputs: nextInputs(), nextInputs };
}

/**
 * @param {unknown} path
 * @param {unknown} payloads
 * @param {RawOptions} options
 * @param {boolean} [mayBeEmpty] the list of payloads
 * @returns {CallRequest}
 */
function batchPostRequest(path, payloads, options, mayBeEmpty) {
  checkOptionNames(options, BATCH_POST_NAMES, 'batchPost');
  // A copy: the caller's list is his own again when the call has begun.
  const list =
    mayBeEmpty && isEmptyList(payloads)
      ? []
      : [...checkList(payloads, 'payloads', 'JSON values')];
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
    accept: acceptOf(options),
    ...payloadInputs(list, hasBody),
    inputCount: list.length,
    frame: NO_FRAME,
    flags: 0,
    headers: option(options, 'headers', checkHeaders),
    makeResponse: (result) => new BatchPostResponse(result),
  };
}

module.exports = {
  acceptOf,
  batchPostRequest,
  bodyFrame,
  embedRequest,
  option,
  payloadText,
  textsRequest,
};
