'use strict';

const { parseArgs } = require('node:util');

const { nearest } = require('baseten-performance-client/internal');
const { ConfigError } = require('../base/errors');
const { FLAGS, variablesOf } = require('./flags');

/** @typedef {import('./flags').Flag} Flag */

/**
 * A text that was given for a setting, and where.
 * @typedef {{ text: string, argument: string }} Given
 */

/** @typedef {Map<string, Given[]>} GivenFlags by the flag's name */

/** The one flag with two values. */
const TOKENIZER = 'tokenizer';

const HELP_COLUMN = 36;

const OPTIONS = Object.fromEntries(
  FLAGS.map(({ name, value, short }) => [
    name,
    { type: value === '' ? 'boolean' : 'string', ...(short && { short }) },
  ]),
);

/** @param {string} rawName as it was written */
function unknownFlag(rawName) {
  const known = FLAGS.map(({ name }) => name);
  const hint = nearest(rawName, known).name;
  return new ConfigError(`unknown flag ${rawName}, did you mean --${hint}?`);
}

/**
 * No message shows a value: it may be a key.
 * @param {any} token of an option, as parseArgs gives it
 * @param {any} [next] the token behind it
 */
function textOf({ name, rawName, value, inlineValue }, next) {
  if (OPTIONS[name].type === 'boolean') return value ?? '';
  if (value === undefined) throw new ConfigError(`${rawName} needs a value`);
  if (!inlineValue && value.startsWith('--'))
    throw new ConfigError(
      `${rawName} needs a value; one that begins with "--" is written ${rawName}=<value>`,
    );
  if (name !== TOKENIZER) return value;
  if (next?.kind === 'positional') return `${value}=${next.value}`;
  throw new ConfigError(`${rawName} needs two values, MODEL and PATH`);
}

/**
 * @param {GivenFlags} given
 * @param {string} name
 * @param {Given} one
 */
function add(given, name, one) {
  given.set(name, [...(given.get(name) ?? []), one]);
}

/**
 * @param {readonly string[]} argv what follows the program's name
 * @returns {GivenFlags}
 */
function readArguments(argv) {
  const { tokens } = parseArgs({
    args: [...argv],
    options: /** @type {any} */ (OPTIONS),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  /** @type {GivenFlags} */
  const given = new Map();
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (token.kind === 'positional')
      throw new ConfigError(
        `argument ${token.index + 1} belongs to no flag (blanks need quotes)`,
      );
    if (token.kind !== 'option') continue;
    if (!Object.hasOwn(OPTIONS, token.name)) throw unknownFlag(token.rawName);
    const text = textOf(token, tokens[i + 1]);
    add(given, token.name, { text, argument: `--${token.name}` });
    if (token.name === TOKENIZER) i += 1;
  }
  return given;
}

/**
 * What the environment says; an empty variable says nothing. The values of a
 * list are separated by commas, unless the flag says otherwise.
 * @param {NodeJS.ProcessEnv} env
 * @returns {GivenFlags}
 */
function readVariables(env) {
  /** @type {GivenFlags} */
  const given = new Map();
  for (const flag of FLAGS) {
    const argument = variablesOf(flag).find((name) => env[name]);
    if (argument === undefined) continue;
    const value = env[argument] ?? '';
    const texts = flag.isList ? value.split(flag.separator ?? ',') : [value];
    for (const text of texts)
      add(given, flag.name, { text: text.trim(), argument });
  }
  return given;
}

/** @param {Readonly<Flag>} flag */
function usage({ short, name, value }) {
  const values = value
    .split(' ')
    .filter(Boolean)
    .map((word) => ` <${word}>`);
  return `  ${short ? `-${short}, ` : ''}--${name}${values.join('')}`;
}

/** @param {Readonly<Flag>} flag */
function explanation({ help, value, fallback, isList }) {
  const shown = String(fallback ?? '');
  const notes = [
    value !== '' && shown !== '' ? ` [default: ${shown}]` : '',
    isList ? ' (may be repeated)' : '',
  ];
  return help + notes.join('');
}

/**
 * What --help prints.
 * @returns {string}
 */
function helpText() {
  const lines = FLAGS.map((flag) => {
    const left = usage(flag);
    const gap =
      left.length < HELP_COLUMN - 1
        ? ' '.repeat(HELP_COLUMN - left.length)
        : `\n${' '.repeat(HELP_COLUMN)}`;
    return `${left}${gap}${explanation(flag)}`;
  });
  return [
    'baseten-performance-proxy [OPTIONS]',
    '',
    'Options:',
    ...lines,
    '',
    'Each option is also a variable: --batch-size is BASETEN_PROXY_BATCH_SIZE.',
    '',
  ].join('\n');
}

module.exports = { helpText, readArguments, readVariables };
