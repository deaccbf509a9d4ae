'use strict';

const fs = require('node:fs');
const path = require('node:path');

/** Path of each kind of call. */
const PATHS = {
  post: '/post',
  embed: '/v1/embeddings',
  call: '/v1/embeddings',
  stream: '/v1/embeddings',
  rerank: '/rerank',
  classify: '/predict',
};

/** The same numbers in every run, each with the digits of a double. */
function numberSource(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32 - 0.5) / 7;
  };
}

function embeddings(count, dimensions, encode) {
  const next = numberSource(count);
  const data = Array.from({ length: count }, (_, index) => ({
    object: 'embedding',
    index,
    embedding: encode(Array.from({ length: dimensions }, next)),
  }));
  const usage = { prompt_tokens: 8 * count, total_tokens: 8 * count };
  return { object: 'list', data, model: 'my_model', usage };
}

const asNumbers = (vector) => vector;

const asBase64 = (vector) =>
  Buffer.from(Float32Array.from(vector).buffer).toString('base64');

function rerankAnswer(count) {
  const next = numberSource(count);
  return Array.from({ length: count }, (_, i) => ({
    index: count - 1 - i,
    score: next(),
  }));
}

function classifyAnswer(count) {
  const next = numberSource(count);
  return Array.from({ length: count }, () => [
    { label: 'POSITIVE', score: next() },
    { label: 'NEGATIVE', score: next() },
  ]);
}

/** Each canned answer, and the kind of call it answers. */
const BODIES = {
  tiny: [
    'post',
    () => ({ id: 1, ok: true, label: 'positive', score: 0.98765 }),
  ],
  floats: ['embed', () => embeddings(128, 1024, asNumbers)],
  base64: ['embed', () => embeddings(128, 1024, asBase64)],
  single: ['embed', () => embeddings(1, 384, asNumbers)],
  growth: ['embed', () => embeddings(128, 384, asNumbers)],
  rerank: ['rerank', () => rerankAnswer(32)],
  classify: ['classify', () => classifyAnswer(32)],
};

/**
 * Writes a body as the file that a web server rooted in `folder` finds under
 * the path of its call.
 */
function writeBody(name, folder) {
  const [kind, make] = BODIES[name];
  const file = path.join(folder, PATHS[kind]);
  const text = JSON.stringify(make());
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
  return { file, size: text.length };
}

module.exports = { PATHS, writeBody };
