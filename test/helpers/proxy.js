'use strict';

const http = require('node:http');
const net = require('node:net');

/**
 * A forward proxy on 127.0.0.1:0 that keeps what it was asked for: `requests`
 * are { method, url, headers }. A plain request is answered with "proxied",
 * CONNECT leads to where it says.
 * @param {import('node:test').TestContext} t closes it after the test
 * @param {{ refuse?: number }} [options] the status that answers CONNECT
 */
async function startProxy(t, { refuse } = {}) {
  const requests = [];
  const sockets = new Set();
  const keep = ({ method, url, headers }) =>
    requests.push({ method, url, headers });
  const server = http.createServer((request, response) => {
    keep(request);
    request.resume();
    response.end('"proxied"');
  });
  server.on('connect', (request, socket) => {
    keep(request);
    socket.on('error', () => {});
    if (refuse)
      socket.end(`HTTP/1.1 ${refuse} No\r\ncontent-length: 0\r\n\r\n`);
    else tunnel(request.url, socket, sockets);
  });
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address();
  return { requests, port, url: `http://127.0.0.1:${port}` };
}

function tunnel(place, socket, sockets) {
  const [host, port] = place.split(':');
  const far = net.connect(Number(port), host, () => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    socket.pipe(far).pipe(socket);
  });
  far.on('error', () => socket.destroy());
  sockets.add(far);
}

module.exports = { startProxy };
