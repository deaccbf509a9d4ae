'use strict';

const http = require('node:http');

/**
 * Stands in for Qdrant, as far as the recipe goes: what is not asked for as its
 * REST interface wants it is a 400.
 * @returns {Promise<{ url: string, points: Map<number, object>, close: () => void }>}
 */
async function startQdrant() {
  const points = new Map();
  const size = 256;
  const collection = '/collections/items';

  function answer(method, url, body) {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const route = `${method} ${pathname}`;
    if (route === `PUT ${collection}` && body.vectors.size === size)
      return { result: true };
    if (route === `PUT ${collection}/points` && searchParams.get('wait')) {
      if (!body.points.every(({ vector }) => vector.length === size))
        return undefined;
      for (const point of body.points) points.set(point.id, point);
      return { result: { operation_id: 0, status: 'completed' } };
    }
    if (route === `POST ${collection}/points/count`)
      return { result: { count: points.size } };
    return undefined;
  }

  const server = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const found = answer(
      request.method,
      request.url,
      text ? JSON.parse(text) : undefined,
    );
    response.writeHead(found ? 200 : 400, {
      'content-type': 'application/json',
    });
    response.end(JSON.stringify({ status: 'ok', time: 0, ...found }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, points, close };
}

module.exports = { startQdrant };
