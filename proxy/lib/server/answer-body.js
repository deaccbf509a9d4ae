'use strict';

/*
 * How the body of an answer leaves: at once, paced, or while the body of the
 * request is still on its way.
 */

const { native } = require('baseten-performance-client/internal');

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */
/** @typedef {import('baseten-performance-client/internal').SpliceSummary} SpliceSummary */

/**
 * A large body that the engine has joined; its memory is the engine's, until
 * it is sent or released.
 * @typedef {object} JoinedBody
 * @property {NonNullable<SpliceSummary['joined']>} joined
 * @property {number} size in bytes
 */

/** @typedef {Buffer | string | JoinedBody} AnswerBody */

const PIECE_SIZE = 512 * 1024;

/** Node reads that much to the end, to keep the connection for the next. */
const SMALL_REST = 1024 * 1024;

const MOST_DISCARDED = 16 * 1024 * 1024;

const LONGEST_WAIT_MS = 2000;

/**
 * @param {AnswerBody} body
 * @returns {body is JoinedBody}
 */
function isJoined(body) {
  return typeof body === 'object' && 'joined' in body;
}

/**
 * @param {AnswerBody} body
 * @returns {number} bytes
 */
function sizeOf(body) {
  if (typeof body === 'string') return Buffer.byteLength(body);
  return isJoined(body) ? body.size : body.length;
}

/**
 * Lets go of a body that will not be sent, or not to its end.
 * @param {AnswerBody} body
 */
function release(body) {
  if (isJoined(body)) native().closeBody(body.joined);
}

/**
 * Sends a body of many megabytes and ends the response, piece by piece, one a
 * turn of the event loop; stops where the caller leaves. Written at once, it
 * goes to the kernel as fast as the caller reads, and meanwhile nobody else is
 * served: 24 ms for 22 MB on loopback.
 * @param {ServerResponse} response whose head is written
 * @param {JoinedBody} body
 * @param {() => void} onWritten called after each piece, and after the end
 */
function sendPaced(response, body, onWritten) {
  // Used again only when it was written, and the connection has its bytes.
  const piece = Buffer.allocUnsafeSlow(PIECE_SIZE);
  const sendNext = () => {
    const size = native().readBody(body.joined, piece);
    if (size === 0) response.end();
    else
      response.write(piece.subarray(0, size), (error) => {
        if (!error) setImmediate(sendNext);
      });
    onWritten();
  };
  response.once('close', () => release(body));
  sendNext();
}

/**
 * May some of the request's body still be on its way? A connection that closes
 * with unread bytes is reset, and so is a stream; either may overtake the
 * answer, so the caller gets a moment to finish sending, or to stop.
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
 * Discards the rest of a request's body, within limits.
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
 * Sends the body of an answer to a request that isUnread, and ends it. Its
 * head must have announced the size, and the end of an HTTP/1.1 connection.
 * @param {IncomingMessage} request
 * @param {ServerResponse} response
 * @param {Buffer | string} body
 * @param {() => void} onSent called when the caller could have all of it
 */
function sendEarly(request, response, body, onSent) {
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

module.exports = {
  isJoined,
  isUnread,
  release,
  sendEarly,
  sendPaced,
  sizeOf,
};
