'use strict';

/*
 * What follows a method's first arguments: the orders in which its options may
 * be given, their names, and what those say that all methods understand.
 */

const {
  checkChoice,
  checkFunction,
  describe,
  invalidArgument,
  isGiven,
  isPlainObject,
  nearest,
  wrongType,
} = require('../base/check');
const { checkSignal, enderOf } = require('../cancellation/cancellation');
const { isHeaderCollection } = require('../base/headers');
const {
  PREFERENCE_NAMES,
  RequestProcessingPreference,
  checkPreference,
  layered,
  readPreference,
  settingsOf,
  toSettings,
  valuesOf,
} = require('../preference/preference');

/** @typedef {import('../preference/preference').Settings} Settings */

/**
 * The options of one call by name, not yet checked.
 * @typedef {Record<string, unknown>} RawOptions
 */

/**
 * How a call is to run, checked.
 * @typedef {object} CallTerms
 * @property {Settings} settings
 * @property {import('../cancellation/cancellation').Ender[]} enders what may
 * end it early, beside the closing of its client
 * @property {boolean} isPartial does it go on without the batches that fail?
 * @property {import('./progress').OnProgress} [onProgress]
 */

const SCORING = ['model', 'rawScores', 'truncate', 'truncationDirection'];

const EMBED_ORDER = ['encodingFormat', 'dimensions', 'user'];
const RERANK_ORDER = ['model', 'returnText'];
const CLASSIFY_ORDER = SCORING;

/** The order of earlier editions of the Node package. */
const FULL_RERANK_ORDER = [
  'rawScores',
  'model',
  'returnText',
  'truncate',
  'truncationDirection',
];

/**
 * @param {string[]} own
 * @returns {ReadonlySet<string>} with those that every method understands
 */
function namesWith(...own) {
  const common = ['preference', 'signal', 'onError', 'onProgress'];
  return new Set([...own, ...PREFERENCE_NAMES, ...common]);
}

const EMBED_NAMES = namesWith(
  ...EMBED_ORDER,
  ...['output', 'wireFormat', 'splitOnLimit'],
);
const RERANK_NAMES = namesWith(
  ...SCORING,
  ...['wireFormat', 'splitOnLimit', 'returnText', 'dialect', 'topN'],
);
const CLASSIFY_NAMES = namesWith(...SCORING, 'wireFormat', 'splitOnLimit');
const BATCH_POST_NAMES = namesWith('method', 'headers', 'wireFormat');

/** What means an option even where it is none of batchPost's. */
const ALL_NAMES = new Set([
  ...BATCH_POST_NAMES,
  ...EMBED_NAMES,
  ...RERANK_NAMES,
]);

/** Edits that a misspelt name is off at most. */
const CLOSE = 2;

const ERROR_MODES = /** @type {const} */ (['throw', 'partial']);

/**
 * Without a prototype: a name such as __proto__ is one like any other.
 * @returns {RawOptions}
 */
function noOptions() {
  return Object.create(null);
}

/**
 * @param {RawOptions} options
 * @param {string} name
 * @param {unknown} value
 */
function setOnce(options, name, value) {
  if (!isGiven(options[name])) options[name] = value;
  else if (isGiven(value))
    throw invalidArgument(TypeError, name, `${name} is given twice`);
}

/**
 * Adds a preference, or an options object with all its options.
 * @param {RawOptions} options
 * @param {unknown} trailing
 */
function addTrailing(options, trailing) {
  if (trailing instanceof RequestProcessingPreference)
    return setOnce(options, 'preference', trailing);
  if (!isPlainObject(trailing))
    throw wrongType(
      'preference',
      'a RequestProcessingPreference or an options object',
      trailing,
    );
  for (const [name, value] of Object.entries(trailing))
    setOnce(options, name, value);
}

/**
 * Names values that come in order; a preference or options object may take any
 * place and ends the list.
 * @param {readonly string[]} order
 * @param {unknown[]} args
 */
function optionsInOrder(order, args) {
  const options = noOptions();
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (!isGiven(arg)) continue;
    if (i < order.length && typeof arg !== 'object') {
      options[order[i]] = arg;
      continue;
    }
    addTrailing(options, arg);
    const extra = args.slice(i + 1).find(isGiven);
    if (extra === undefined) break;
    const message = `nothing may follow the preference, got ${describe(extra)}`;
    throw invalidArgument(TypeError, 'arguments', message);
  }
  return options;
}

