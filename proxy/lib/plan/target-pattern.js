'use strict';

const { parseTargetUrl } = require('./target-url');

/** @typedef {import('./target-url').TargetUrl} TargetUrl */

/**
 * One --allow-target: a scheme, a host and a port, or all subdomains of the
 * host.
 */
class TargetPattern {
  #hasSubdomains;
  #url;

  /** @param {string} text such as https://*.example.com */
  constructor(text) {
    this.#hasSubdomains = text.includes('://*.');
    this.#url = parseTargetUrl(text.replace('*.', ''), '--allow-target');
  }

  /**
   * @param {TargetUrl} target
   * @returns {boolean}
   */
  matches({ protocol, port, hostname }) {
    const allowed = this.#url;
    if (protocol !== allowed.protocol || port !== allowed.port) return false;
    return this.#hasSubdomains
      ? hostname.endsWith(`.${allowed.hostname}`)
      : hostname === allowed.hostname;
  }
}

module.exports = { TargetPattern };
