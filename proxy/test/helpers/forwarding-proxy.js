'use strict';

/*
 * A reverse proxy on 127.0.0.1, in this process.
 *
 *   const proxy = await startForwardingProxy(t, ['--target-url', upstream.url]);
 *   const answer = await proxy.ask('POST', '/v1/embeddings', { body: {} });
 *   ... answer.status, answer.headers, answer.text, answer.json
 *
 * `proxy.log` holds every line it has logged, as text.
 */

const http = require('node:http');

const { ReverseProxy } = require('../../lib/process/reverse-proxy');
const { readConfig } = require('../../lib/start/config');
const { Log } = require('../../lib/telemetry/log');

/**
 * @param {import('node:test').TestContext} t closes the proxy after the test
 * @param {string[]} flags
 */
async function startForwardingProxy(t, flags) {
  const address = ['--host', '127.0.0.1', '--port', '0'];
  const config = readConfig([...address, ...flags], {});
  const lines = [];
  const log = new Log('debug', (text) => lines.push(text));
  const proxy = await ReverseProxy.create(config, log);
  const { port } = await proxy.listen();
  t.after(() => proxy.close());
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    get log() {
      log.flush();
      return lines.join('');
    },
    ask: (method, path, options) => ask(url + path, { method, ...options }),
  };
}

/**
 * One request with a connection of its own. Rejects when the answer is broken
 * off.
 */
function ask(url, { method, headers = {}, body, key = 'caller-key' }) {
  const text =
    body === undefined || typeof body === 'string' || Buffer.isBuffer(body)
      ? body
      : JSON.stringify(body);
  const request = http.request(url, { method, agent: false });
  const all = {
    ...(key && { authorization: `Bearer ${key}` }),
    ...(text !== undefined && { 'content-type': 'application/json' }),
    ...headers,
  };
  for (const [name, value] of Object.entries(all))
    if (value !== undefined) request.setHeader(name, value);
  request.end(text);
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => readAnswer(response, resolve, reject));
  });
}

function readAnswer(response, resolve, reject) {
  const chunks = [];
  response.on('data', (chunk) => chunks.push(chunk));
  response.on('error', reject);
  response.on('end', () => {
    const body = Buffer.concat(chunks);
    const text = body.toString();
    const { statusCode: status, headers } = response;
    resolve({ status, headers, body, text, json: parseJson(text) });
  });
}

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

module.exports = { ask, startForwardingProxy };
