'use strict';

/*
 * The connections that requests pass through on. They are made as the engine
 * makes those of batches: by the proxies of the environment, with the roots
 * that the client trusts, and in the same time.
 */

const net = require('node:net');
const tls = require('node:tls');

const {
  environmentProxies,
  trustedRoots,
} = require('baseten-performance-client/internal');
const { Agent, Pool, ProxyAgent } = require('undici');
const { AddressBlocks } = require('../base/address-blocks');
const { ConfigError } = require('../base/errors');
const { lookupPublic } = require('./public-lookup');

/** @typedef {import('undici').Dispatcher} Dispatcher */
/** @typedef {import('undici').Dispatcher.ConnectOptions} ConnectOptions */
/** @typedef {import('../plan/targets').Target} Target */

const CONNECT_TIMEOUT_MS = 10_000;

/** As much of a head as an upstream may send. */
const MAX_HEAD_BYTES = 64 * 1024;

/** What undici speaks to proxies by, and how it spells that. */
const PROXY_SCHEMES = new Map([
  ['http:', 'http:'],
  ['https:', 'https:'],
  ['socks5:', 'socks5:'],
  ['socks5h:', 'socks5:'],
]);

/**
 * Does NO_PROXY say that this host is reached without one? As libcurl reads
 * it: names with all below them, addresses and blocks of them, "*" for all.
 * @param {string} noProxy
 * @param {string} hostname of a URL
 * @returns {boolean}
 */
function isExempt(noProxy, hostname) {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const entries = noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  if (entries.includes('*')) return true;
  if (net.isIP(host) !== 0) return new AddressBlocks(entries).has(host);
  const names = entries.map((entry) => entry.replace(/^\.|\.$/g, ''));
  return names.some((name) => `.${host}`.endsWith(`.${name}`));
}

/**
 * @param {string} proxy a URL that was checked
 * @returns {string} as undici takes it
 */
function proxyUri(proxy) {
  const { protocol } = new URL(proxy);
  const scheme = PROXY_SCHEMES.get(protocol);
  if (scheme) return scheme + proxy.slice(protocol.length);
  throw new ConfigError(
    `requests cannot pass through a ${protocol.slice(0, -1)} proxy: use one of http, https and socks5, or --pass-through off`,
  );
}

/**
 * Connections to a forward proxy. A tunnel that it closes is told by an error
 * of ours: undici takes its own for a connection to its origin that was lost,
 * and tries again without end.
 */
class ForwardProxy extends Pool {
  /** @param {ConnectOptions} options */
  async connect(options) {
    try {
      return await super.connect(options);
    } catch (cause) {
      const reason = `the forward proxy made no tunnel: ${cause.message}`;
      throw new Error(reason, { cause });
    }
  }
}

/** Makes connections, and keeps them for the requests that come next. */
class Dispatchers {
  #noProxy;

  /** @type {Agent} to the operator's targets */
  #trusted;

  /** @type {Agent} to those that callers choose, at public addresses only */
  #open;

  /** @type {Map<string, ProxyAgent>} by the scheme of the target */
  #proxied = new Map();

  /**
   * @param {{ maxInFlight: number }} config
   * @param {NodeJS.ProcessEnv} env
   */
  constructor({ maxInFlight }, env) {
    const trust = {
      secureContext: tls.createSecureContext({
        ca: trustedRoots(env).map(({ pem }) => pem),
      }),
      timeout: CONNECT_TIMEOUT_MS,
    };
    const options = {
      connections: maxInFlight || null,
      // One request a connection, so that none waits for another's answer.
      pipelining: 1,
      maxHeaderSize: MAX_HEAD_BYTES,
      // Relay has its own clocks, which know the caller's side as well.
      headersTimeout: 0,
      bodyTimeout: 0,
    };
    const { http, https, noProxy } = environmentProxies(env);
    this.#noProxy = noProxy;
    this.#trusted = new Agent({ ...options, connect: trust });
    this.#open = new Agent({
      ...options,
      connect: { ...trust, lookup: lookupPublic },
    });
    for (const [protocol, proxy] of [
      ['http:', http],
      ['https:', https],
    ])
      if (proxy)
        this.#proxied.set(
          protocol,
          new ProxyAgent({
            ...options,
            uri: proxyUri(proxy),
            clientFactory: (origin, its) => new ForwardProxy(origin, its),
            proxyTunnel: false,
            proxyTls: trust,
            requestTls: trust,
          }),
        );
  }

  /**
   * @param {Target} target
   * @returns {Dispatcher}
   */
  for({ url, isTrusted }) {
    if (!isTrusted) return this.#open;
    const proxied = this.#proxied.get(url.protocol);
    if (!proxied || isExempt(this.#noProxy, url.hostname)) return this.#trusted;
    return proxied;
  }

  /** @returns {Promise<unknown>} ends all connections */
  close() {
    const all = [this.#trusted, this.#open, ...this.#proxied.values()];
    return Promise.all(all.map((dispatcher) => dispatcher.destroy()));
  }
}

module.exports = { Dispatchers, isExempt };
