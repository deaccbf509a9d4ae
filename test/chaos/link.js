'use strict';

const { FaultServer } = require('../helpers/fault-server');
const { BEHIND_LINK, openLink, overLink } = require('../helpers/lossy-link');
const { Faults } = require('./faults');
const { PROTOCOLS } = require('./places');
const { hash } = require('./random');

const QUALITIES = { loss: 0.02, delayMs: 1, jitterMs: 5, vanish: 0.1 };

/** Servers of each protocol over a link that loses packets and peers. */
class Link {
  /** @type {import('./places').Place[]} */
  list = [];

  #seed;
  #faults;
  #servers = [];
  #link;

  /** @param {number | string} seed */
  constructor(seed) {
    this.#seed = seed;
    this.#faults = new Faults(seed);
  }

  /** How often each fault was played. */
  get faults() {
    return { ...this.#faults.counts, ...QUALITIES };
  }

  async open() {
    const seed = hash(String(this.#seed));
    this.#link = await openLink({ seed, ...QUALITIES });
    for (const protocol of PROTOCOLS) {
      const script = { ...this.#faults.script(protocol), ...BEHIND_LINK };
      const server = new FaultServer(script);
      await server.listen();
      this.#servers.push(server);
      this.list.push({
        url: overLink(server.url),
        httpVersion: protocol.http2 ? 2 : 1,
        ca: server.ca,
      });
    }
    this.list.push(this.list[0]);
  }

  async close() {
    for (const server of this.#servers) await server.close();
    await this.#link.close();
  }
}

module.exports = { Link };
