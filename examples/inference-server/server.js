'use strict';

const http = require('node:http');
const { setTimeout: wait } = require('node:timers/promises');

const { answerCompletions } = require('./completions');
const { answerEmbeddings } = require('./embeddings');
const { resolveKnobs, rollDice, turnKnobs } = require('./knobs');
const { Refusal } = require('./refusal');
const { readJson } = require('./request-body');
const { answerRerank } = require('./rerank');
const { answerPredict } = require('./sentiment');

const POSTED = {
  '/v1/embeddings': answerEmbeddings,
  '/rerank': answerRerank,
  '/predict': answerPredict,
  '/v1/completions': answerCompletions,
};
const HEALTH = '/health';

/** A deployment may live under a prefix, so only a path's end matters. */
function findRoute(pathname) {
  return [HEALTH, ...Object.keys(POSTED)].find((route) =>
    pathname.endsWith(route),
  );
}

function checkMethod(route, method) {
  const allowed = route === HEALTH ? ['GET', 'HEAD'] : ['POST'];
  if (!allowed.includes(method))
    throw new Refusal(405, `${route} takes ${allowed.join(' and ')} only`);
}

/**
 * Everything between a request and what it is answered with.
 * @returns {Promise<unknown>} the answer's body; refusals are thrown
 */
async function answerRequest(request, { apiKey, knobs, random, signal }) {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  const route = findRoute(pathname);
  if (route === undefined) throw new Refusal(404, `nothing at ${pathname}`);
  checkMethod(route, request.method);
  if (route === HEALTH) return { status: 'ok' };
  if (apiKey && request.headers.authorization !== `Bearer ${apiKey}`)
    throw new Refusal(401, 'the API key is missing or wrong');

  const turned = turnKnobs(knobs, searchParams, request.headers);
  const { delayMs, faultStatus } = rollDice(turned, random);
  const body = await readJson(request);
  if (delayMs > 0) await wait(delayMs, undefined, { signal });
  if (faultStatus) throw new Refusal(faultStatus, 'a fault, as ordered');
  return POSTED[route](body);
}

/** @returns {Refusal} */
function toRefusal(error) {
  if (error instanceof Refusal) return error;
  console.error(error);
  return new Refusal(500, 'the server has a bug, see its log');
}

function send(response, status, body) {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

async function serve(request, response, settings) {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  try {
    const signal = gone.signal;
    send(response, 200, await answerRequest(request, { ...settings, signal }));
  } catch (error) {
    if (gone.signal.aborted) return;
    const refusal = toRefusal(error);
    if (!request.complete) response.setHeader('connection', 'close');
    send(response, refusal.status, refusal);
  }
}

/**
 * Starts an inference server that needs no model, for demonstrations, trials
 * and tests.
 * @param {object} [options]
 * @param {number} [options.port] 0, the default, takes any free one
 * @param {string} [options.host] 127.0.0.1 when left out
 * @param {string} [options.apiKey] what a Bearer token must be; none is asked
 *   for when left out
 * @param {Record<string, unknown>} [options.knobs] see README.md
 * @param {() => number} [options.random] Math.random when left out
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
async function startInferenceServer(options = {}) {
  const {
    port = 0,
    host = '127.0.0.1',
    apiKey,
    random = Math.random,
  } = options;
  const settings = { apiKey, random, knobs: resolveKnobs(options.knobs) };
  const server = http.createServer((request, response) =>
    serve(request, response, settings),
  );
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(undefined));
  });
  const address = /** @type {import('node:net').AddressInfo} */ (
    server.address()
  );
  return {
    url: `http://${host}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

module.exports = { startInferenceServer };
