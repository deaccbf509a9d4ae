'use strict';

/** @typedef {{ current(): string }} Key that may be read again */

/**
 * Every key of the operator: what no log, error or answer may show.
 * @param {object} config
 * @param {Key} [config.upstreamApiKey]
 * @param {readonly { apiKey?: Key }[]} [config.targets]
 * @returns {Key[]}
 */
function operatorKeys({ upstreamApiKey, targets = [] }) {
  const own = targets.map(({ apiKey }) => apiKey);
  return [upstreamApiKey, ...own].filter((key) => key !== undefined);
}

module.exports = { operatorKeys };