/** @param {unknown[]} args what follows input and model */
function embedOptions(args) {
  return optionsInOrder(EMBED_ORDER, args);
}

/**
 * The full order begins with a boolean, or with nothing and then has a value
 * where only it can have one.
 * @param {unknown[]} args what follows query and texts
 */
function rerankOptions(args) {
  const [first, second, third, ...others] = args;
  const isFull = isGiven(first)
    ? typeof first === 'boolean'
    : typeof second === 'string' ||
      typeof third === 'boolean' ||
      others.some(isGiven);
  return optionsInOrder(isFull ? FULL_RERANK_ORDER : RERANK_ORDER, args);
}

/** @param {unknown[]} args what follows the inputs */
function classifyOptions(args) {
  return optionsInOrder(CLASSIFY_ORDER, args);
}

/**
 * A misspelt option, or one of another method, still means an option when its
 * value could be no header's.
 * @param {string} name
 * @param {unknown} value
 */
function meansOption(name, value) {
  if (BATCH_POST_NAMES.has(name)) return true;
  if (typeof value === 'string') return false;
  return nearest(name, ALL_NAMES).distance <= CLOSE;
}

/**
 * @param {RawOptions} options
 * @param {unknown} arg
 * @param {number} position
 */
function addBatchPostArgument(options, arg, position) {
  if (typeof arg === 'string') setOnce(options, 'method', arg);
  else if (arg instanceof RequestProcessingPreference)
    setOnce(options, 'preference', arg);
  else if (isHeaderCollection(arg)) setOnce(options, 'headers', arg);
  else if (!isPlainObject(arg))
    throw wrongType(
      `argument ${position} of batchPost`,
      'a preference, headers, a method or an options object',
      arg,
    );
  else if (Object.keys(arg).some((name) => meansOption(name, arg[name])))
    addTrailing(options, arg);
  else setOnce(options, 'headers', arg);
}

/**
 * Preference, headers and method are told apart by what they are, in any
 * order. An object with the name of an option is options, otherwise headers.
 * @param {unknown[]} args what follows urlPath and payloads
 */
function batchPostOptions(args) {
  const options = noOptions();
  args.forEach((arg, i) => {
    if (isGiven(arg)) addBatchPostArgument(options, arg, i + 3);
  });
  return options;
}

/**
 * Whether options came first, and with them nothing in order.
 * @param {unknown[]} args what follows a method's own arguments
 */
function isOptionsForm([first]) {
  return isPlainObject(first);
}

/**
 * The settings of one call. Without options of its own it shares those of its
 * preference, so that what is derived from them can be shared, too.
 * @param {RawOptions} options
 * @param {RequestProcessingPreference} ground the client's
 * @returns {Settings}
 */
function readSettings(options, ground) {
  const preference = isGiven(options.preference)
    ? layered(ground, checkPreference(options.preference, 'preference'))
    : ground;
  for (const name of Object.keys(options))
    if (PREFERENCE_NAMES.includes(name) && isGiven(options[name]))
      return toSettings(readPreference(options, valuesOf(preference)));
  return settingsOf(preference);
}

/**
 * Reads the options that all methods understand.
 * @param {RawOptions} options
 * @param {RequestProcessingPreference} ground the client's preference
 * @returns {CallTerms}
 */
function readTerms(options, ground) {
  const { signal, onError, onProgress } = options;
  const settings = readSettings(options, ground);
  const enders = settings.cancelToken ? [enderOf(settings.cancelToken)] : [];
  if (isGiven(signal)) enders.push(enderOf(checkSignal(signal, 'signal')));
  const isPartial =
    isGiven(onError) &&
    checkChoice(onError, 'onError', ERROR_MODES) === 'partial';
  if (!isGiven(onProgress)) return { settings, enders, isPartial };
  const callback = /** @type {any} */ (checkFunction(onProgress, 'onProgress'));
  return { settings, enders, isPartial, onProgress: callback };
}

module.exports = {
  BATCH_POST_NAMES,
  CLASSIFY_NAMES,
  EMBED_NAMES,
  RERANK_NAMES,
  batchPostOptions,
  classifyOptions,
  embedOptions,
  isOptionsForm,
  readTerms,
  rerankOptions,
};
