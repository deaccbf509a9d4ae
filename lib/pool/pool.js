'use strict';

const crypto = require('node:crypto');

const binding = require('../native/binding');
const { Latencies } = require('./stats');

/** @typedef {import('../native/binding').EngineFigures} EngineFigures */
/** @typedef {import('../native/binding').EngineOptions} EngineOptions */
/** @typedef {import('../native/binding').Native} Native */

/**
 * The pools that clients share, by what they were made with. Nobody's pool is
 * collected with its thread, also when its last client was dropped unclosed.
 * @type {WeakMap<Native, Map<string, WeakRef<Pool>>>}
 */
const sharedPools = new WeakMap();

/** An engine with its connections, and those who use it. */
class Pool {
  #addon;
  #users = 0;
  #isOver = false;

  /** How long its batches took. */
  latencies = new Latencies();

  /**
   * @param {Native} addon
   * @param {EngineOptions} options
   */
  constructor(addon, options) {
    this.#addon = addon;
    this.engine = addon.createEngine(options);
  }

  /** @returns {boolean} has its last user left it? */
  get isOver() {
    return this.#isOver;
  }

  /** @returns {EngineFigures[]} none when it is over */
  figures() {
    const figures = this.#addon.stats(this.engine);
    return figures ? [figures] : [];
  }

  enter() {
    this.#users += 1;
    return this;
  }

  /** Ends the engine when nobody else uses it. */
  leave() {
    this.#users -= 1;
    if (this.#users > 0) return;
    this.#isOver = true;
    this.#addon.destroyEngine(this.engine);
  }
}

/** @param {string} text */
function digestOf(text) {
  return crypto.createHash('sha256').update(text).digest('base64');
}

/** The roots asked for last: long, and nearly always the same. */
let roots = { text: '', digest: '' };

/**
 * What tells options apart. They may hold a private key, so that only a digest
 * is kept of them.
 * @param {EngineOptions} options
 */
function keyOf(options) {
  const { ca } = options;
  if (ca !== roots.text) roots = { text: ca, digest: digestOf(ca) };
  return digestOf(JSON.stringify({ ...options, ca: roots.digest }));
}

/** @param {Map<string, WeakRef<Pool>>} pools */
function dropCollected(pools) {
  for (const [key, pool] of pools) if (!pool.deref()) pools.delete(key);
}

/**
 * A pool of its own, entered.
 * @param {EngineOptions} options
 * @returns {Pool}
 */
function ownPool(options) {
  return new Pool(binding.native(), options).enter();
}

/**
 * The pool of all who ask for these options, entered.
 * @param {EngineOptions} options
 * @returns {Pool}
 */
function sharedPool(options) {
  const addon = binding.native();
  let pools = sharedPools.get(addon);
  if (!pools) {
    pools = new Map();
    sharedPools.set(addon, pools);
  }
  const key = keyOf(options);
  const known = pools.get(key)?.deref();
  if (known && !known.isOver) return known.enter();
  dropCollected(pools);
  const pool = ownPool(options);
  pools.set(key, new WeakRef(pool));
  return pool;
}

module.exports = { Pool, ownPool, sharedPool };
