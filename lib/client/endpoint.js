'use strict';

const {
  checkString,
  invalidArgument,
  outOfRange,
  wrongType,
} = require('../base/check');

/** Blanks and control characters, which URL parsers drop in silence. */
// eslint-disable-next-line no-control-regex
const UNPRINTABLE = /[\u0000-\u0020\u007f]/;

const EXPECTED = 'an http or https URL';

/**
 * A URL without the login it may hold.
 * @param {string} text
 * @returns {string}
 */
function withoutLogin(text) {
  return text.replace(/\/\/[^/]*@/, '//[redacted]@');
}

/**
 * @param {unknown} value
 * @returns {URL}
 */
function checkBaseUrl(value) {
  if (typeof value !== 'string') throw wrongType('baseUrl', EXPECTED, value);
  const text = value.trim();
  if (UNPRINTABLE.test(text) || !URL.canParse(text))
    throw outOfRange('baseUrl', EXPECTED, withoutLogin(text));
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw outOfRange('baseUrl', EXPECTED, withoutLogin(text));
  if (url.username || url.password || url.search || url.hash)
    throw invalidArgument(
      RangeError,
      'baseUrl',
      'baseUrl must not hold a login, a query or a fragment',
    );
  return url;
}

/** Where a client's requests go: an origin and perhaps a path in front. */
class Endpoint {
  #origin;
  #prefix;

  /** The path asked for last; most clients ask for one. */
  #lastPath = '';
  #lastUrl = '';

  /** @param {unknown} baseUrl */
  constructor(baseUrl) {
    const url = checkBaseUrl(baseUrl);
    this.#origin = url.origin;
    this.#prefix = url.pathname.replace(/\/+$/, '');
  }

  /**
   * The full URL of a path below the endpoint.
   * @param {string} path
   * @returns {string}
   */
  urlFor(path) {
    if (path !== this.#lastPath || this.#lastUrl === '') {
      this.#lastUrl = this.#resolve(path);
      this.#lastPath = path;
    }
    return this.#lastUrl;
  }

  /**
   * @param {string} path
   * @returns {string}
   */
  #resolve(path) {
    const text = checkString(path, 'urlPath').trim();
    if (UNPRINTABLE.test(text) || /^[a-z][a-z0-9+.-]*:\/\/|[\\#]/i.test(text))
      throw outOfRange(
        'urlPath',
        'a path without scheme, blanks, backslashes and fragment',
        withoutLogin(text),
      );
    const slash = text.startsWith('/') ? '' : '/';
    const url = new URL(`${this.#origin}${this.#prefix}${slash}${text}`);
    if (!url.pathname.startsWith(`${this.#prefix}/`))
      throw outOfRange('urlPath', 'a path inside the base URL', text);
    return url.href;
  }
}

module.exports = { Endpoint };
