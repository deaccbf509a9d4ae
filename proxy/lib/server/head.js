'use strict';

/*
 * The head of a request: what it must hold to, whatever its path, and what is
 * told of one that could not be read.
 */

const { Refusal } = require('../base/errors');
const { checkErrorFormat } = require('./refusal');

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */

/** An id of the caller that may stand in headers, logs and answers. */
const ID = /^[\w.:@+=/-]{1,128}$/;

/** An absolute request target, as clients send it to a forward proxy. */
const ABSOLUTE = /^https?:\/\/[^/?#]*/i;

/**
 * Why Node could not read a request.
 * @param {NodeJS.ErrnoException} error
 */
function unreadRefusal(error) {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return new Refusal(431, 'HEADERS_TOO_LARGE', 'the head is too large');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new Refusal(413, 'BODY_TOO_LARGE', 'chunk extensions too large');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Refusal(
        408,
        'REQUEST_TIMEOUT',
        'the request did not arrive in time',
      );
    default:
      return new Refusal(400, 'INVALID_REQUEST', 'this is not valid HTTP');
  }
}

/**
 * How often the Host header is there, and how many headers all in all.
 * HTTP/2's pseudo-headers are none.
 * @param {readonly string[]} rawHeaders
 */
function countHeaders(rawHeaders) {
  let count = 0;
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name.startsWith(':')) continue;
    count += 1;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return { count, hosts };
}

/**
 * What every request must hold to, whatever its path.
 * @param {IncomingMessage} request
 * @param {number} maxHeaders
 */
function checkHead({ rawHeaders, headers, httpVersion }, maxHeaders) {
  const { count, hosts } = countHeaders(rawHeaders);
  if (count > maxHeaders)
    throw new Refusal(
      431,
      'TOO_MANY_HEADERS',
      `a request must have at most ${maxHeaders} headers`,
    );
  if (hosts > 1 || (hosts === 0 && httpVersion === '1.1'))
    throw new Refusal(
      400,
      'INVALID_REQUEST',
      `the Host header is ${hosts === 0 ? 'missing' : 'there more than once'}`,
    );
  const coding = headers['transfer-encoding']?.toLowerCase();
  if (coding !== undefined && coding !== 'chunked')
    throw new Refusal(
      501,
      'UNSUPPORTED_ENCODING',
      'the only Transfer-Encoding that is understood is chunked',
    );
  checkErrorFormat(headers);
}

/**
 * @param {unknown} id
 * @returns {string | undefined}
 */
function usableId(id) {
  return typeof id === 'string' && ID.test(id) ? id : undefined;
}

/**
 * @param {string} url
 * @returns {string} path and query, '/' at least
 */
function targetOf(url) {
  if (url.startsWith('/')) return url;
  const rest = url.replace(ABSOLUTE, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}

module.exports = { checkHead, targetOf, unreadRefusal, usableId };
