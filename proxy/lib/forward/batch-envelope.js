'use strict';

const { hasBody } = require('../server/request-body');

/** @typedef {import('../server/exchange').Exchange} Exchange */

/**
 * Tells bodies that may be a batch for any path, {"url_path", "payloads"},
 * from those that are passed through and must not be held up.
 */

/** Methods that the engine can send. */
const METHODS = new Set([
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
]);

/** curl's -d says that it sends a form, whatever it sends. */
const MAY_BE_JSON =
  /^(?:application\/(?:json|x-www-form-urlencoded)|[\w.-]+\/[\w.-]+\+json)\s*(?:;|$)/i;

const MEMBERS = ['"url_path"', '"payloads"'];

const LONGEST_MEMBER = 10;

/** An envelope shows its members that early. */
const LOOKED_AT = 64 * 1024;

/**
 * @param {Buffer} bytes
 * @param {number} before where to go on looking
 */
function showsMember(bytes, before) {
  const from = Math.max(0, before - LONGEST_MEMBER);
  return MEMBERS.some((member) => bytes.includes(member, from));
}

/**
 * @param {Buffer} bytes
 * @returns {boolean} also while nothing but blanks has arrived
 */
function mayBeObject(bytes) {
  return /^\s*(?:\{|$)/.test(bytes.toString('latin1', 0, 64));
}

/**
 * @typedef {object} Envelope
 * @property {Buffer} bytes of the body, its beginning at least
 * @property {boolean} isWhole if not, these bytes are still to be read as well
 * @property {boolean} mayBeBatch
 */

/**
 * The whole body when it may be a batch, or when it had to be read to its end
 * to see that it is none; else its beginning. Undefined when there is nothing
 * to look at.
 * @param {Exchange} exchange
 * @returns {Promise<Envelope | undefined>}
 */
async function readEnvelope(exchange) {
  const { method, request } = exchange;
  if (!METHODS.has(method) || !hasBody(request)) return undefined;
  const type = exchange.header('content-type');
  if (type !== undefined && !MAY_BE_JSON.test(type)) return undefined;
  if (exchange.header('content-encoding') !== undefined) return undefined;

  const { bytes, isWhole } = await exchange.readStart(
    (some, before) =>
      some.length >= LOOKED_AT ||
      !mayBeObject(some) ||
      showsMember(some, before),
  );
  const mayBeBatch = mayBeObject(bytes) && showsMember(bytes, 0);
  if (isWhole || !mayBeBatch) return { bytes, isWhole, mayBeBatch };
  return { bytes: await exchange.readBody(), isWhole: true, mayBeBatch };
}

module.exports = { readEnvelope };
