'use strict';

const {
  BATCH_POST_NAMES,
  CLASSIFY_NAMES,
  EMBED_NAMES,
  RERANK_NAMES,
  readTerms,
} = require('../call/options');
const { Call } = require('../call/call');
const { RequestProcessingPreference } = require('../preference/preference');
const { NUMBER } = require('../native/contract');
const { StreamBatches } = require('./batches');
const { StreamSource } = require('./source');
const {
  acceptedSize,
  classifyResults,
  embedResults,
  postResults,
  rerankResults,
} = require('./results');
const {
  batchPostRequest,
  embedRequest,
  payloadText,
} = require('../call/request');
const { classifyRequest, rerankRequest } = require('../call/scoring');
const {
  checkBoolean,
  checkFunction,
  checkOptionNames,
  describe,
  invalidArgument,
  isGiven,
  isPlainObject,
  wrongType,
} = require('../base/check');
const { enderOf } = require('../cancellation/cancellation');
const { mergeHeaders } = require('../base/headers');

/** @typedef {import('../call/call').CallEnd} CallEnd */
/** @typedef {import('../call/host').Host} Host */
/** @typedef {import('../call/request').CallRequest} CallRequest */
/** @typedef {import('../cancellation/cancellation').CancellationToken} CancellationToken */
/** @typedef {import('../cancellation/cancellation').Ender} Ender */
/** @typedef {import('../preference/preference').Settings} Settings */
/** @typedef {import('./batches').StreamBatch} StreamBatch */

/**
 * What one stream sends, where it gets that from, and what it yields.
 * @typedef {object} StreamRequest
 * @property {CallRequest} request with a stand-in for its inputs
 * @property {StreamSource} source
 * @property {(value: unknown, place: number) => string} toText
 * @property {(batch: StreamBatch, end: CallEnd) => object[]} toResults
 */

/**
 * What only streams understand, and the options that calls have, too.
 * @typedef {object} StreamOptions
 * @property {Record<string, unknown>} options
 * @property {boolean} isOrdered
 * @property {(item: unknown) => unknown} [select] what of an item is sent
 */

/**
 * All that a stream needs, checked and ready to begin.
 * @typedef {object} StreamPlan
 * @property {StreamSource} source
 * @property {StreamBatches} batches
 * @property {(batch: StreamBatch, token: CancellationToken) => Promise<object[]>} send
 * @property {number} width batches sent and not yet taken, at most
 * @property {boolean} isOrdered
 * @property {readonly Ender[]} enders
 * @property {number} totalTimeoutMs 0 for none
 * @property {string} where method and path, for messages
 */

/** Each batch brings inputs of its own. */
const STAND_IN = [''];

/**
 * A stream has no end to be told of, and results in one form.
 * @param {ReadonlySet<string>} names of the call
 * @param {string} selector the option that says what of an item is sent
 * @returns {ReadonlySet<string>}
 */
function streamNames(names, selector) {
  const own = new Set([...names, 'ordered', selector]);
  for (const name of ['onProgress', 'output', 'topN']) own.delete(name);
  return own;
}

const EMBED_STREAM_NAMES = streamNames(EMBED_NAMES, 'text');
const RERANK_STREAM_NAMES = streamNames(RERANK_NAMES, 'text');
const CLASSIFY_STREAM_NAMES = streamNames(CLASSIFY_NAMES, 'text');
const BATCH_POST_STREAM_NAMES = streamNames(BATCH_POST_NAMES, 'payload');

/**
 * @param {unknown} given
 * @param {ReadonlySet<string>} names
 * @param {string} method
 * @returns {StreamOptions}
 */
function readOptions(given, names, method) {
  if (!isGiven(given)) return { options: {}, isOrdered: true };
  if (given instanceof RequestProcessingPreference)
    return { options: { preference: given }, isOrdered: true };
  if (!isPlainObject(given))
    throw wrongType(
      'options',
      'a RequestProcessingPreference or an options object',
      given,
    );
  checkOptionNames(given, names, method);
  const { ordered, text, payload, ...options } = given;
  const isOrdered = isGiven(ordered) ? checkBoolean(ordered, 'ordered') : true;
  const [selector, name] = isGiven(text)
    ? [text, 'text']
    : [payload, 'payload'];
  if (!isGiven(selector)) return { options, isOrdered };
  const select = /** @type {any} */ (checkFunction(selector, String(name)));
  return { options, isOrdered, select };
}

/**
 * The settings of each batch. One that is sent in parts sends one at a time, so
 * that never more requests are in flight than batches may be.
 * @param {Settings} settings of the stream
 * @param {CallRequest} request
 * @returns {Settings}
 */
