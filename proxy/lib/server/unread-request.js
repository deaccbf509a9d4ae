'use strict';

const http = require('node:http');

const { Refusal } = require('../base/refusal');

/** @typedef {import('node:stream').Duplex} Duplex */

/**
 * Why Node could not read a request.
 * @param {NodeJS.ErrnoException} error
 * @returns {Refusal}
 */
function refusalOf(error) {
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
 * Answers where there is no request to answer to, and hangs up.
 * @param {Duplex & { destroySoon?(): void }} socket
 * @param {Refusal} refusal
 * @param {string} requestId
 */
function refuseSocket(socket, { status, code, message, headers }, requestId) {
  const body = JSON.stringify({
    error: message,
    path: null,
    method: null,
    code,
    request_id: requestId,
  });
  const lines = Object.entries({
    ...headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-request-id': requestId,
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\n` +
      `${lines.join('')}\r\n${body}`,
  );
  socket.destroySoon?.();
}

module.exports = { refusalOf, refuseSocket };
