'use strict';

/**
 * Answers given before the request's body has arrived. A connection that
 * closes with unread bytes is reset, and the reset may overtake the answer; so
 * the caller gets a moment to finish sending, or to notice and stop.
 */

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */

/** Node reads that much to the end, to keep the connection for the next. */
const SMALL_REST = 1024 * 1024;

const MOST_DISCARDED = 16 * 1024 * 1024;

const LONGEST_WAIT_MS = 2000;

/**
 * Must this request be ended early, because its body is not worth waiting for?
 * Node itself deals with a body that nobody has begun to read.
 * @param {IncomingMessage} request
 * @returns {boolean}
 */
function isUnread(request) {
  const isTouched = request.readableFlowing !== null;
  if (request.httpVersionMajor >= 2) return isTouched && !request.readableEnded;
  if (request.complete) return false;
  const declared = Number(request.headers['content-length'] ?? Infinity);
  return isTouched || declared > SMALL_REST;
}

/**
 * Ends the answer when the caller has stopped sending, or soon.
 * @param {IncomingMessage} request
 * @param {ServerResponse} response
 */
function linger(request, response) {
  let discarded = 0;
  const end = () => response.end();
  const timer = setTimeout(end, LONGEST_WAIT_MS).unref();
  response.once('close', () => clearTimeout(timer));
  request.once('end', end);
  request.on('data', (chunk) => {
    discarded += chunk.length;
    if (discarded > MOST_DISCARDED) end();
  });
  request.resume();
}

/**
 * Sends the body of an answer to a request that isUnread. Its head must have
 * announced the size, and the end of an HTTP/1.1 connection.
 * @param {IncomingMessage} request
 * @param {ServerResponse} response
 * @param {Buffer | string} body
 */
function endEarly(request, response, body) {
  const { stream } = /** @type {any} */ (response);
  if (stream) {
    // Without an error: the answer is whole, only the rest is not wanted.
    stream.once('finish', () => stream.close());
    request.resume();
    response.end(body);
    return;
  }
  response.write(body);
  linger(request, response);
}

module.exports = { endEarly, isUnread };
