'use strict';

/*
 * Embeddings by feature hashing, without a model: each word and each run of 3
 * to 5 characters in it is a feature, hashed to a place of the vector and to a
 * sign, weighted by how often it comes. Texts that share words, or words that
 * share a stem, therefore point the same way. Meaning is not understood:
 * synonyms are strangers here.
 */

const { splitWords } = require('./words');

const DEFAULT_DIMENSIONS = 256;

/** Words that say little about a text count for little. */
const FUNCTION_WORDS = new Set(
  (
    'a an and any are as at be been but by can could did do does for from ' +
    'had has have how i if in into is it its may me my no not of on one or ' +
    'our shall should so some such than that the their them then there ' +
    'these they this those to was we were what when where which while who ' +
    'why will with would you your'
  ).split(' '),
);
const FUNCTION_WORD_WEIGHT = 0.1;
const GRAM_SIZES = [3, 4, 5];
const GRAM_SHARE = 0.6; // of a word's weight, over all its runs together

/** FNV-1a over UTF-16 units, stirred so that every bit depends on all. */
function hash(text) {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++)
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** @param {string} word */
function listGrams(word) {
  const framed = `<${word}>`;
  const grams = [];
  for (const size of GRAM_SIZES)
    for (let at = 0; at + size <= framed.length; at++)
      grams.push(framed.slice(at, at + size));
  return grams;
}

function addFeature(vector, feature, weight) {
  const code = hash(feature);
  vector[(code >>> 1) % vector.length] += code & 1 ? weight : -weight;
}

function addWord(vector, word, count) {
  const weight =
    (1 + Math.log(count)) *
    (FUNCTION_WORDS.has(word) ? FUNCTION_WORD_WEIGHT : 1);
  addFeature(vector, `word ${word}`, weight);
  const grams = listGrams(word);
  const share = (weight * GRAM_SHARE) / Math.sqrt(grams.length);
  for (const gram of grams) addFeature(vector, gram, share);
}

function normalise(vector) {
  let sum = 0;
  for (const value of vector) sum += value * value;
  const length = Math.sqrt(sum);
  return Float32Array.from(vector, (value) => value / length);
}

/**
 * @param {string} text
 * @param {number} [dimensions]
 * @returns {Float32Array} of length 1
 */
function embedText(text, dimensions = DEFAULT_DIMENSIONS) {
  const vector = new Float64Array(dimensions);
  const counts = new Map();
  for (const word of splitWords(text))
    counts.set(word, (counts.get(word) ?? 0) + 1);
  for (const [word, count] of counts) addWord(vector, word, count);
  if (vector.every((value) => value === 0)) addFeature(vector, 'no words', 1);
  return normalise(vector);
}

/**
 * Of vectors whose length is 1.
 * @param {Float32Array} a
 * @param {Float32Array} b
 */
function cosine(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

module.exports = { DEFAULT_DIMENSIONS, cosine, embedText };
