'use strict';

/**
 * Checks of what a caller passes, in one voice: every refusal names the
 * argument, what it must be and what came instead. Nothing is ever coerced.
 */

/**
 * Returns the value of an argument, or throws the refusal of it.
 * @template Value
 * @typedef {(value: unknown, argument: string) => Value} Check
 */

/** @typedef {(value: unknown, argument: string, least: number, most: number) => number} CheckRange */

const SHOWN_LENGTH = 60;

/**
 * Makes the error that every refused argument ends in.
 * @param {TypeErrorConstructor | RangeErrorConstructor} ErrorClass
 * @param {string} argument
 * @param {string} message
 * @param {unknown} [cause]
 * @returns {TypeError & { code: 'INVALID_ARGUMENT', argument: string }}
 */
function invalidArgument(ErrorClass, argument, message, cause) {
  const error = new ErrorClass(
    message,
    cause === undefined ? undefined : { cause },
  );
  return Object.assign(error, {
    code: /** @type {const} */ ('INVALID_ARGUMENT'),
    argument,
  });
}

/** @param {string} text */
function quoted(text) {
  const shown =
    text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
  return JSON.stringify(shown);
}

/** @param {object} value */
function describeObject(value) {
  if (Array.isArray(value)) return 'an array';
  const name = Object.prototype.toString.call(value).slice(8, -1);
  return name === 'Object' ? 'an object' : `an object of type ${name}`;
}

/**
 * Says what a value of the wrong type is.
 * @param {unknown} value
 * @returns {string}
 */
function describe(value) {
  switch (typeof value) {
    case 'string':
      return `string ${quoted(value)}`;
    case 'number':
    case 'boolean':
      return `${typeof value} ${value}`;
    case 'bigint':
      return `bigint ${value}n`;
    case 'object':
      return value === null ? 'null' : describeObject(value);
    case 'undefined':
      return 'undefined';
    default:
      return `a ${typeof value}`;
  }
}

/**
 * @param {string} argument
 * @param {string} expected
 * @param {unknown} value
 */
function wrongType(argument, expected, value) {
  const message = `${argument} must be ${expected}, got ${describe(value)}`;
  return invalidArgument(TypeError, argument, message);
}

/**
 * @param {string} argument
 * @param {string} expected
 * @param {unknown} value
 */
function outOfRange(argument, expected, value) {
  const shown = typeof value === 'string' ? quoted(value) : String(value);
  const message = `${argument} must be ${expected}, got ${shown}`;
  return invalidArgument(RangeError, argument, message);
}

/**
 * Null counts as left out, as undefined does.
 * @param {unknown} value
 */
function isGiven(value) {
  return value !== undefined && value !== null;
}

/** @type {CheckRange} */
function checkNumber(value, argument, least, most) {
  const expected = `a number between ${least} and ${most}`;
  if (typeof value !== 'number') throw wrongType(argument, expected, value);
  if (!(value >= least && value <= most))
    throw outOfRange(argument, expected, value);
  return value + 0; // -0 becomes 0
}

/** @type {CheckRange} */
function checkInteger(value, argument, least, most) {
  const expected = `an integer between ${least} and ${most}`;
  if (typeof value !== 'number') throw wrongType(argument, expected, value);
  if (!Number.isInteger(value) || value < least || value > most)
    throw outOfRange(argument, expected, value);
  return value + 0;
}

/**
 * @param {unknown} value
 * @param {string} argument
 * @param {number} least
 * @param {number} most
 * @returns {number[]} a copy
 */
function checkIntegers(value, argument, least, most) {
  if (!Array.isArray(value))
    throw wrongType(argument, 'an array of integers', value);
  return Array.from(value, (one, i) =>
    checkInteger(one, `${argument}[${i}]`, least, most),
  );
}

/** @type {Check<string>} */
function checkString(value, argument) {
  if (typeof value !== 'string') throw wrongType(argument, 'a string', value);
  return value;
}

/** @type {Check<string>} */
function checkName(value, argument) {
  if (typeof value !== 'string')
    throw wrongType(argument, 'a non-empty string', value);
  if (value === '') throw outOfRange(argument, 'a non-empty string', value);
  return value;
}

