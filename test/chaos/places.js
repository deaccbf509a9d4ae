'use strict';

const { FaultProxy } = require('../helpers/fault-proxy');
const { FaultServer } = require('../helpers/fault-server');
const { Faults } = require('./faults');

const PROTOCOLS = [
  { tls: false, http2: false },
  { tls: false, http2: true },
  { tls: true, http2: false },
  { tls: true, http2: true },
];

/**
 * Where a client of a run connects to.
 * @typedef {{ url: string, httpVersion: 1 | 2, ca?: string, proxy?: string,
 *   isFresh?: boolean, codes?: string[] }} Place isFresh: each call has a client
 *   of its own; codes: further ones that calls may end in
 */

/**
 * The servers of a run: one for each protocol, those of HTTP/1.1 once more
 * behind a forward proxy each, and a port that is closed.
 */
class Places {
  /** @type {Place[]} the closed port comes last */
  list = [];

  #faults;
  #servers = [];

  /** @param {number | string} seed */
  constructor(seed) {
    this.#faults = new Faults(seed);
  }

  /** How often each fault was played. */
  get faults() {
    return this.#faults.counts;
  }

  async open() {
    for (const protocol of PROTOCOLS)
      await this.#add(
        new FaultServer(this.#faults.script(protocol)),
        protocol.http2 ? 2 : 1,
      );
    for (const place of this.list.filter(
      ({ httpVersion }) => httpVersion === 1,
    ))
      await this.#addBehindProxy(place);
    const closed = new FaultServer();
    await this.#add(closed, 1);
    await closed.close();
    this.#servers.pop();
  }

  async close() {
    for (const server of this.#servers) await server.close();
  }

  async #addBehindProxy(place) {
    const tls = place.ca !== undefined;
    const proxy = new FaultProxy(this.#faults.fates({ tls }));
    await proxy.listen();
    this.#servers.push(proxy);
    this.list.push({ ...place, proxy: proxy.url });
  }

  async #add(server, httpVersion) {
    await server.listen();
    this.#servers.push(server);
    this.list.push({ url: server.url, httpVersion, ca: server.ca });
  }
}

module.exports = { PROTOCOLS, Places };
