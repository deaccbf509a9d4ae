'use strict';

const { FORMS } = require('./forms');
const { Forwarder } = require('./forwarder');
const { Refusal } = require('../base/refusal');

/** @typedef {import('../server/exchange').Exchange} Exchange */
/** @typedef {(exchange: Exchange) => Promise<void>} Handle */

/**
 * What the proxy does with a request, by its route.
 * @typedef {object} ForwardingHandlers
 * @property {Handle} embeddings
 * @property {Handle} rerank
 * @property {Handle} classify
 * @property {Handle} other
 * @property {() => void} close lets idle connections go
 */

/**
 * @param {import('./forwarder').ForwarderParts &
 *   { log: import('../telemetry/log').Log }} parts
 * @returns {ForwardingHandlers}
 */
function createHandlers({ log, ...parts }) {
  const forwarder = new Forwarder(parts);

  /**
   * Callers are told a sentence; what lies behind it is for the operator.
   * @param {Handle} handle
   * @returns {Handle}
   */
  const logged = (handle) => async (exchange) => {
    try {
      await handle(exchange);
    } catch (error) {
      if (error instanceof Refusal && error.cause instanceof Error)
        log.warn('a request failed upstream', {
          request_id: exchange.id,
          code: error.code,
          detail: error.cause.message,
        });
      throw error;
    }
  };

  return {
    embeddings: logged((exchange) =>
      forwarder.batch(exchange, FORMS.EMBEDDINGS),
    ),
    rerank: logged((exchange) => forwarder.batch(exchange, FORMS.RERANK)),
    classify: logged((exchange) => forwarder.batch(exchange, FORMS.CLASSIFY)),
    other: logged((exchange) => forwarder.other(exchange)),
    close: () => forwarder.close(),
  };
}

module.exports = { createHandlers };
