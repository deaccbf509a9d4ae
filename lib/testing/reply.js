'use strict';

const { setTimeout: wait } = require('node:timers/promises');

const { Events } = require('./events');

/**
 * How an answer goes out.
 * @typedef {object} Manner
 * @property {number} status
 * @property {Record<string, string | string[]>} [headers]
 * @property {number} [cut] bytes of the body to send before closing
 * @property {number} eventMs between two events
 * @property {AbortSignal} signal aborted when the client has left
 */

/** @typedef {import('node:http').ServerResponse} ServerResponse */

/**
 * @param {ServerResponse} response
 * @param {Events} events
 * @param {Manner} manner
 */
async function sendEvents(response, events, { eventMs, cut, signal }) {
  response.setHeader('content-type', 'text/event-stream');
  let left = cut ?? Infinity;
  response.flushHeaders();
  for (const line of events.lines()) {
    if (line.length > left) {
      response.write(line.slice(0, left), () => response.destroy());
      return;
    }
    left -= line.length;
    response.write(line);
    if (eventMs > 0) await wait(eventMs, undefined, { signal });
  }
  response.end();
}

/**
 * @param {unknown} body
 * @returns {{ bytes: Buffer, type: string }}
 */
function encode(body) {
  if (typeof body === 'string')
    return { bytes: Buffer.from(body), type: 'text/plain; charset=utf-8' };
  if (body instanceof Uint8Array)
    return { bytes: Buffer.from(body), type: 'application/octet-stream' };
  return { bytes: Buffer.from(JSON.stringify(body)), type: 'application/json' };
}

/**
 * @param {ServerResponse} response
 * @param {unknown} body
 * @param {Manner} manner
 */
async function reply(response, body, manner) {
  const { status, headers = {}, cut } = manner;
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers))
    response.setHeader(name, value);
  if (body instanceof Events) return sendEvents(response, body, manner);

  const { bytes, type } = encode(body);
  if (!response.hasHeader('content-type'))
    response.setHeader('content-type', type);
  response.setHeader('content-length', bytes.length);
  if (cut === undefined) response.end(bytes);
  else response.write(bytes.subarray(0, cut), () => response.destroy());
}

module.exports = { reply };
