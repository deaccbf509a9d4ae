'use strict';

const { parseArgs } = require('node:util');

const { nearest } = require('baseten-performance-client/internal');
const { UsageError } = require('../base/errors');
const { COMMANDS, FLAGS, JOBS, keyOf, variableOf } = require('./flags');

/** @typedef {import('./flags').Flag} Flag */

/**
 * A text that was given for a setting, and where.
 * @typedef {{ text: string, argument: string }} Given
 */

/**
 * @typedef {object} CommandLine
 * @property {string} command '' where none was named
 * @property {string[]} operands
 * @property {Map<string, Given[]>} given by the flag's name
 */

const HELP_COLUMN = 34;

const SWITCHES = new Map([
  ['', true],
  ['1', true],
  ['true', true],
  ['0', false],
  ['false', false],
]);

const OPTIONS = Object.fromEntries(
  FLAGS.map(({ name, value, short }) => [
    name,
    { type: value === '' ? 'boolean' : 'string', ...(short && { short }) },
  ]),
);

/**
 * No message shows a value: it may be a key.
 * @param {any} token of an option, as parseArgs gives it
 */
function textOf({ name, rawName, value, inlineValue }) {
  if (!Object.hasOwn(OPTIONS, name)) {
    const hint = nearest(
      rawName,
      FLAGS.map((flag) => flag.name),
    ).name;
    throw new UsageError(`unknown flag ${rawName}, did you mean --${hint}?`);
  }
  if (OPTIONS[name].type === 'boolean') return value ?? '';
  if (value === undefined) throw new UsageError(`${rawName} needs a value`);
  if (!inlineValue && value.startsWith('--'))
    throw new UsageError(
      `${rawName} needs a value; one that begins with "--" is written ${rawName}=<value>`,
    );
  return value;
}

/** @param {string} name */
function checkCommand(name) {
  if (COMMANDS.includes(name)) return name;
  const hint = nearest(name, COMMANDS).name;
  throw new UsageError(`unknown command ${name}, did you mean ${hint}?`);
}

/**
 * @param {readonly string[]} argv what follows the program's name
 * @returns {CommandLine}
 */
function readArguments(argv) {
  const { tokens } = parseArgs({
    args: [...argv],
    options: /** @type {any} */ (OPTIONS),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  /** @type {CommandLine['given']} */
  const given = new Map();
  const operands = [];
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const one = { text: textOf(token), argument: `--${token.name}` };
    given.set(token.name, [...(given.get(token.name) ?? []), one]);
  }
  const [command, ...rest] = operands;
  if (command !== undefined) checkCommand(command);
  return { command: command ?? '', operands: rest, given };
}

/** @param {Readonly<Flag>} flag @param {string[]} scopes */
function isKnown({ commands }, scopes) {
  return scopes.some((scope) => commands.includes(scope));
}

/**
 * The commands whose flags a command line may have: submit is followed by one
 * that it submits.
 * @param {CommandLine} line
 * @returns {string[]}
 */
function scopesOf({ command, operands }) {
  if (command !== 'submit') return [command];
  const [inner = ''] = operands;
  if (JOBS.includes(inner)) return [command, inner];
  throw new UsageError(
    `submit must be followed by one of ${JOBS.join(', ')}, got ${inner || 'nothing'}`,
  );
}

/**
 * What the environment says; an empty variable says nothing.
 * @param {string[]} scopes
 * @param {NodeJS.ProcessEnv} env
 */
function readVariables(scopes, env) {
  /** @type {CommandLine['given']} */
  const given = new Map();
  for (const flag of FLAGS) {
    const argument = variableOf(flag);
    const text = env[argument];
    if (text && isKnown(flag, scopes))
      given.set(flag.name, [{ text, argument }]);
  }
  return given;
}

/**
 * @param {Readonly<Flag>} flag
 * @param {Given[] | undefined} given
 * @param {NodeJS.ProcessEnv} env
 */
function valueOf({ read, isList, fallback }, given, env) {
  if (!given) return fallback;
  if (read && isList)
    return given.map(({ text, argument }) => read(text, argument, env));
  const { text, argument } = given[given.length - 1];
  if (read) return read(text, argument, env);
  const value = SWITCHES.get(text.toLowerCase());
  if (value !== undefined) return value;
  throw new UsageError(`${argument} must be true or false, got "${text}"`);
}

/**
 * The settings of a command, by key; what was not given and has no default is
 * undefined.
 * @param {CommandLine} line
 * @param {NodeJS.ProcessEnv} env
 * @returns {Record<string, any>}
 */
function readSettings(line, env) {
  const scopes = scopesOf(line);
  const all = new Map([...readVariables(scopes, env), ...line.given]);
  /** @type {Record<string, any>} */
  const settings = { preferences: {} };
  for (const flag of FLAGS) {
    const own = all.get(flag.name);
    if (own && !isKnown(flag, scopes))
      throw new UsageError(
        `${own[0].argument} means nothing to ${scopes.join(' ')}`,
      );
    const value = valueOf(flag, own, env);
    if (flag.isPreference) settings.preferences[keyOf(flag)] = value;
    else settings[keyOf(flag)] = value;
  }
  return settings;
}

/** @param {Readonly<Flag>} flag */
function usage({ short, name, value }) {
  const shown = value === '' ? '' : ` <${value}>`;
  return `  ${short ? `-${short}, ` : ''}--${name}${shown}`;
}

/** @param {Readonly<Flag>} flag */
function explanation({ help, fallback, isList }) {
  const shown = String(fallback ?? '');
  return `${help}${shown ? ` [default: ${shown}]` : ''}${isList ? ' (may be repeated)' : ''}`;
}

/**
 * What --help prints.
 * @param {string} command '' for all
 */
function helpText(command) {
  const scopes = command === 'submit' ? ['submit', ...JOBS] : [command];
  const known = FLAGS.filter((flag) => command === '' || isKnown(flag, scopes));
  const lines = known.map((flag) => {
    const left = usage(flag);
    const gap =
      left.length < HELP_COLUMN - 1
        ? ' '.repeat(HELP_COLUMN - left.length)
        : `\n${' '.repeat(HELP_COLUMN)}`;
    return `${left}${gap}${explanation(flag)}`;
  });
  return [
    `baseten-performance-bulk ${command || 'COMMAND'} [OPTIONS] INPUT...`,
    '',
    ...(command === '' ? [`Commands: ${COMMANDS.join(', ')}`, ''] : []),
    'Options:',
    ...lines,
    '',
    'Each option is also a variable: --batch-size is BASETEN_BULK_BATCH_SIZE.',
    '',
  ].join('\n');
}

module.exports = { helpText, readArguments, readSettings };
