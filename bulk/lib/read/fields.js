'use strict';

/*
 * What a row of an input says: the value to send, its id, and the columns that
 * are passed along.
 */

/**
 * Which fields of a row matter. `kind` tells what is sent: a text (embed,
 * classify, rerank with one query for all), a query with its texts, or a
 * request of its own.
 * @typedef {object} Fields
 * @property {'text' | 'texts' | 'request'} kind
 * @property {string} text
 * @property {string} texts
 * @property {string} query
 * @property {string} id
 * @property {readonly string[]} columns
 */

/** @typedef {string | number} RowId */

/** @typedef {{ query: string, texts: string[] }} QueryInput */

/** @typedef {{ method: string, url: string, body: unknown }} RequestInput */

/**
 * A row, read. `error` says why it cannot be sent.
 * @typedef {object} Row
 * @property {string | QueryInput | RequestInput | undefined} input
 * @property {RowId | undefined} id undefined where the row has none
 * @property {unknown[]} [columns]
 * @property {string} [error]
 */

const METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** @param {string} error */
function bad(error, id) {
  return { input: undefined, id, error };
}

/** @param {unknown} value */
function isId(value) {
  return (
    typeof value === 'string' ||
    (typeof value === 'number' && Number.isFinite(value))
  );
}

/**
 * @param {any} value
 * @param {Fields} fields
 */
function readText(value, { text: name }) {
  const text = value[name];
  if (typeof text === 'string') return { input: text };
  const what = text === undefined ? 'is missing' : 'is no string';
  return { error: `field ${JSON.stringify(name)} ${what}` };
}

/**
 * @param {any} value
 * @param {Fields} fields
 */
function readTexts(value, fields) {
  const query = value[fields.query];
  const texts = value[fields.texts];
  if (typeof query !== 'string')
    return { error: `field ${JSON.stringify(fields.query)} is no string` };
  const isList = Array.isArray(texts) && texts.length > 0;
  if (!isList || !texts.every((text) => typeof text === 'string'))
    return {
      error: `field ${JSON.stringify(fields.texts)} is no list of strings`,
    };
  return { input: { query, texts } };
}

/** @param {any} value */
function readRequest({ method = 'POST', url, body }) {
  if (!METHODS.has(method))
    return { error: `"method" is none of ${[...METHODS].join(', ')}` };
  if (typeof url !== 'string' || !url.startsWith('/'))
    return { error: '"url" is no path that begins with "/"' };
  if (method !== 'GET' && body === undefined)
    return { error: '"body" is missing' };
  return { input: { method, url, body } };
}

const READS = Object.freeze({
  text: readText,
  texts: readTexts,
  request: readRequest,
});

/**
 * @param {any} value a parsed row; a string alone is its text
 * @param {Fields} fields
 * @returns {Row}
 */
function readRow(value, fields) {
  if (typeof value === 'string' && fields.kind === 'text')
    return {
      input: value,
      id: undefined,
      columns: fields.columns.map(() => null),
    };
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return bad('the row is no object', undefined);
  const id = value[fields.id];
  const hasId = id !== undefined && id !== null;
  if (hasId && !isId(id))
    return bad(
      `field ${JSON.stringify(fields.id)} is no string nor number`,
      undefined,
    );
  if (!hasId && fields.kind === 'request')
    return bad(`field ${JSON.stringify(fields.id)} is missing`, undefined);
  const { input, error } = READS[fields.kind](value, fields);
  if (error !== undefined) return bad(error, hasId ? id : undefined);
  const columns = fields.columns.map((name) => value[name] ?? null);
  return { input, id: hasId ? id : undefined, columns };
}

/**
 * @param {string | undefined} text of a line; undefined: it is not UTF-8
 * @param {Fields} fields
 * @returns {Row}
 */
function readJsonLine(text, fields) {
  if (text === undefined) return bad('the line is not UTF-8', undefined);
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return bad(`the line is no JSON: ${error.message}`, undefined);
  }
  return readRow(value, fields);
}

/**
 * @param {string | undefined} text
 * @param {Fields} fields
 * @returns {Row}
 */
function readPlainLine(text, fields) {
  if (text === undefined) return bad('the line is not UTF-8', undefined);
  return {
    input: text,
    id: undefined,
    columns: fields.columns.map(() => null),
  };
}

module.exports = { bad, readJsonLine, readPlainLine, readRow };
