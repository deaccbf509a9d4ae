'use strict';

/*
 * Outputs that are no files here: a table of PostgreSQL, a collection of Qdrant,
 * objects of S3.
 */

const { UsageError } = require('../base/errors');

/**
 * @typedef {object} RemoteOutput
 * @property {'postgres' | 'qdrant' | 's3'} kind
 * @property {string} url with all that is needed to reach it, a password too
 * @property {string} label it may be shown, and tells one output from another
 * @property {string} name of the table or collection, the last of a key
 */

/** @type {Readonly<Record<string, RemoteOutput['kind']>>} */
const KINDS = Object.freeze({
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
  'qdrant:': 'qdrant',
  'qdrant+http:': 'qdrant',
  'qdrant+https:': 'qdrant',
  's3:': 's3',
});

/** What may stand in a path of this machine as well. */
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_.$-]*$/u;

const EXPECTED = Object.freeze({
  postgres: 'postgres://USER@HOST/DATABASE?table=NAME',
  qdrant: 'qdrant://HOST:6333/COLLECTION',
  s3: 's3://BUCKET/FOLDER/vectors.parquet',
});

/** @type {Readonly<Record<RemoteOutput['kind'], (url: URL) => string>>} */
const NAMES = Object.freeze({
  postgres: (url) => url.searchParams.get('table') ?? '',
  qdrant: (url) => decodeURIComponent(url.pathname.slice(1)),
  s3: ({ pathname }) => decodeURIComponent(pathname.split('/').at(-1) ?? ''),
});

/** @param {URL} url */
function labelOf(url) {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  shown.searchParams.delete('password');
  return shown.href;
}

/**
 * @param {string} output as it was given
 * @returns {RemoteOutput | undefined} undefined: it is a file
 */
function readAddress(output) {
  const scheme = /^[a-z0-9+]+:(?=\/\/)/.exec(output)?.[0] ?? '';
  if (!Object.hasOwn(KINDS, scheme)) return undefined;
  const kind = KINDS[scheme];
  // No message shows what was given: it may hold a password.
  if (!URL.canParse(output))
    throw new UsageError(`--output must be like ${EXPECTED[kind]}`);
  const url = new URL(output);
  const name = NAMES[kind](url);
  if (!NAME.test(name))
    throw new UsageError(
      `--output must be like ${EXPECTED[kind]}, with a name of letters, digits, _ - . and $`,
    );
  return { kind, url: output, label: labelOf(url), name };
}

/** Does an address hold what no file may? @param {RemoteOutput} output */
function hasPassword({ url }) {
  const { password, searchParams } = new URL(url);
  return password !== '' || searchParams.has('password');
}

module.exports = { hasPassword, readAddress };
