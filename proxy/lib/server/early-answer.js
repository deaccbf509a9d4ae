'use strict';

/**
 * Answers given before the request's body has arrived. A connection that
 * closes with unread bytes is reset, and so is a stream; either may overtake
 * the answer. So the caller gets a moment to finish sending, or to stop.
 */

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */

/** Node reads that much to the end, to keep the connection for the next. */
const SMALL_REST = 1024 * 1024;

const MOST_DISCARDED = 16 * 1024 * 1024;

const LONGEST_WAIT_MS = 2000;

/**
 * May some of the body still be on its way?
 * @param {IncomingMessage} request
 * @returns {boolean}
 */
function isUnread(request) {
  const { stream } = /** @type {any} */ (request);
  if (stream) return !stream.endAfterHeaders && !request.readableEnded;
  if (request.complete) return false;
  const { 'content-length': length, 'transfer-encoding': coding } =
    request.headers;
  const isTouched = request.readableFlowing !== null;
  const isLarge = coding !== undefined || Number(length ?? 0) > SMALL_REST;
  return isTouched || isLarge;
}

/**
 * Discards the rest of the body, within limits.
 * @param {IncomingMessage} request
 * @param {ServerResponse} response
 * @param {() => void} end called when it is over, perhaps again
 */
function discardRest(request, response, end) {
  let discarded = 0;
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
 * @param {() => void} onSent called when the caller could have all of it
 */
function endEarly(request, response, body, onSent) {
  const { stream } = /** @type {any} */ (response);
  if (stream) {
    stream.once('finish', onSent);
    response.end(body);
    // Without an error: the answer is whole, only the rest is not wanted.
    discardRest(request, response, () => stream.close());
  } else {
    response.write(body, onSent);
    discardRest(request, response, () => response.end());
  }
}

module.exports = { endEarly, isUnread };
