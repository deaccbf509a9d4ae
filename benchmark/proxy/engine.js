'use strict';

/*
 * No proxy, but what one on this engine cannot do without: Node's HTTP server,
 * and one call of the engine for each request, everything about it made once.
 * Who may call, whom, how long, how much of it, what is counted and what is
 * logged: all of that is left out, so this is the floor that the proxy stands on.
 *
 *   node engine.js PORT UPSTREAM
 */

const http = require('node:http');

const { HttpClientWrapper } = require('baseten-performance-client');
const {
  FLAG,
  FORM,
  native,
  poolFor,
  wordList,
} = require('baseten-performance-client/internal');
const { Preferences } = require('../../proxy/lib/plan/preferences');
const { readConfig } = require('../../proxy/lib/start/config');

const [port, upstream] = process.argv.slice(2);
const { preferences } = readConfig(['--target-url', upstream], {});
const numbers = new Preferences(preferences)
  .read({ header: () => undefined })
  .numbers(FLAG.SPLIT);
const words = wordList({
  URL: `${upstream}/v1/embeddings`,
  METHOD: 'POST',
  HEADERS: 'Content-Type: application/json\nAuthorization: Bearer benchmark',
  ID_STEM: 'benchmark',
  DEFAULTS: '{}',
  METADATA: '{"customer_request_id":"benchmark"',
  PATHS: '',
});
const { engine } = poolFor(new HttpClientWrapper(), upstream);

class Call {
  constructor(response) {
    this.response = response;
  }

  onEnd(failure, { body, size }) {
    if (failure) throw new Error(failure.message);
    const headers = {
      'content-type': 'application/json',
      'content-length': size,
    };
    this.response.writeHead(200, headers).end(body);
  }
}

const server = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    const call = new Call(response);
    native().splice(engine, FORM.EMBEDDINGS, numbers, words, body, call);
  });
});
server.listen(Number(port), '127.0.0.1');
