'use strict';

const http = require('node:http');
const https = require('node:https');

const { makeCertificate } = require('../helpers/certificate');

const DIMENSIONS = 8;

/** Each row begins with the length of its text, so that order can be seen. */
function answerEmbeddings({ input }) {
  const rows = input.map((text, index) => ({
    object: 'embedding',
    index,
    embedding: Array.from({ length: DIMENSIONS }, (_, i) =>
      i === 0 ? text.length : i / 4,
    ),
  }));
  const usage = { prompt_tokens: input.length, total_tokens: input.length };
  return { object: 'list', data: rows, model: 'm', usage };
}

async function readJson(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const text = Buffer.concat(pieces).toString();
  return text === '' ? null : JSON.parse(text);
}

async function answer(request, response) {
  const body = await readJson(request);
  const isRefused = request.url === '/refuse';
  const isEmbedding = request.url === '/v1/embeddings';
  const told = isEmbedding ? answerEmbeddings(body) : { body };
  response.writeHead(isRefused ? 400 : 200, {
    'content-type': 'application/json',
  });
  response.end(JSON.stringify(told));
}

async function listen(server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.address().port;
}

/**
 * What the smoke script calls, over HTTP and over TLS with a certificate that
 * nobody trusts unless told so.
 * @returns {Promise<{ env: object, close: () => void }>} env for the script
 */
async function startServer() {
  const { key, cert } = makeCertificate();
  const servers = [
    http.createServer(answer),
    https.createServer({ key, cert }, answer),
  ];
  const [plain, secure] = await Promise.all(servers.map(listen));
  return {
    env: {
      SMOKE_URL: `http://127.0.0.1:${plain}`,
      SMOKE_TLS_URL: `https://127.0.0.1:${secure}`,
      SMOKE_CA: cert,
    },
    close() {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

module.exports = { startServer };
