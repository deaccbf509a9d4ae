'use strict';

const { Forwarder } = require('./forwarder');
const { FORMS } = require('./forms');

/** @typedef {import('./exchange').Exchange} Exchange */
/** @typedef {(exchange: Exchange) => Promise<void>} Handle */

/**
 * What the proxy does with a request, by its route.
 * @typedef {object} Handlers
 * @property {Handle} embeddings
 * @property {Handle} rerank
 * @property {Handle} classify
 * @property {Handle} other
 * @property {() => void} close
 */

/**
 * @param {import('./forwarder').ForwarderParts} parts
 * @returns {Handlers}
 */
function createHandlers(parts) {
  const forwarder = new Forwarder(parts);
  return {
    embeddings: (exchange) => forwarder.batch(exchange, FORMS.EMBEDDINGS),
    rerank: (exchange) => forwarder.batch(exchange, FORMS.RERANK),
    classify: (exchange) => forwarder.batch(exchange, FORMS.CLASSIFY),
    other: (exchange) => forwarder.other(exchange),
    close: () => forwarder.close(),
  };
}

module.exports = { createHandlers };
