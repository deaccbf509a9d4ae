'use strict';

/*
 * No proxy, but what one on Node's HTTP server cannot do without: it reads the
 * body of each request and answers with the bytes that the upstream would.
 *
 *   node bare.js PORT UPSTREAM
 */

const http = require('node:http');

const [port, upstream] = process.argv.slice(2);

async function main() {
  const answer = await fetch(`${upstream}/v1/embeddings`, { method: 'POST' });
  const body = Buffer.from(await answer.arrayBuffer());
  const headers = {
    'content-type': 'application/json',
    'content-length': body.length,
  };
  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => response.writeHead(200, headers).end(body));
  });
  server.listen(Number(port), '127.0.0.1');
}

main();
