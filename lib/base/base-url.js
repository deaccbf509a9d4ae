'use strict';

const {
  checkString,
  invalidArgument,
  outOfRange,
  wrongType,
} = require('./check');

/** Blanks and control characters, which URL parsers drop in silence. */
// eslint-disable-next-line no-control-regex
const UNPRINTABLE = /[\u0000-\u0020\u007f]/;

const BASE_URL = 'an http or https URL';

/** Base URLs of OpenAI's kind end in what paths here begin with: once is enough. */
const VERSION = '/v1';
const VERSION_PATH = `${VERSION}/`;

/**
 * A URL without the login it may hold.
 * @param {string} text
 */
function withoutLogin(text) {
  return text.replace(/\/\/[^/]*@/, '//[redacted]@');
}

/**
 * @param {unknown} value
 * @returns {URL}
 */
function checkBaseUrl(value) {
  if (typeof value !== 'string') throw wrongType('baseUrl', BASE_URL, value);
  const text = value.trim();
  const url =
    UNPRINTABLE.test(text) || !URL.canParse(text) ? undefined : new URL(text);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw outOfRange('baseUrl', BASE_URL, withoutLogin(text));
  if (url.username || url.password || url.search || url.hash)
    throw invalidArgument(
      RangeError,
      'baseUrl',
      'baseUrl must not hold a login, a query or a fragment',
    );
  return url;
}

/** Where requests go: an origin and perhaps a path in front. */
class BaseUrl {
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

  /** @returns {string} without a slash at its end */
  get href() {
    return this.#origin + this.#prefix;
  }

  /**
   * The full URL of a path below it.
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

  /** @param {string} path */
  #resolve(path) {
    const text = checkString(path, 'urlPath').trim();
    if (UNPRINTABLE.test(text) || /^[a-z][a-z0-9+.-]*:\/\/|[\\#]/i.test(text))
      throw outOfRange(
        'urlPath',
        'a path without scheme, blanks, backslashes and fragment',
        withoutLogin(text),
      );
    const below = text.startsWith('/') ? text : `/${text}`;
    const isTwice =
      this.#prefix.endsWith(VERSION) && below.startsWith(VERSION_PATH);
    const rest = isTwice ? below.slice(VERSION.length) : below;
    const url = new URL(`${this.#origin}${this.#prefix}${rest}`);
    if (!url.pathname.startsWith(`${this.#prefix}/`))
      throw outOfRange('urlPath', 'a path inside the base URL', text);
    return url.href;
  }
}

module.exports = { BaseUrl, UNPRINTABLE, withoutLogin };
