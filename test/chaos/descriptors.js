'use strict';

const { fork } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');

const SERVER = path.join(__dirname, '..', 'soak', 'server.js');
const LIMITER = path.join(__dirname, 'limiter.js');

/** The limit of descriptors that this process has of its own. */
function ownLimit() {
  const limits = fs.readFileSync('/proc/self/limits', 'utf8');
  return /^Max open files\s+(\w+)/m.exec(limits)[1];
}

/** Servers in another process, for one that runs out of descriptors. */
class Descriptors {
  /** @type {import('./places').Place[]} */
  list = [];

  #seed;
  #server;
  #limiter;
  #isOpen = true;

  /** @param {number | string} seed */
  constructor(seed) {
    this.#seed = String(seed);
  }

  /** What the servers played, they keep to themselves. */
  get faults() {
    return {};
  }

  async open() {
    this.#server = fork(SERVER, [this.#seed]);
    this.#server.once('exit', (code, signal) => {
      if (this.#isOpen) throw new Error(`the servers died: ${code ?? signal}`);
    });
    const [places] = await once(this.#server, 'message');
    const codes = ['SYSTEM_ERROR'];
    this.list = places.map((place) => ({ ...place, codes }));
    this.#limiter = fork(LIMITER, [this.#seed, ownLimit()]);
  }

  async close() {
    const ended = once(this.#limiter, 'exit');
    this.#limiter.send('enough');
    await ended;
    this.#isOpen = false;
    this.#server.disconnect();
  }
}

module.exports = { Descriptors };
