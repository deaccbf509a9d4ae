'use strict';

/**
 * Checks of what a caller passes, in one voice: every refusal names the
 * argument, what it must be and what came instead. Nothing is ever coerced.
 */

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

/**
 * @param {string} text
 * @returns {string}
 */
function quoted(text) {
  const shown =
    text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
  return JSON.stringify(shown);
}

/**
 * @param {object} value
 * @returns {string}
 */
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
 * @returns {TypeError}
 */
function wrongType(argument, expected, value) {
  const message = `${argument} must be ${expected}, got ${describe(value)}`;
  return invalidArgument(TypeError, argument, message);
}

/**
 * @param {string} argument
 * @param {string} expected
 * @param {unknown} value
 * @returns {RangeError}
 */
function outOfRange(argument, expected, value) {
  const shown = typeof value === 'string' ? quoted(value) : String(value);
  const message = `${argument} must be ${expected}, got ${shown}`;
  return invalidArgument(RangeError, argument, message);
}

/**
 * Null counts as left out, as undefined does.
 * @param {unknown} value
 * @returns {boolean}
 */
function isGiven(value) {
  return value !== undefined && value !== null;
}

/**
 * @param {unknown} value
 * @param {string} argument
 * @param {number} least
 * @param {number} most
 * @returns {number}
 */
function checkNumber(value, argument, least, most) {
  const expected = `a number between ${least} and ${most}`;
  if (typeof value !== 'number') throw wrongType(argument, expected, value);
  if (!(value >= least && value <= most))
    throw outOfRange(argument, expected, value);
  return value + 0; // -0 becomes 0
}

/**
 * @param {unknown} value
 * @param {string} argument
 * @param {number} least
 * @param {number} most
 * @returns {number}
 */
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

/**
 * @param {unknown} value
 * @param {string} argument
 * @returns {string}
 */
function checkString(value, argument) {
  if (typeof value !== 'string') throw wrongType(argument, 'a string', value);
  return value;
}

/**
 * @param {unknown} value
 * @param {string} argument
 * @returns {string}
 */
function checkName(value, argument) {
  if (typeof value !== 'string')
    throw wrongType(argument, 'a non-empty string', value);
  if (value === '') throw outOfRange(argument, 'a non-empty string', value);
  return value;
}

/**
 * @param {unknown} value
 * @param {string} argument
 * @returns {boolean}
 */
function checkBoolean(value, argument) {
  if (typeof value !== 'boolean') throw wrongType(argument, 'a boolean', value);
  return value;
}

/**
 * @param {unknown} value
 * @param {string} argument
 * @returns {Function}
 */
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

/**
 * @param {unknown} value
 * @param {string} argument
 * @param {string} content what the array holds, for the message
 * @returns {unknown[]}
 */
function checkList(value, argument, content) {
  const expected = `a non-empty array of ${content}`;
  if (!Array.isArray(value)) throw wrongType(argument, expected, value);
  if (value.length === 0)
    throw invalidArgument(
      RangeError,
      argument,
      `${argument} must be ${expected}, got an empty array`,
    );
  return value;
}

/**
 * @param {unknown} value
 * @param {string} argument
 * @returns {string[]}
 */
function checkTexts(value, argument) {
  const texts = checkList(value, argument, 'strings');
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

module.exports = {
  checkBoolean,
  checkChoice,
  checkFunction,
  checkInteger,
  checkIntegers,
  checkList,
  checkName,
  checkNumber,
  checkString,
  checkTexts,
  describe,
  invalidArgument,
  isGiven,
  isPlainObject,
  outOfRange,
  wrongType,
};
