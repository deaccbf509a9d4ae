'use strict';

const { checkSignal } = require('../cancellation/cancellation');
const {
  checkChoice,
  checkFunction,
  isGiven,
  wrongType,
} = require('../base/check');
const {
  PREFERENCE_NAMES,
  RequestProcessingPreference,
  readPreference,
  settingsOf,
  toSettings,
  valuesOf,
} = require('../preference/preference');

/** @typedef {import('../preference/preference').Settings} Settings */
/** @typedef {import('./progress').OnProgress} OnProgress */

/** What every method understands beside its own options. */
const COMMON_NAMES = [
  ...PREFERENCE_NAMES,
  ...['preference', 'signal', 'onError', 'onProgress'],
];

/**
 * @param {string[]} own
 * @returns {ReadonlySet<string>}
 */
function namesWith(...own) {
  return new Set([...own, ...COMMON_NAMES]);
}

const SCORING = ['model', 'rawScores', 'truncate', 'truncationDirection'];

const BATCHING = ['splitOnLimit'];

const EMBED_NAMES = namesWith(
  ...['encodingFormat', 'dimensions', 'user', 'output'],
  ...BATCHING,
);
const RERANK_NAMES = namesWith(...SCORING, ...BATCHING, 'returnText');
const CLASSIFY_NAMES = namesWith(...SCORING, ...BATCHING);
const BATCH_POST_NAMES = namesWith('method', 'headers');

const ERROR_MODES = /** @type {const} */ (['throw', 'partial']);

const DEFAULT_PREFERENCE = new RequestProcessingPreference();

/**
 * @param {unknown} value
 * @returns {RequestProcessingPreference}
 */
function checkPreference(value) {
  if (value instanceof RequestProcessingPreference) return value;
  throw wrongType('preference', 'a RequestProcessingPreference', value);
}

/**
 * The settings of one call. Without options of its own it shares those of its
 * preference, so that what is derived from them can be shared, too.
 * @param {Record<string, unknown>} options
 * @returns {Settings}
 */
function readSettings(options) {
  const preference = isGiven(options.preference)
    ? checkPreference(options.preference)
    : DEFAULT_PREFERENCE;
  for (const name of Object.keys(options))
    if (PREFERENCE_NAMES.includes(name) && isGiven(options[name]))
      return toSettings(readPreference(options, valuesOf(preference)));
  return settingsOf(preference);
}

/**
 * Everything that can end the call early.
 * @param {Settings} settings
 * @param {Record<string, unknown>} options
 * @returns {import('../cancellation/cancellation').CancelSource[]}
 */
function cancelSources(settings, options) {
  const sources = settings.cancelToken ? [settings.cancelToken] : [];
  if (isGiven(options.signal))
    sources.push(checkSignal(options.signal, 'signal'));
  return sources;
}

/**
 * Does the call go on without the batches that fail?
 * @param {Record<string, unknown>} options
 * @returns {boolean}
 */
function wantsPartial({ onError }) {
  return (
    isGiven(onError) &&
    checkChoice(onError, 'onError', ERROR_MODES) === 'partial'
  );
}

/**
 * @param {Record<string, unknown>} options
 * @returns {OnProgress | undefined}
 */
function progressCallback({ onProgress }) {
  if (!isGiven(onProgress)) return undefined;
  return /** @type {OnProgress} */ (checkFunction(onProgress, 'onProgress'));
}

module.exports = {
  BATCH_POST_NAMES,
  CLASSIFY_NAMES,
  EMBED_NAMES,
  RERANK_NAMES,
  cancelSources,
  progressCallback,
  readSettings,
  wantsPartial,
};
