'use strict';

const { FaultServer } = require('../helpers/fault-server');
const { FATES, Resolver } = require('../helpers/resolver');
const { Faults } = require('./faults');

/** Names of each fate. */
const NAMES = 4;

/** As many names lead to the server as do not. */
const RIGHT_NAMES = NAMES * FATES.length;

/** Hosts whose names are looked up by a resolver that fails. */
class Names {
  /** @type {import('./places').Place[]} */
  list = [];

  #faults;
  #resolver = new Resolver();
  #server;

  /** @param {number | string} seed */
  constructor(seed) {
    this.#faults = new Faults(seed);
    this.#server = new FaultServer(
      this.#faults.script({ tls: false, http2: false }),
    );
  }

  /** How often each fault was played, and each kind of name was asked for. */
  get faults() {
    const counts = { ...this.#faults.counts };
    for (const [name, count] of this.#resolver.asked) {
      const key = `name ${name.split('.').at(-2)}`;
      counts[key] = (counts[key] ?? 0) + count;
    }
    return counts;
  }

  async open() {
    await this.#resolver.open();
    await this.#server.listen();
    const fates = FATES.flatMap((fate) => new Array(NAMES).fill(fate));
    const right = new Array(RIGHT_NAMES).fill('right');
    this.list = [...right, ...fates].map((fate, i) => ({
      url: `http://${i}.${fate}.test:${this.#server.port}`,
      httpVersion: 1,
      isFresh: true,
    }));
  }

  async close() {
    await this.#server.close();
    await this.#resolver.close();
  }
}

module.exports = { Names };