function batchSettings(settings, request) {
  const numbers = settings.numbers.slice();
  numbers[NUMBER.MAX_CONCURRENT_REQUESTS] = 1;
  numbers[NUMBER.TOTAL_TIMEOUT_MS] = 0;
  const headers = mergeHeaders(settings.headers, request.headers);
  return { ...settings, numbers, headers };
}

/**
 * Checks what is left to check, and says how the stream is to run. Each batch
 * is a call of its own.
 * @param {StreamRequest} stream
 * @param {StreamOptions} given
 * @param {Host} host
 * @returns {StreamPlan}
 */
function planStream(stream, { options, isOrdered }, host) {
  const { request, source, toText, toResults } = stream;
  const terms = readTerms(options, host.preference);
  const { numbers } = terms.settings;
  const items = numbers[NUMBER.BATCH_SIZE];
  const chars = numbers[NUMBER.MAX_CHARS_PER_REQUEST];
  const isSingle = request.operation === 'batchPost';
  const limits = isSingle ? { items: 1, chars: 0 } : { items, chars };
  const batches = new StreamBatches(source, toText, limits);
  const [url] = host.urlsFor(request.path);
  const settings = batchSettings(terms.settings, request);
  const { hasBody, accept } = request;
  host.headersFor(settings, { hasBody, accept }); // refuses what lacks a key
  return {
    source,
    batches,
    send(batch, token) {
      const own = {
        ...request,
        headers: undefined,
        inputs: batch.inputs,
        inputCount: batch.inputs.length,
      };
      const enders = [enderOf(token)];
      const call = new Call(own, { ...terms, settings, enders }, host);
      return call.run((end) => {
        batches.limit(acceptedSize(end.answers));
        return toResults(batch, end);
      });
    },
    width: numbers[NUMBER.MAX_CONCURRENT_REQUESTS],
    isOrdered,
    enders: [...host.lifecycles, ...terms.enders],
    totalTimeoutMs: numbers[NUMBER.TOTAL_TIMEOUT_MS],
    where: `${request.method} ${new URL(url).pathname}`,
  };
}

/**
 * @param {StreamOptions} given
 * @returns {StreamRequest['toText']}
 */
function textsOf({ select }) {
  return (item, place) => {
    const text = select ? select(item) : item;
    if (typeof text === 'string') return text;
    const argument = select ? `text(input[${place}])` : `input[${place}]`;
    const hint = select ? '' : '; the option text says what of an item is sent';
    const message = `${argument} must be a string, got ${describe(text)}${hint}`;
    throw invalidArgument(TypeError, argument, message);
  };
}

/**
 * @param {unknown} source
 * @param {unknown} model
 * @param {unknown} given
 * @param {Host} host
 */
function planEmbedStream(source, model, given, host) {
  const own = readOptions(given, EMBED_STREAM_NAMES, 'embedStream');
  const stream = {
    source: new StreamSource(source, 'strings'),
    request: embedRequest(STAND_IN, model, {
      ...own.options,
      output: 'float32',
    }),
    toText: textsOf(own),
    toResults: embedResults,
  };
  return planStream(stream, own, host);
}

/**
 * @param {unknown} query
 * @param {unknown} source
 * @param {unknown} given
 * @param {Host} host
 */
function planRerankStream(query, source, given, host) {
  const own = readOptions(given, RERANK_STREAM_NAMES, 'rerankStream');
  const request = rerankRequest(query, STAND_IN, own.options);
  const stream = {
    source: new StreamSource(source, 'strings'),
    request,
    toText: textsOf(own),
    /** @type {StreamRequest['toResults']} */
    toResults: (batch, end) => rerankResults(batch, end, request.makeResponse),
  };
  return planStream(stream, own, host);
}

/**
 * @param {unknown} source
 * @param {unknown} given
 * @param {Host} host
 */
function planClassifyStream(source, given, host) {
  const own = readOptions(given, CLASSIFY_STREAM_NAMES, 'classifyStream');
  const stream = {
    source: new StreamSource(source, 'strings'),
    request: classifyRequest(STAND_IN, own.options),
    toText: textsOf(own),
    toResults: classifyResults,
  };
  return planStream(stream, own, host);
}

/**
 * @param {unknown} path
 * @param {unknown} source
 * @param {unknown} given
 * @param {Host} host
 */
function planBatchPostStream(path, source, given, host) {
  const own = readOptions(given, BATCH_POST_STREAM_NAMES, 'batchPostStream');
  const request = batchPostRequest(path, STAND_IN, own.options);
  const stream = {
    request,
    source: new StreamSource(source, 'JSON values'),
    /** @type {StreamRequest['toText']} */
    toText(item, place) {
      const text = payloadText(own.select ? own.select(item) : item, place);
      return request.hasBody ? text : '';
    },
    toResults: postResults,
  };
  return planStream(stream, own, host);
}

module.exports = {
  planBatchPostStream,
  planClassifyStream,
  planEmbedStream,
  planRerankStream,
};
