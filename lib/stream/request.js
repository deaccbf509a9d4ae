'use strict';

const { BATCH_POST_NAMES, EMBED_NAMES } = require('../call/options');
const { batchPostRequest, embedRequest } = require('../call/request');
const {
  checkBoolean,
  checkString,
  isGiven,
  isPlainObject,
  wrongType,
} = require('../base/check');
const { payloadText } = require('../call/json-text');
const { checkOptionNames } = require('../base/nearest');
const { RequestProcessingPreference } = require('../preference/preference');
const { embedResults, postResults } = require('./results');
const { StreamSource } = require('./source');

/**
 * What one stream sends, where it gets that from, and what it yields.
 * @typedef {object} StreamRequest
 * @property {import('../call/request').CallRequest} request with a stand-in for
 * its inputs
 * @property {StreamSource} source
 * @property {(value: unknown, place: number) => string} toText
 * @property {(end: import('./results').BatchEnd) => object[]} toResults
 * @property {boolean} isOrdered
 * @property {Record<string, unknown>} options those that calls have, too
 */

/** Each batch brings inputs of its own. */
const STAND_IN = [''];

/**
 * A stream has no end to be told of, and results in one form.
 * @param {ReadonlySet<string>} names of the call
 * @returns {ReadonlySet<string>}
 */
function streamNames(names) {
  const own = new Set([...names, 'ordered']);
  own.delete('onProgress');
  own.delete('output');
  return own;
}

const EMBED_STREAM_NAMES = streamNames(EMBED_NAMES);
const BATCH_POST_STREAM_NAMES = streamNames(BATCH_POST_NAMES);

/**
 * @param {unknown} given
 * @param {ReadonlySet<string>} names
 * @param {string} method
 * @returns {{ options: Record<string, unknown>, isOrdered: boolean }}
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
  const { ordered, ...options } = given;
  const isOrdered = isGiven(ordered) ? checkBoolean(ordered, 'ordered') : true;
  return { options, isOrdered };
}

/**
 * @param {unknown} value
 * @param {number} place
 * @returns {string}
 */
function inputText(value, place) {
  if (typeof value === 'string') return value;
  return checkString(value, `input[${place}]`);
}

/**
 * @param {unknown} source
 * @param {unknown} model
 * @param {unknown} given
 * @returns {StreamRequest}
 */
function embedStreamRequest(source, model, given) {
  const { options, isOrdered } = readOptions(
    given,
    EMBED_STREAM_NAMES,
    'embedStream',
  );
  return {
    source: new StreamSource(source, 'strings'),
    request: embedRequest(STAND_IN, model, { ...options, output: 'float32' }),
    toText: inputText,
    toResults: embedResults,
    isOrdered,
    options,
  };
}

/**
 * @param {unknown} path
 * @param {unknown} source
 * @param {unknown} given
 * @returns {StreamRequest}
 */
function batchPostStreamRequest(path, source, given) {
  const { options, isOrdered } = readOptions(
    given,
    BATCH_POST_STREAM_NAMES,
    'batchPostStream',
  );
  const request = batchPostRequest(path, STAND_IN, options);
  return {
    source: new StreamSource(source, 'JSON values'),
    request,
    toText(value, place) {
      const text = payloadText(value, place);
      return request.hasBody ? text : '';
    },
    toResults: postResults,
    isOrdered,
    options,
  };
}

module.exports = { batchPostStreamRequest, embedStreamRequest };
