'use strict';

const CHARACTERS_PER_TOKEN = 4;

/** @param {string} text */
function splitWords(text) {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/**
 * Roughly what a subword tokenizer would count: a word is one token for every
 * four characters begun, each other visible character is one.
 * @param {string} text
 */
function countTokens(text) {
  let count = 0;
  for (const [piece] of text.matchAll(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu))
    count += Math.ceil(piece.length / CHARACTERS_PER_TOKEN);
  return Math.max(count, 1);
}

/** @param {string[]} texts */
function countAllTokens(texts) {
  return texts.reduce((sum, text) => sum + countTokens(text), 0);
}

module.exports = { countAllTokens, countTokens, splitWords };
