'use strict';

/*
 * The connections that requests pass through on. They are made as the engine
 * makes those of batches: by the proxies of the environment, with the roots
 * that the client trusts, and in the same time. undici is loaded with the first
 * of them: a proxy of batches alone is 10 MB smaller without it.
 */

const net = require('node:net');
const tls = require('node:tls');

const {
  environmentProxies,
  trustedRoots,
} = require('baseten-performance-client/internal');
const { AddressBlocks } = require('../base/address-blocks');
const { ConfigError } = require('../base/errors');

/** @typedef {import('undici').Dispatcher} Dispatcher */
/** @typedef {import('./agents').Agents} Agents */
/** @typedef {import('../plan/targets').Target} Target */

const CONNECT_TIMEOUT_MS = 10_000;

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

/** Makes connections, and keeps them for the requests that come next. */
class Dispatchers {
  #settings;
  #noProxy;

  /** @type {Agents | undefined} */
  #agents;

  /**
   * @param {{ maxInFlight: number }} config
   * @param {NodeJS.ProcessEnv} env
   */
  constructor({ maxInFlight }, env) {
    const { http, https, noProxy } = environmentProxies(env);
    const proxies = Object.entries({ 'http:': http, 'https:': https });
    const used = proxies.filter(([, proxy]) => proxy);
    this.#noProxy = noProxy;
    this.#settings = {
      connections: maxInFlight || null,
      proxies: new Map(
        used.map(([scheme, proxy]) => [scheme, proxyUri(proxy)]),
      ),
      trust: {
        secureContext: tls.createSecureContext({
          ca: trustedRoots(env).map(({ pem }) => pem),
        }),
        timeout: CONNECT_TIMEOUT_MS,
      },
    };
  }

  /**
   * @param {Target} target
   * @returns {Dispatcher}
   */
  for({ url, isTrusted }) {
    this.#agents ??= require('./agents').createAgents(this.#settings);
    const { open, trusted, proxied } = this.#agents;
    if (!isTrusted) return open;
    const proxy = proxied.get(url.protocol);
    if (!proxy || isExempt(this.#noProxy, url.hostname)) return trusted;
    return proxy;
  }

  /** @returns {Promise<void>} ends all connections */
  async close() {
    if (!this.#agents) return;
    const { open, trusted, proxied } = this.#agents;
    const all = [open, trusted, ...proxied.values()];
    await Promise.all(all.map((dispatcher) => dispatcher.destroy()));
  }
}

module.exports = { Dispatchers, isExempt };
