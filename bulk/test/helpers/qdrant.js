'use strict';

const http = require('node:http');

const accept = (result) => [200, { result, status: 'ok', time: 0.001 }];

const refuse = (status, error) => [status, { status: { error }, time: 0 }];

/**
 * The endpoints of Qdrant that a job asks, over a collection in memory. What it
 * does wrong is told by `knobs`, at any time:
 *
 *   isAway     every connection is cut off
 *   status     of every answer to points
 */
class Qdrant {
  knobs = {};

  /** @type {Map<string, any>} by the collection's name */
  collections = new Map();

  /** Points that were put, those put again included. */
  puts = 0;

  onPut = () => {};

  #key;

  #server = http.createServer((request, response) => {
    this.#serve(request, response).catch(() => response.destroy());
  });

  /** @param {string} [key] that it asks for */
  constructor(key) {
    this.#key = key;
  }

  async listen() {
    await new Promise((resolve) =>
      this.#server.listen(0, '127.0.0.1', () => resolve(undefined)),
    );
    this.host = `127.0.0.1:${this.#server.address().port}`;
  }

  close() {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }

  /** The points of a collection, by id. */
  points(name) {
    return this.collections.get(name).points;
  }

  async #serve(request, response) {
    if (this.knobs.isAway) {
      request.socket.destroy();
      return;
    }
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const [status, value] = this.#answer(request, text);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  }

  #answer({ method, url, headers }, text) {
    if (this.#key !== undefined && headers['api-key'] !== this.#key)
      return refuse(401, 'Must provide an API key');
    const { pathname, searchParams } = new URL(url, 'http://qdrant');
    const [, name, points] =
      /^\/collections\/([^/]+)(\/points)?$/.exec(pathname) ?? [];
    const collection = this.collections.get(name);
    if (points && method === 'PUT') {
      if (this.knobs.status) return refuse(this.knobs.status, 'refused');
      if (searchParams.get('wait') !== 'true') return refuse(400, 'no wait');
      if (!collection) return refuse(404, `Collection ${name} doesn't exist!`);
      return this.#put(collection, JSON.parse(text).points);
    }
    if (method === 'GET' && collection)
      return accept({ status: 'green', config: collection.config });
    if (method === 'GET') return refuse(404, `Collection ${name} not found`);
    if (collection) return refuse(409, `Collection ${name} already exists!`);
    this.collections.set(name, { config: JSON.parse(text), points: new Map() });
    return accept(true);
  }

  #put({ config, points }, given) {
    for (const { id, vector } of given) {
      if (vector.length !== config.vectors.size)
        return refuse(400, `expected dim: ${config.vectors.size}`);
      if (typeof id === 'number' ? id < 0 : !/^[0-9a-f-]{36}$/.test(id))
        return refuse(400, `${id} is not a valid point ID`);
    }
    for (const point of given) points.set(point.id, point);
    this.puts += given.length;
    this.onPut();
    return accept({ operation_id: 0, status: 'completed' });
  }
}

/**
 * @param {import('node:test').TestContext} t
 * @param {string} [key]
 */
async function startQdrant(t, key) {
  const qdrant = new Qdrant(key);
  await qdrant.listen();
  t.after(() => qdrant.close());
  return qdrant;
}

module.exports = { startQdrant };
