'use strict';

const { FLAGS } = require('./flags');

/** @typedef {import('./flags').Flag} Flag */

const HELP_COLUMN = 36;

/**
 * @param {Readonly<Flag>} flag
 * @returns {string}
 */
function usage({ short, name, value }) {
  const values = value
    .split(' ')
    .filter(Boolean)
    .map((word) => ` <${word}>`);
  return `  ${short ? `-${short}, ` : ''}--${name}${values.join('')}`;
}

/**
 * @param {Readonly<Flag>} flag
 * @returns {string}
 */
function explanation({ help, value, fallback, isList }) {
  const hasDefault = value !== '' && fallback !== undefined && !isList;
  const notes = [
    hasDefault ? ` [default: ${fallback}]` : '',
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

module.exports = { helpText };
