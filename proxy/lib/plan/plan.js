'use strict';

const { Credentials } = require('./credentials');
const { Preferences } = require('./preferences');
const { Targets } = require('./targets');

/** @typedef {import('../server/exchange').Exchange} Exchange */
/** @typedef {import('./preferences').RequestPreferences} RequestPreferences */
/** @typedef {import('./targets').Target} Target */

/**
 * What a request's headers decide, before its body is looked at.
 * @typedef {object} Plan
 * @property {Target} target
 * @property {Readonly<RequestPreferences>} preferences
 * @property {readonly string[]} secrets what no answer and no log may show
 */

/** Makes the plans of a proxy: who asks, how, and whom. */
class Planner {
  #credentials;
  #preferences;
  #targets;

  /** @param {import('../start/config').Config} config */
  constructor(config) {
    this.#credentials = new Credentials(config);
    this.#preferences = new Preferences(config.preferences);
    this.#targets = new Targets(config, this.#credentials);
  }

  /**
   * @param {Exchange} exchange
   * @returns {Plan}
   */
  plan(exchange) {
    const own = this.#credentials.ownOf(exchange);
    const preferences = this.#preferences.read(exchange);
    const target = this.#targets.resolve(exchange, preferences, own);
    const secrets = this.#credentials.secrets(target.authorization);
    return { target, preferences, secrets };
  }
}

module.exports = { Planner };