/** @type {Check<boolean>} */
function checkBoolean(value, argument) {
  if (typeof value !== 'boolean') throw wrongType(argument, 'a boolean', value);
  return value;
}

/** @type {Check<Function>} */
function checkFunction(value, argument) {
  if (typeof value !== 'function')
    throw wrongType(argument, 'a function', value);
  return value;
}

/**
 * @template {string | number} Choice
 * @param {unknown} value
 * @param {string} argument
 * @param {readonly Choice[]} choices
 * @returns {Choice}
 */
function checkChoice(value, argument, choices) {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  const expected = `one of ${choices.join(', ')}`;
  if (typeof value === typeof choices[0])
    throw outOfRange(argument, expected, value);
  throw wrongType(argument, expected, value);
}

/** @param {unknown} value */
function isEmptyList(value) {
  return Array.isArray(value) && value.length === 0;
}

/**
 * The sentence about an empty list begins as that of Baseten's own client does,
 * for programs that look for it.
 * @param {unknown} value
 * @param {string} argument
 * @param {string} content what the array holds, for the message
 * @returns {unknown[]}
 */
function checkList(value, argument, content) {
  const expected = `a non-empty array of ${content}`;
  if (!Array.isArray(value)) throw wrongType(argument, expected, value);
  if (value.length > 0) return value;
  const list = argument[0].toUpperCase() + argument.slice(1);
  const message = `${list} list cannot be empty: ${argument} must be ${expected}`;
  throw invalidArgument(RangeError, argument, message);
}

/**
 * @param {unknown} value
 * @param {string} argument
 * @param {boolean} [mayBeEmpty]
 * @returns {string[]}
 */
function checkTexts(value, argument, mayBeEmpty = false) {
  const texts =
    mayBeEmpty && isEmptyList(value)
      ? []
      : checkList(value, argument, 'strings');
  for (let i = 0; i < texts.length; i++)
    if (typeof texts[i] !== 'string')
      throw wrongType(`${argument}[${i}]`, 'a string', texts[i]);
  return /** @type {string[]} */ (texts);
}

/**
 * Is it an object literal (of any realm), rather than an instance?
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isPlainObject(value) {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * Edit distance between two short words (Levenshtein, one row at a time).
 * @param {string} from
 * @param {string} to
 */
function distance(from, to) {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const change = row[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1);
      next[j] = Math.min(change, row[j] + 1, next[j - 1] + 1);
    }
    row = next;
  }
  return row[to.length];
}

/**
 * Spelling without case and word separators: batch_size is batchSize.
 * @param {string} name
 */
function plain(name) {
  return name.slice(0, 64).replace(/[-_]/g, '').toLowerCase();
}

/**
 * The known name that looks most like `name`, and how far it is off.
 * @param {string} name
 * @param {Iterable<string>} known
 */
function nearest(name, known) {
  let best = { name: '', distance: Infinity };
  for (const candidate of known) {
    const off = distance(plain(name), plain(candidate));
    if (off < best.distance) best = { name: candidate, distance: off };
  }
  return best;
}

/**
 * Refuses an options object that holds a name nobody reads.
 * @param {Record<string, unknown>} options
 * @param {ReadonlySet<string>} known
 * @param {string} owner whose options these are, for the message
 */
function checkOptionNames(options, known, owner) {
  for (const name of Object.keys(options)) {
    if (known.has(name)) continue;
    const near = nearest(name, known);
    const isLikely = near.distance <= Math.max(2, name.length / 2);
    const hint = isLikely ? `, did you mean ${near.name}?` : '';
    const message = `unknown option "${name}" of ${owner}${hint}`;
    throw invalidArgument(TypeError, name, message);
  }
}

module.exports = {
  checkBoolean,
  checkChoice,
  checkFunction,
  checkInteger,
  checkIntegers,
  checkList,
  checkName,
  checkNumber,
  checkOptionNames,
  checkString,
  checkTexts,
  describe,
  invalidArgument,
  isEmptyList,
  isGiven,
  isPlainObject,
  nearest,
  outOfRange,
  wrongType,
};
