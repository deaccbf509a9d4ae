'use strict';

/*
 * Ids as Qdrant has them: unsigned numbers and UUIDs. Every other id becomes a
 * UUID that follows from it (version 5), so that a row always is the same point.
 */

const { createHash } = require('node:crypto');

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Of all ids that become UUIDs here; never to be changed. */
const NAMESPACE = Buffer.from('8c1d2f6e5b0a4f3c9e77d1a4b2c60f58', 'hex');

/** @param {string} name @returns {string} RFC 9562's version 5 */
function uuidOf(name) {
  const hash = createHash('sha1').update(NAMESPACE).update(name).digest();
  hash[6] = (hash[6] & 0x0f) | 0x50;
  hash[8] = (hash[8] & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/**
 * @param {string | number} id of a row
 * @returns {string | number} of its point
 */
function pointIdOf(id) {
  if (typeof id === 'number' && Number.isSafeInteger(id) && id >= 0) return id;
  if (typeof id === 'string' && UUID.test(id)) return id.toLowerCase();
  return uuidOf(String(id));
}

module.exports = { pointIdOf };
