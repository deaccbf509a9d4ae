'use strict';

const { Refusal } = require('../base/refusal');

/** What may stand in the path and the query of a request. */
const VISIBLE = /^[\x21-\x7e]*$/;

/** Whatever some server takes for a slash or a dot. */
const SEGMENTS = /\/|\\|%2f|%5c/i;

const DOTS = /%2e/gi;

/**
 * The path and query that an upstream is asked for, which must stay below the
 * path of its base URL whatever the upstream decodes.
 * @param {{ path: string, search: string }} request
 * @returns {string}
 */
function requestPath({ path, search }) {
  const isBelow = path
    .split(SEGMENTS)
    .every((segment) => segment.replace(DOTS, '.') !== '..');
  if (isBelow && path.startsWith('/') && VISIBLE.test(path + search))
    return path + search;
  throw new Refusal(
    400,
    'INVALID_PATH',
    'the path must have no ".." segments, blanks or unescaped characters',
  );
}

module.exports = { requestPath };
