'use strict';

const {
  describe,
  invalidArgument,
  isGiven,
  isPlainObject,
  wrongType,
} = require('../base/check');
const { BATCH_POST_NAMES, EMBED_NAMES, RERANK_NAMES } = require('./options');
const { isHeaderCollection } = require('../base/headers');
const { nearest } = require('../base/nearest');
const { RequestProcessingPreference } = require('../preference/preference');

/**
 * Every method has several call forms. Here each becomes one options object,
 * still unchecked but for what the forms themselves can get wrong.
 * @typedef {Record<string, unknown>} RawOptions
 */

const EMBED_ORDER = ['encodingFormat', 'dimensions', 'user'];

const RERANK_ORDER = ['model', 'returnText'];

/** The order of earlier editions of the Node package. */
const FULL_RERANK_ORDER = [
  'rawScores',
  'model',
  'returnText',
  'truncate',
  'truncationDirection',
];

const CLASSIFY_ORDER = [
  'model',
  'rawScores',
  'truncate',
  'truncationDirection',
];

/** What means an option even where it is none of batchPost's. */
const OPTION_NAMES = new Set([
  ...BATCH_POST_NAMES,
  ...EMBED_NAMES,
  ...RERANK_NAMES,
]);

/** Edits that a misspelt name is off at most. */
const CLOSE = 2;

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
 * @param {unknown[]} args
 * @param {number} start
 */
function refuseMore(args, start) {
  const extra = args.slice(start).find(isGiven);
  if (extra !== undefined)
    throw invalidArgument(
      TypeError,
      'arguments',
      `nothing may follow the preference, got ${describe(extra)}`,
    );
}

/**
 * Values in order; a preference or options object may take any place and ends
 * the list.
 * @param {readonly string[]} order
 * @param {unknown[]} args
 * @returns {RawOptions}
 */
function readForm(order, args) {
  const options = noOptions();
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (!isGiven(arg)) continue;
    if (i < order.length && typeof arg !== 'object') {
      options[order[i]] = arg;
    } else {
      addTrailing(options, arg);
      refuseMore(args, i + 1);
      break;
    }
  }
  return options;
}

/**
 * @param {unknown[]} args what follows input and model
 * @returns {RawOptions}
 */
function embedForm(args) {
  return readForm(EMBED_ORDER, args);
}

/**
 * The full order begins with a boolean, or with nothing and then has a value
 * where only it can have one.
 * @param {unknown[]} args what follows query and texts
 * @returns {RawOptions}
 */
function rerankForm(args) {
  const [first, second, third, ...others] = args;
  const isFull = isGiven(first)
    ? typeof first === 'boolean'
    : typeof second === 'string' ||
      typeof third === 'boolean' ||
      others.some(isGiven);
  return readForm(isFull ? FULL_RERANK_ORDER : RERANK_ORDER, args);
}

/**
 * @param {unknown[]} args what follows the inputs
 * @returns {RawOptions}
 */
function classifyForm(args) {
  return readForm(CLASSIFY_ORDER, args);
}

/**
 * A misspelt option, or one of another method, still means an option when its
 * value could be no header's.
 * @param {string} name
 * @param {unknown} value
 * @returns {boolean}
 */
function meansOption(name, value) {
  if (BATCH_POST_NAMES.has(name)) return true;
  if (typeof value === 'string') return false;
  return nearest(name, OPTION_NAMES).distance <= CLOSE;
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
 * @returns {RawOptions}
 */
function batchPostForm(args) {
  const options = noOptions();
  args.forEach((arg, i) => {
    if (isGiven(arg)) addBatchPostArgument(options, arg, i + 3);
  });
  return options;
}

module.exports = { batchPostForm, classifyForm, embedForm, rerankForm };
