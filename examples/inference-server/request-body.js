'use strict';

const { Refusal } = require('./refusal');

const MAX_BODY_BYTES = 64 * 1024 * 1024;

async function readBytes(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES)
      throw new Refusal(413, `a body has at most ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal(400, `the body is not JSON: ${error.message}`);
  }
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @returns {Promise<Record<string, unknown>>}
 */
async function readJson(request) {
  const value = parseJson((await readBytes(request)).toString('utf8'));
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new Refusal(400, 'the body must be a JSON object');
  return value;
}

module.exports = { MAX_BODY_BYTES, readJson };
