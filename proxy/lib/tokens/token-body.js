'use strict';

const { findMember } = require('./json-member');
const { Refusal } = require('../base/errors');

/**
 * Decodes token ids; undefined for one that the vocabulary lacks.
 * @typedef {object} Vocabulary
 * @property {(id: number) => string | undefined} tokenOf
 * @property {(ids: number[]) => string} decode
 */

/**
 * @param {string} message
 * @returns {Refusal}
 */
function invalid(message) {
  return new Refusal(400, 'INVALID_BODY', message);
}

/**
 * @param {string} text the request's body
 * @param {string} [fallback] from its headers
 * @returns {string}
 */
function modelOf(text, fallback) {
  const member = findMember(text, 'model');
  const model = member
    ? JSON.parse(text.slice(member.start, member.end))
    : fallback;
  if (typeof model === 'string') return model;
  throw invalid(
    'token ids need a model: name it in the body or in X-Baseten-Model',
  );
}

/**
 * @param {string} model
 * @param {ReadonlyMap<string, Vocabulary>} vocabularies
 * @returns {Vocabulary}
 */
function vocabularyOf(model, vocabularies) {
  const vocabulary = vocabularies.get(model);
  if (vocabulary) return vocabulary;
  const known = [...vocabularies.keys()].join(', ');
  throw new Refusal(
    400,
    'UNKNOWN_MODEL',
    `there is no tokenizer for model ${JSON.stringify(model)}, there is one for ${known}`,
  );
}

/**
 * @param {number[]} ids
 * @param {Vocabulary} vocabulary
 * @param {string} place for the message
 * @returns {string}
 */
function decode(ids, vocabulary, place) {
  const unknown = ids.findIndex((id) => vocabulary.tokenOf(id) === undefined);
  if (unknown < 0) return ids.length === 0 ? '' : vocabulary.decode(ids);
  throw invalid(
    `${place}[${unknown}] must be a token id of the model, got ${ids[unknown]}`,
  );
}

/**
 * The same body with texts in place of token ids. All else stays as it was
 * written.
 * @param {string} text valid JSON whose input is token ids
 * @param {string | undefined} fallbackModel
 * @param {ReadonlyMap<string, Vocabulary>} vocabularies
 * @returns {string}
 */
function decodeBody(text, fallbackModel, vocabularies) {
  const vocabulary = vocabularyOf(modelOf(text, fallbackModel), vocabularies);
  const member = findMember(text, 'input');
  if (!member) throw invalid('input is missing');
  const input = JSON.parse(text.slice(member.start, member.end));
  const decoded = Array.isArray(input[0])
    ? input.map((ids, i) => decode(ids, vocabulary, `input[${i}]`))
    : decode(input, vocabulary, 'input');
  return (
    text.slice(0, member.start) +
    JSON.stringify(decoded) +
    text.slice(member.end)
  );
}

module.exports = { decodeBody };
