'use strict';

/**
 * Sends an answer of many megabytes piece by piece, one a turn of the event
 * loop. Written at once, it goes to the kernel as fast as the caller reads,
 * and meanwhile nobody else is served: 24 ms for 22 MB on loopback.
 */

/** @typedef {import('node:http').ServerResponse} ServerResponse */
/** @typedef {import('./joined-body').JoinedBody} JoinedBody */

const PIECE_SIZE = 512 * 1024;

/**
 * Sends the body and ends the response; stops where the caller leaves.
 * @param {ServerResponse} response whose head is written
 * @param {JoinedBody} body
 */
function sendPaced(response, body) {
  // Used again only when it was written, and the connection has its bytes.
  const piece = Buffer.allocUnsafeSlow(PIECE_SIZE);
  const sendNext = () => {
    const size = body.read(piece);
    if (size === 0) response.end();
    else
      response.write(piece.subarray(0, size), (error) => {
        if (!error) setImmediate(sendNext);
      });
  };
  response.once('close', () => body.close());
  sendNext();
}

module.exports = { sendPaced };
