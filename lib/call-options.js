'use strict';

const { checkSignal } = require('./cancellation');
const { isGiven, wrongType } = require('./check');
const {
  PREFERENCE_NAMES,
  readPreference,
  toSettings,
} = require('./preference-values');
const {
  RequestProcessingPreference,
  settingsOf,
  valuesOf,
} = require('./request-processing-preference');

/** @typedef {import('./preference-values').Settings} Settings */

/** What every method understands beside its own options. */
const COMMON_NAMES = [...PREFERENCE_NAMES, 'preference', 'signal'];

/**
 * @param {string[]} own
 * @returns {ReadonlySet<string>}
 */
function namesWith(...own) {
  return new Set([...own, ...COMMON_NAMES]);
}

const SCORING = ['model', 'rawScores', 'truncate', 'truncationDirection'];

const EMBED_NAMES = namesWith('encodingFormat', 'dimensions', 'user', 'output');
const RERANK_NAMES = namesWith(...SCORING, 'returnText');
const CLASSIFY_NAMES = namesWith(...SCORING);
const BATCH_POST_NAMES = namesWith('method', 'headers');

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
 * @returns {import('./cancellation').CancelSource[]}
 */
function cancelSources(settings, options) {
  const sources = settings.cancelToken ? [settings.cancelToken] : [];
  if (isGiven(options.signal))
    sources.push(checkSignal(options.signal, 'signal'));
  return sources;
}

module.exports = {
  BATCH_POST_NAMES,
  CLASSIFY_NAMES,
  EMBED_NAMES,
  RERANK_NAMES,
  cancelSources,

  readSettings,
};
