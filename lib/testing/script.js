'use strict';

/*
 * What a test wants said in place of the model's answers.
 */

const {
  checkInteger,
  checkNumber,
  checkOptionNames,
  isGiven,
  isPlainObject,
  wrongType,
} = require('../base/check');

/**
 * One answer of a script; what it leaves out is the model's.
 * @typedef {object} ScriptedAnswer
 * @property {number} [status] 200 when left out
 * @property {Record<string, string | string[]>} [headers]
 * @property {unknown} [body] text and bytes are sent as they are, the rest as JSON
 * @property {unknown[]} [events] sent as server-sent events, in place of a body
 * @property {number} [delayMs] waits before it answers
 * @property {boolean} [hang] never answers
 * @property {boolean} [reset] closes the connection instead of answering
 * @property {number} [cut] sends so many bytes of the body, then closes
 *
 * @typedef {import('./recorder').RecordedRequest} RecordedRequest
 * @typedef {(request: RecordedRequest, n: number) => ScriptedAnswer | undefined | Promise<ScriptedAnswer | undefined>} Script
 */

const ANSWER_NAMES = new Set([
  'status',
  'headers',
  'body',
  'events',
  'delayMs',
  'hang',
  'reset',
  'cut',
]);

const LONGEST_DELAY_MS = 600_000;

/**
 * @param {unknown} answer
 * @param {string} argument
 * @returns {ScriptedAnswer | undefined}
 */
function checkAnswer(answer, argument) {
  if (!isGiven(answer)) return undefined;
  if (!isPlainObject(answer)) throw wrongType(argument, 'an object', answer);
  checkOptionNames(answer, ANSWER_NAMES, argument);
  const { status, delayMs, cut, events } = answer;
  if (isGiven(status)) checkInteger(status, `${argument}.status`, 200, 599);
  if (isGiven(delayMs))
    checkNumber(delayMs, `${argument}.delayMs`, 0, LONGEST_DELAY_MS);
  if (isGiven(cut))
    checkInteger(cut, `${argument}.cut`, 0, Number.MAX_SAFE_INTEGER);
  if (isGiven(events) && !Array.isArray(events))
    throw wrongType(`${argument}.events`, 'an array', events);
  return answer;
}

/**
 * A list answers the first requests in order; the model answers the others.
 * @param {unknown} script
 * @returns {Script}
 */
function readScript(script) {
  if (!isGiven(script)) return () => undefined;
  if (typeof script === 'function')
    return async (request, n) =>
      checkAnswer(await script(request, n), `the script's answer ${n}`);
  if (!Array.isArray(script))
    throw wrongType('script', 'an array of answers or a function', script);
  const answers = script.map((answer, i) =>
    checkAnswer(answer, `script[${i}]`),
  );
  return (request, n) => answers[n];
}

module.exports = { readScript };
