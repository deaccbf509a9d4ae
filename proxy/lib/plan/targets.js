'use strict';

const net = require('node:net');

const {
  invalidArgument,
  native,
  outOfRange,
} = require('baseten-performance-client/internal');
const { Refusal } = require('../base/errors');
const { Lru } = require('../base/lru');
const { staysBelow } = require('./paths');

/** @typedef {import('../server/exchange').Exchange} Exchange */

/**
 * Where requests can be sent.
 * @typedef {object} TargetUrl
 * @property {string} origin scheme, host and, unless it is the scheme's, port
 * @property {string} base the origin with the path in front, no slash at its end
 * @property {'http:' | 'https:'} protocol
 * @property {string} hostname
 * @property {string} host with the port
 * @property {number} port
 * @property {string} prefix path in front, '' for none
 */

/**
 * Where one request goes.
 * @typedef {object} Target
 * @property {Readonly<TargetUrl>} url
 * @property {boolean} isTrusted did the operator name it?
 * @property {string} added the path that a caller put behind --target-url
 * @property {{ current(): string }} [apiKey] that it alone is sent
 */

/** Blanks and control characters would be dropped by URL parsers in silence. */
const UNUSABLE = /[^\x21-\x7e]|[\\?#]/;

/** URL parsers take https:///etc/passwd for the host "etc". */
const WITH_HOST = /^https?:\/\/[^/]/i;

const DEFAULT_PORTS = { 'http:': 80, 'https:': 443 };

const WEB_PORTS = new Set(Object.values(DEFAULT_PORTS));

/** Ports below this are of services that need not expect HTTP. */
const FIRST_FREE_PORT = 1024;

const NO_PROXIES = Object.freeze({ http: '', https: '' });

/** Targets of at most this many different texts are remembered. */
const REMEMBERED = 256;

/**
 * Reads what a caller or the operator names as a target; a host alone means
 * https.
 * @param {string} given
 * @param {string} argument
 * @returns {Readonly<TargetUrl>}
 */
function parseTargetUrl(given, argument) {
  const text = given.trim();
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  const login = /^[^/]*\/\/[^/]*@/.test(full);
  if (login || /[?#]/.test(full))
    throw invalidArgument(
      RangeError,
      argument,
      `${argument} must not hold a login, a query or a fragment`,
    );
  if (!WITH_HOST.test(full) || UNUSABLE.test(full) || !URL.canParse(full))
    throw outOfRange(argument, 'an http or https URL or a host name', text);
  const { protocol, hostname, host, origin, pathname, port } = new URL(full);
  if (!staysBelow(pathname))
    throw invalidArgument(
      RangeError,
      argument,
      `${argument} must have no ".." segments`,
    );
  const scheme = protocol === 'http:' ? 'http:' : 'https:';
  const prefix = pathname.replace(/\/+$/, '');
  return Object.freeze({
    origin,
    base: origin + prefix,
    protocol: scheme,
    hostname,
    host,
    port: port ? Number(port) : DEFAULT_PORTS[scheme],
    prefix,
  });
}

/**
 * What one --allow-target allows: a scheme, a host and a port, or all
 * subdomains of the host.
 * @param {string} pattern such as https://*.example.com
 * @returns {(target: TargetUrl) => boolean}
 */
function matcherOf(pattern) {
  const url = parseTargetUrl(pattern.replace('*.', ''), '--allow-target');
  const hasSubdomains = pattern.includes('://*.');
  return ({ protocol, port, hostname }) =>
    protocol === url.protocol &&
    port === url.port &&
    (hasSubdomains
      ? hostname.endsWith(`.${url.hostname}`)
      : hostname === url.hostname);
}

/**
 * Is a target another one, or below its path?
 * @param {TargetUrl} target
 * @param {TargetUrl} other
 */
function isWithin(target, other) {
  return `${target.base}/`.startsWith(`${other.base}/`);
}

/**
 * May this host be asked for at all? A name is judged once it is looked up.
 * @param {string} hostname of a URL
 * @returns {boolean}
 */
function mayBePublic(hostname) {
  const bare = hostname.replace(/^\[|\]$/g, '');
  if (net.isIP(bare) !== 0) return native().isPublicAddress(bare);
  return !/(^|\.)localhost\.?$/i.test(hostname);
}

/** @param {string} message */
function forbidden(message) {
  return new Refusal(403, 'TARGET_FORBIDDEN', message);
}

/**
 * The hosts that the operator names one by one, as figures call them.
 * @param {{ targets: readonly { url: string }[], allowTargets: readonly string[] }} config
 * @returns {string[]}
 */
function namedHosts({ targets, allowTargets }) {
  const single = allowTargets.filter((target) => !target.includes('://*.'));
  const all = [...targets.map(({ url }) => url), ...single];
  return all.map((target) => parseTargetUrl(target, 'target').host);
}

/** Decides where a request goes; only the operator's targets see its keys. */
class Targets {
  #allowed;
  #isClosed;
  #proxies;

  /** @type {readonly Target[]} where calls go that name none */
  #own;

  /** @type {Lru<Target>} */
  #known = new Lru(REMEMBERED, (text) => this.#judge(text));

  /**
   * @param {object} config
   * @param {readonly { url: string, apiKey?: Target['apiKey'] }[]} [config.targets]
   * @param {readonly string[]} config.allowTargets
   * @param {'on' | 'off'} [config.callerTargets]
   * @param {{ http: string, https: string }} [proxies] on the way to targets
   */
  constructor(
    { targets = [], allowTargets, callerTargets },
    proxies = NO_PROXIES,
  ) {
    this.#isClosed = callerTargets === 'off';
    this.#proxies = proxies;
    this.#allowed = allowTargets.map(matcherOf);
    this.#own = targets.map(({ url, apiKey }) =>
      Object.freeze({
        url: parseTargetUrl(url, '--target-url'),
        isTrusted: true,
        added: '',
        apiKey,
      }),
    );
  }

  /**
   * @param {Exchange} exchange
   * @param {{ targetHost?: string }} preferences
   * @param {string | undefined} own the authorization the caller brought
   * @returns {readonly Target[]} one, or all among which the call may choose
   */
  resolve(exchange, { targetHost }, own) {
    const targets = this.#find(exchange, targetHost);
    const [{ url, isTrusted }] = targets;
    if (isTrusted) return targets;
    const wayIn = `the proxy must be started with --allow-target ${url.origin}`;
    const obstacle =
      own === undefined
        ? `the operator's key is not sent to ${url.origin}: bring a key of your own, or`
        : this.#obstacleTo(url);
    if (obstacle !== undefined) throw forbidden(`${obstacle} ${wayIn}`);
    return targets;
  }

  /**
   * Why a caller may not choose a target.
   * @param {TargetUrl} url
   * @returns {string | undefined} undefined when it may
   */
  #obstacleTo({ protocol, hostname, port }) {
    if (this.#isClosed) return 'callers may not choose targets here:';
    if (protocol === 'https:' ? this.#proxies.https : this.#proxies.http)
      return 'a forward proxy stands between, and nobody can tell where it connects to:';
    if (port < FIRST_FREE_PORT && !WEB_PORTS.has(port))
      return `${port} is no port of the web:`;
    if (!mayBePublic(hostname)) return `${hostname} is not a public address:`;
    return undefined;
  }

  /**
   * @param {Exchange} exchange
   * @param {string} [targetHost]
   * @returns {readonly Target[]}
   */
  #find(exchange, targetHost) {
    const header = exchange.header('x-target-host');
    const text = header ?? targetHost;
    if (text === undefined) {
      if (this.#own.length > 0) return this.#own;
      throw new Refusal(
        400,
        'NO_TARGET',
        'no target: send X-Target-Host, or have the proxy started with --target-url',
      );
    }
    try {
      return [this.#known.get(text)];
    } catch (error) {
      if (error.code !== 'INVALID_ARGUMENT') throw error;
      const argument = header === undefined ? 'target_host' : 'X-Target-Host';
      const message = error.message.replace(error.argument, argument);
      throw new Refusal(400, 'INVALID_TARGET', message);
    }
  }

  /**
   * @param {string} text
   * @returns {Target}
   */
  #judge(text) {
    const url = parseTargetUrl(text, 'X-Target-Host');
    const isAllowed = this.#allowed.some((matches) => matches(url));
    const [own] = this.#own
      .filter((target) => isWithin(url, target.url))
      .sort((a, b) => b.url.base.length - a.url.base.length);
    const added = isAllowed || !own ? '' : url.base.slice(own.url.base.length);
    const isTrusted = isAllowed || own !== undefined;
    return Object.freeze({ url, isTrusted, added, apiKey: own?.apiKey });
  }
}

module.exports = { Targets, namedHosts };
