'use strict';

const { Refusal } = require('../base/errors');
const { Credentials } = require('./credentials');
const { Preferences } = require('./preferences');
const { Targets } = require('./targets');

/** @typedef {import('../server/exchange').Exchange} Exchange */

/**
 * What a request's head decides, before its body is looked at.
 * @typedef {object} Plan
 * @property {import('./targets').Target} target
 * @property {string} path and query, below the path of the target's URL
 * @property {Readonly<import('./preferences').RequestPreferences>} preferences
 * @property {readonly string[]} secrets what no answer and no log may show
 */

/** What may stand in the path and the query of a request. */
const VISIBLE = /^[\x21-\x7e]*$/;

/** Whatever some server takes for a slash or a dot. */
const SEGMENTS = /\/|\\|%2f|%5c/i;

const DOTS = /%2e/gi;

/**
 * The path and query that an upstream is asked for; refused unless it stays
 * below the path of the target's URL whatever the upstream decodes.
 * @param {Exchange} exchange
 */
function readPath({ path, search }) {
  const isBelow = path
    .split(SEGMENTS)
    .every((segment) => segment.replace(DOTS, '.') !== '..');
  if (isBelow && path.startsWith('/') && VISIBLE.test(path + search))
    return path + search;
  throw new Refusal(
    400,
    'INVALID_PATH',
    'the path must have no ".." segments, blanks or unescaped characters',
  );
}

/** Makes the plans of a proxy: who asks, how, whom, and for what. */
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
   * The plan for a request; refuses what can be refused before its body is
   * read, and first of all who may not call.
   * @param {Exchange} exchange
   * @returns {Plan}
   */
  plan(exchange) {
    const own = this.#credentials.ownOf(exchange);
    const preferences = this.#preferences.read(exchange);
    const target = this.#targets.resolve(exchange, preferences, own);
    const secrets = this.#credentials.secrets(target.authorization);
    return { target, path: readPath(exchange), preferences, secrets };
  }
}

module.exports = { Planner };
