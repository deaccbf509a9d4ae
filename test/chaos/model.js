'use strict';

const { hash } = require('./random');

/*
 * A model whose every answer follows from its input alone, so that a mixed-up,
 * stale or made-up answer cannot pass for the right one.
 */

/** Numbers that float32 holds exactly. */
function vectorOf(text) {
  const word = hash(text);
  return [word & 0xffffff, word >>> 24, text.length];
}

function scoreOf(query, text) {
  return hash(`${query}\n${text}`) / 2 ** 32;
}

function labelsOf(text) {
  const word = hash(text);
  return [
    { label: `L${word}`, score: word / 2 ** 32 },
    { label: 'other', score: 0 },
  ];
}

function echoOf(payload) {
  return { echo: payload, hash: hash(JSON.stringify(payload)) };
}

/** The items of a right answer, before they are wrapped and perhaps spoilt. */
const ITEMS = {
  '/v1/embeddings': ({ input }) =>
    input.map((text, index) => ({
      object: 'embedding',
      index,
      embedding: vectorOf(text),
    })),
  '/rerank': ({ query, texts }) =>
    texts
      .map((text, index) => ({ index, score: scoreOf(query, text) }))
      .sort((a, b) => b.score - a.score),
  '/predict': ({ inputs }) => inputs.map(([text]) => labelsOf(text)),
};

function wrap(path, items) {
  if (path !== '/v1/embeddings') return items;
  const tokens = items.length;
  return {
    object: 'list',
    data: items,
    model: 'chaos',
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

/**
 * The body of an answer.
 * @param {{ path: string, json: any }} request
 * @param {(items: object[]) => unknown} [spoil]
 */
function answerBody({ path, json }, spoil = (items) => items) {
  if (!(path in ITEMS)) return echoOf(json);
  return wrap(path, spoil(ITEMS[path](json)));
}

module.exports = { answerBody, echoOf, labelsOf, scoreOf, vectorOf };
