'use strict';

/**
 * A kind of body that the engine knows how to split.
 * @typedef {object} Form
 * @property {number} number as the engine counts them
 * @property {string} path where the upstream serves it
 * @property {number} flags
 * @property {string} defaults members for a body that lacks them, each with a
 * comma behind it
 */

/** A batch that the upstream finds too large may be split further. */
const FLAG_SPLIT = 64;

/** Answers are sent without an object around their list. */
const FLAG_BARE = 128;

const TRUNCATION =
  '"raw_scores":false,"truncate":false,"truncation_direction":"Right",';

/** @type {Readonly<Record<'EMBEDDINGS' | 'RERANK' | 'CLASSIFY' | 'GENERIC', Readonly<Form>>>} */
const FORMS = Object.freeze({
  EMBEDDINGS: Object.freeze({
    number: 0,
    path: '/v1/embeddings',
    flags: FLAG_SPLIT,
    defaults: '',
  }),
  RERANK: Object.freeze({
    number: 1,
    path: '/rerank',
    flags: FLAG_SPLIT,
    defaults: `${TRUNCATION}"return_text":false,`,
  }),
  CLASSIFY: Object.freeze({
    number: 2,
    path: '/predict',
    flags: FLAG_SPLIT,
    defaults: TRUNCATION,
  }),
  GENERIC: Object.freeze({ number: 3, path: '', flags: 0, defaults: '' }),
});

/**
 * The members that are put into a body which lacks them.
 * @param {Readonly<Form>} form
 * @param {string} [model]
 * @returns {string} JSON
 */
function defaultsOf({ number, defaults }, model) {
  const isModelUsed = model !== undefined && number !== FORMS.GENERIC.number;
  const members = isModelUsed
    ? `${defaults}"model":${JSON.stringify(model)},`
    : defaults;
  return `{${members.slice(0, -1)}}`;
}

module.exports = { FLAG_BARE, FORMS, defaultsOf };
