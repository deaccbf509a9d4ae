'use strict';

const { Agent, Pool, ProxyAgent } = require('undici');
const { lookupPublic } = require('./public-lookup');

/** @typedef {import('undici').Dispatcher.ConnectOptions} ConnectOptions */

/**
 * @typedef {object} AgentSettings
 * @property {number | null} connections at most, to each origin; null for any
 * @property {{ secureContext: import('node:tls').SecureContext, timeout: number }}
 * trust how connections are made
 * @property {ReadonlyMap<string, string>} proxies by the scheme of the target
 */

/**
 * @typedef {object} Agents
 * @property {Agent} trusted to the operator's targets
 * @property {Agent} open to those that callers choose, at public addresses only
 * @property {ReadonlyMap<string, ProxyAgent>} proxied by the target's scheme
 */

/** As much of a head as an upstream may send. */
const MAX_HEAD_BYTES = 64 * 1024;

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

/**
 * @param {AgentSettings} settings
 * @returns {Agents}
 */
function createAgents({ connections, trust, proxies }) {
  const options = {
    connections,
    // One request a connection, so that none waits for another's answer.
    pipelining: 1,
    maxHeaderSize: MAX_HEAD_BYTES,
    // Relay has its own clocks, which know the caller's side as well.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  const proxyAgent = (/** @type {string} */ uri) =>
    new ProxyAgent({
      ...options,
      uri,
      clientFactory: (origin, its) => new ForwardProxy(origin, its),
      proxyTunnel: false,
      proxyTls: trust,
      requestTls: trust,
    });
  return {
    trusted: new Agent({ ...options, connect: trust }),
    open: new Agent({
      ...options,
      connect: { ...trust, lookup: lookupPublic },
    }),
    proxied: new Map(
      Array.from(proxies, ([scheme, uri]) => [scheme, proxyAgent(uri)]),
    ),
  };
}

module.exports = { createAgents };
