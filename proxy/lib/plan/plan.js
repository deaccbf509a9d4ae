'use strict';

const crypto = require('node:crypto');

const { environmentProxies } = require('baseten-performance-client/internal');
const { Refusal } = require('../base/errors');
const { operatorKeys } = require('../base/operator-keys');
const { Lru } = require('../base/lru');
const { namesBehind, staysBelow } = require('./paths');
const { Preferences } = require('./preferences');
const { Targets } = require('./targets');

/** @typedef {import('../server/exchange').Exchange} Exchange */

/**
 * What a request's head decides, before its body is looked at: the same for
 * each call of a caller who sends the same headers.
 * @typedef {object} Plan
 * @property {import('./targets').Target} target
 * @property {string} [authorization] what the target is shown
 * @property {readonly string[]} [paths] that may be asked for, see isNamed;
 * undefined for all, which is where callers bring a key of their own
 * @property {Readonly<import('./preferences').RequestPreferences>} preferences
 * @property {readonly string[]} secrets what no answer and no log may show
 * @property {readonly Readonly<Plan>[]} [members] of a call that may go to any
 * of several targets: its plan for each, of which this is the first
 */

/** What may stand in the path and the query of a request. */
const VISIBLE = /^[\x21-\x7e]*$/;

/** Schemes whose credential is a key, as OpenAI and Baseten send it. */
const KEY_SCHEME = /^(?:bearer|api-key)$/i;

/** An authorization that is none, as an empty variable leaves it. */
const NO_KEY = /^\s*(?:bearer|api-key|basic)?\s*$/i;

/** Plans of at most this many different heads are remembered. */
const REMEMBERED = 1024;

/** Characters of such a head; what is longer is read again each time. */
const MOST_REMEMBERED = 1024;

/** Stands between headers, and in none. */
const BETWEEN = '\n';

/** Stands for a header that is not there. */
const NONE = '\r';

/**
 * Refuses a path and query unless it stays below the path of the target's URL.
 * One that the proxy knows does.
 * @param {Exchange} exchange
 */
function checkPath({ route, path, search }) {
  if (route !== 'other' && search === '') return;
  if (staysBelow(path) && path.startsWith('/') && VISIBLE.test(path + search))
    return;
  throw new Refusal(
    400,
    'INVALID_PATH',
    'the path must have no ".." segments, blanks or unescaped characters',
  );
}

/** @param {string} message */
function unauthorized(message) {
  return new Refusal(401, 'UNAUTHORIZED', message, {
    headers: {
      'www-authenticate': 'Bearer realm="baseten-performance-proxy"',
    },
  });
}

function keyNeeded() {
  return unauthorized(
    'an API key is needed: send it as "Authorization: Bearer <key>"',
  );
}

/** @typedef {{ scheme: string, credential: string }} Authorization */

/**
 * @param {string | undefined} authorization
 * @returns {Authorization | undefined} undefined when there is none, or no key
 */
function parse(authorization = '') {
  const text = authorization.trim();
  if (text === '' || KEY_SCHEME.test(text)) return undefined;
  const blank = text.search(/\s/);
  if (blank < 0)
    throw unauthorized(
      'the Authorization header has no scheme: send "Authorization: Bearer <key>"',
    );
  return {
    scheme: text.slice(0, blank),
    credential: text.slice(blank).trim(),
  };
}

/** Who may call, and with whose key the upstream is asked. */
class Credentials {
  #generalKey;
  #operatorKeys;
  #salt = crypto.randomBytes(32);

  #clientKeys;

  /** The list that #digests are of: another one when it was read again. */
  #digested = /** @type {readonly string[]} */ ([]);

  /** @type {Buffer[]} */
  #digests = [];

  /**
   * @param {object} config
   * @param {{ current(): string }} [config.upstreamApiKey]
   * @param {readonly { apiKey?: { current(): string } }[]} [config.targets]
   * @param {{ current(): readonly string[] }} [config.clientApiKeys]
   */
  constructor(config) {
    this.#generalKey = config.upstreamApiKey;
    this.#operatorKeys = operatorKeys(config);
    this.#clientKeys = config.clientApiKeys;
  }

