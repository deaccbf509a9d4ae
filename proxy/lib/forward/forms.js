'use strict';

const { FLAG, FORM } = require('baseten-performance-client/internal');

/**
 * A kind of body that the engine knows how to split.
 * @typedef {object} Form
 * @property {number} number of FORM
 * @property {string} path where the upstream serves it
 * @property {number} flags of FLAG
 * @property {string} defaults members for a body that lacks them, each with a
 * comma behind it
 */

const TRUNCATION =
  '"raw_scores":false,"truncate":false,"truncation_direction":"Right",';

/** @type {Readonly<Record<'EMBEDDINGS' | 'RERANK' | 'CLASSIFY' | 'GENERIC', Readonly<Form>>>} */
const FORMS = Object.freeze({
  EMBEDDINGS: Object.freeze({
    number: FORM.EMBEDDINGS,
    path: '/v1/embeddings',
    flags: FLAG.SPLIT,
    defaults: '',
  }),
  RERANK: Object.freeze({
    number: FORM.RERANK,
    path: '/rerank',
    flags: FLAG.SPLIT,
    defaults: `${TRUNCATION}"return_text":false,`,
  }),
  CLASSIFY: Object.freeze({
    number: FORM.CLASSIFY,
    path: '/predict',
    flags: FLAG.SPLIT,
    defaults: TRUNCATION,
  }),
  GENERIC: Object.freeze({
    number: FORM.GENERIC,
    path: '',
    flags: 0,
    defaults: '',
  }),
});

/**
 * The members that are put into a body which lacks them.
 * @param {Readonly<Form>} form
 * @param {string} [model]
 * @returns {string} JSON
 */
function defaultsOf({ number, defaults }, model) {
  const isModelUsed = model !== undefined && number !== FORM.GENERIC;
  const members = isModelUsed
    ? `${defaults}"model":${JSON.stringify(model)},`
    : defaults;
  return `{${members.slice(0, -1)}}`;
}

module.exports = { FORMS, defaultsOf };
