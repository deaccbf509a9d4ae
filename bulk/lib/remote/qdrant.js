'use strict';

/*
 * Parts as points of a collection of Qdrant, over HTTP. It has no transactions,
 * but a point is known by its id: a part that is sent again, because its run was
 * killed before it had written down that it is there, changes nothing.
 */

const { PerformanceClient } = require('baseten-performance-client');

const { FinalError, UsageError } = require('../base/errors');
const { AwayError, patiently } = require('./patience');
const { pointIdOf } = require('./point-id');

/** @typedef {import('../formats/formats').Part} Part */
/** @typedef {import('./remote').RemoteTerms} RemoteTerms */

const PORT = '6333';

const MOST_POINTS = 256;

/** Qdrant takes requests of 32 MB; of a vector, some 22 characters a number. */
const MOST_NUMBERS = 1_000_000;

/** Requests at a time: more than a few only wait for each other. */
const STREAMS = 4;

const NOT_FOUND = 404;

const CONFLICT = 409;

/** The server's own state; what else it refuses, it always will. */
const AWAY_STATUSES = new Set([408, 425, 429]);

const DISTANCES = Object.freeze(['Cosine', 'Dot', 'Euclid', 'Manhattan']);

/** @param {URL} url */
function distanceOf({ searchParams }) {
  const distance = searchParams.get('distance') ?? 'Cosine';
  if (DISTANCES.includes(distance)) return distance;
  throw new UsageError(
    `distance must be one of ${DISTANCES.join(', ')}, got ${distance}`,
  );
}

/**
 * @param {any} error of the client
 * @param {string} label
 */
function revive(error, label) {
  const { code, status, message } = error;
  if (code === undefined) return error;
  const words = `${label}: ${message}`;
  const isRefused =
    code === 'HTTP_ERROR' && status < 500 && !AWAY_STATUSES.has(status);
  return isRefused ? new FinalError(words) : new AwayError(words);
}

class QdrantCollection {
  #terms;
  #client;
  #path;
  #distance;

  /** @type {Record<string, string>} */
  #headers;

  #isThere = false;

  /** @param {RemoteTerms} terms */
  constructor(terms) {
    const { output, key = process.env.QDRANT_API_KEY } = terms;
    const url = new URL(output.url);
    const scheme = url.protocol === 'qdrant+https:' ? 'https' : 'http';
    this.#terms = terms;
    this.#distance = distanceOf(url);
    this.#path = `/collections/${encodeURIComponent(output.name)}`;
    this.#headers = key ? { 'api-key': key } : {};
    this.#client = new PerformanceClient(
      `${scheme}://${url.hostname}:${url.port || PORT}`,
      { apiKey: false },
    );
  }

  /**
   * Puts the points of a part. Whether another run did the same does not matter.
   * @param {unknown} shard
   * @param {unknown} record
   * @param {string} errors
   * @param {Part} part
   * @returns {Promise<boolean>} true
   */
  async commit(shard, record, errors, part) {
    if (part.rows === 0) return true;
    const { outageS, say } = this.#terms;
    await patiently(() => this.#put(part), outageS, say);
    return true;
  }

  /** It keeps no account of parts. */
  async records() {
    return [];
  }

  /** Points are written over by those of the same id. */
  async forget() {}

  async close() {
    await this.#client.destroy();
  }

  /** @param {Part} part */
  async #put(part) {
    try {
      await this.#ensure(part.dimensions);
      await this.#ask('PUT', '/points?wait=true', this.#bodiesOf(part));
    } catch (error) {
      throw revive(error, this.#terms.output.label);
    }
  }

  /**
   * Makes the collection, if it is not there.
   * @param {number} size of the vectors
   */
  async #ensure(size) {
    if (this.#isThere) return;
    try {
      await this.#ask('GET', '', [null]);
    } catch (error) {
      if (error.status !== NOT_FOUND) throw error;
      await this.#create(size);
    }
    this.#isThere = true;
  }

  /** @param {number} size */
  async #create(size) {
    const vectors = { size, distance: this.#distance };
    try {
      await this.#ask('PUT', '', [{ vectors }]);
    } catch (error) {
      // Another run was faster.
      if (error.status !== CONFLICT) throw error;
    }
  }

  /**
   * @param {'GET' | 'PUT'} method
   * @param {string} path below the collection
   * @param {unknown[]} bodies of a request each
   */
  async #ask(method, path, bodies) {
    await this.#client.batchPost(`${this.#path}${path}`, bodies, {
      method,
      headers: this.#headers,
      maxConcurrentRequests: STREAMS,
      maxRetries: 0, // patience has longer pauses, and says so
    });
  }

  /** @param {Part} part @returns {object[]} */
  #bodiesOf({ ids, columns, matrix, dimensions, idName }) {
    const count = Math.min(MOST_POINTS, Math.ceil(MOST_NUMBERS / dimensions));
    const bodies = [];
    for (let first = 0; first < ids.length; first += count) {
      const points = ids.slice(first, first + count).map((id, k) => {
        const i = first + k;
        const row = matrix.subarray(i * dimensions, (i + 1) * dimensions);
        /** @type {Record<string, unknown>} */
        const payload = { [idName]: id };
        for (const { name, values } of columns)
          payload[name] = values[i] ?? null;
        return { id: pointIdOf(id), vector: Array.from(row), payload };
      });
      bodies.push({ points });
    }
    return bodies;
  }
}

module.exports = { QdrantCollection };