  /**
   * The authorization that a caller brings for the upstream. With client keys
   * there is none: what a caller brings is then meant for the proxy alone.
   * @param {Exchange} exchange
   * @returns {string | undefined}
   */
  ownOf(exchange) {
    const given = parse(exchange.header('authorization'));
    if (this.#clientKeys) {
      this.#admit(given, this.#digestsOf(this.#clientKeys.current()));
      return undefined;
    }
    if (given) return `${given.scheme} ${given.credential}`;
    if (!NO_KEY.test(exchange.header('authorization') ?? ''))
      throw unauthorized(
        'the Authorization has no scheme: send it as "Authorization: Bearer <key>"',
      );
    if (this.#operatorKeys.length > 0) return undefined;
    throw keyNeeded();
  }

  /**
   * What one of the operator's targets is sent when the caller brings nothing.
   * @param {import('./targets').Target} target
   * @returns {string | undefined} undefined only where callers need no key that
   * it would know
   */
  operatorsFor({ apiKey = this.#generalKey }) {
    if (apiKey) return `Bearer ${apiKey.current()}`;
    if (this.#clientKeys) return undefined;
    throw keyNeeded();
  }

  /**
   * What no answer may show.
   * @param {string} [authorization] what was sent to the upstream
   * @returns {string[]}
   */
  secrets(authorization) {
    const secrets = this.#operatorKeys.map((key) => key.current());
    const sent = parse(authorization);
    if (sent) secrets.push(sent.credential);
    return secrets;
  }

  /**
   * Every key is compared, and digests of equal length, so that the time it
   * takes tells nothing about them.
   * @param {Authorization | undefined} given
   * @param {Buffer[]} digests
   */
  #admit(given, digests) {
    const isKey = given !== undefined && KEY_SCHEME.test(given.scheme);
    const digest = this.#digest(isKey ? given.credential : '');
    let matches = 0;
    for (const known of digests)
      matches += Number(crypto.timingSafeEqual(known, digest));
    if (isKey && matches > 0) return;
    throw unauthorized(
      isKey
        ? 'the API key is not one of those this proxy accepts'
        : 'this proxy needs one of its API keys: send it as "Authorization: Bearer <key>"',
    );
  }

  /** @param {readonly string[]} keys */
  #digestsOf(keys) {
    if (this.#digested !== keys) {
      this.#digested = keys;
      this.#digests = keys.map((key) => this.#digest(key));
    }
    return this.#digests;
  }

  /** @param {string} key */
  #digest(key) {
    return crypto.createHmac('sha256', this.#salt).update(key).digest();
  }
}

/** Makes the plans of a proxy: who asks, how, whom, and for what. */
class Planner {
  #keys;
  #clientApiKeys;
  #credentials;
  #preferences;
  #targets;
  #operatorsPaths;

  /** What the known plans were made with. */
  #operatorKeys = /** @type {string[]} */ ([]);
  #clientKeys = /** @type {unknown} */ (undefined);

  /** @type {Lru<Readonly<Plan>, Exchange>} by what of a head they depend on */
  #known = this.#forget();

  /** @param {import('../start/config').Config} config */
  constructor(config) {
    this.#keys = operatorKeys(config);
    this.#clientApiKeys = config.clientApiKeys;
    this.#operatorsPaths = config.passThrough;
    this.#credentials = new Credentials(config);
    this.#preferences = new Preferences(config.preferences);
    this.#targets = new Targets(config, environmentProxies(process.env));
  }

  /**
   * The plan for a request; refuses what can be refused before its body is
   * read, and first of all who may not call.
   * @param {Exchange} exchange
   * @returns {Readonly<Plan>}
   */
  plan(exchange) {
    const plan = this.#recall(exchange);
    checkPath(exchange);
    return plan;
  }

  /** @param {Exchange} exchange */
  #recall(exchange) {
    const authorization = exchange.header('authorization') ?? '';
    const host = exchange.header('x-target-host') ?? NONE;
    const wishes = exchange.header('x-baseten-request-preferences') ?? NONE;
    const head = authorization + BETWEEN + host + BETWEEN + wishes;
    if (head.length > MOST_REMEMBERED) return this.#make(exchange);
    const clientKeys = this.#clientApiKeys?.current();
    if (clientKeys !== this.#clientKeys || this.#haveKeysChanged()) {
      this.#operatorKeys = this.#keys.map((key) => key.current());
      this.#clientKeys = clientKeys;
      this.#known = this.#forget();
    }
    return this.#known.get(head, exchange);
  }

  #haveKeysChanged() {
    return this.#keys.some((key, i) => key.current() !== this.#operatorKeys[i]);
  }

  #forget() {
    return new Lru(REMEMBERED, (_, /** @type {Exchange} */ exchange) =>
      this.#make(exchange),
    );
  }

  /**
   * @param {Exchange} exchange
   * @returns {Readonly<Plan>}
   */
  #make(exchange) {
    const own = this.#credentials.ownOf(exchange);
    const preferences = this.#preferences.read(exchange);
    const targets = this.#targets.resolve(exchange, preferences, own);
    const members = targets.map((target) =>
      this.#planFor(target, own, preferences),
    );
    if (members.length === 1) return members[0];
    return Object.freeze({ ...members[0], members: Object.freeze(members) });
  }

  /**
   * @param {import('./targets').Target} target
   * @param {string | undefined} own the authorization the caller brought
   * @param {Plan['preferences']} preferences
   * @returns {Readonly<Plan>}
   */
  #planFor(target, own, preferences) {
    const authorization = own ?? this.#credentials.operatorsFor(target);
    const secrets = [
      ...this.#credentials.secrets(authorization),
      ...preferences.secrets,
    ];
    const paths =
      own === undefined
        ? namesBehind(this.#operatorsPaths, target.added)
        : undefined;
    return Object.freeze({
      target,
      authorization,
      paths,
      preferences,
      secrets,
    });
  }
}

module.exports = { Planner };
