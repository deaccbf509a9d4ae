'use strict';

const http = require('node:http');
const { setTimeout: wait } = require('node:timers/promises');

const { answerChat, answerCompletions } = require('./completions');
const {
  checkFunction,
  checkInteger,
  checkOptionNames,
  checkString,
  isGiven,
  isPlainObject,
  wrongType,
} = require('../base/check');
const { Events } = require('./events');
const { KNOBS, resolveKnobs, rollDice, turnKnobs } = require('./knobs');
const { Recorder } = require('./recorder');
const { Refusal } = require('./refusal');
const { answerEmbeddings } = require('./embeddings');
const { answerPredict } = require('./sentiment');
const { answerRerank } = require('./rerank');
const { embedText } = require('./vectors');
const { parseJson, readText } = require('./request-body');
const { readScript } = require('./script');
const { reply } = require('./reply');

/** @typedef {import('./script').ScriptedAnswer} ScriptedAnswer */

const POSTED = {
  '/v1/embeddings': answerEmbeddings,
  '/rerank': answerRerank,
  '/predict': answerPredict,
  '/v1/chat/completions': answerChat,
  '/v1/completions': answerCompletions,
};
const HEALTH = '/health';

const OPTION_NAMES = new Set([
  'port',
  'host',
  'apiKey',
  'knobs',
  'random',
  'script',
  'keepRequests',
]);

const LAST_PORT = 65535;
const KEPT_REQUESTS = 1000;

/**
 * @typedef {object} Settings
 * @property {number} port
 * @property {string} host
 * @property {string | undefined} apiKey
 * @property {import('./knobs').Knobs} knobs
 * @property {() => number} random
 * @property {import('./script').Script} script
 * @property {number} keepRequests
 */

/**
 * @param {unknown} given
 * @returns {Settings}
 */
function readSettings(given = {}) {
  if (!isPlainObject(given))
    throw wrongType('options', 'an options object', given);
  checkOptionNames(given, OPTION_NAMES, 'startInferenceServer');
  const { port = 0, host = '127.0.0.1', apiKey, random, keepRequests } = given;
  return {
    port: checkInteger(port, 'port', 0, LAST_PORT),
    host: checkString(host, 'host'),
    apiKey: isGiven(apiKey) ? checkString(apiKey, 'apiKey') : undefined,
    knobs: resolveKnobs(/** @type {any} */ (given.knobs ?? {})),
    random: isGiven(random)
      ? /** @type {any} */ (checkFunction(random, 'random'))
      : Math.random,
    script: readScript(given.script),
    keepRequests: checkInteger(
      keepRequests ?? KEPT_REQUESTS,
      'keepRequests',
      0,
      Number.MAX_SAFE_INTEGER,
    ),
  };
}

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

/** @returns {Refusal} */
function toRefusal(error) {
  if (error instanceof Refusal) return error;
  console.error(error);
  return new Refusal(500, `the server or its script failed: ${error.message}`);
}

/** One request and its answer. */
class Exchange {
  #request;
  #response;
  #settings;
  #gone = new AbortController();

  /** @type {URL} */
  #url;

  /** @type {ScriptedAnswer} */
  #scripted = {};

  /**
   * @param {http.IncomingMessage} request
   * @param {http.ServerResponse} response
   * @param {Settings} settings
   */
  constructor(request, response, settings) {
    this.#request = request;
    this.#response = response;
    this.#settings = settings;
    this.#url = new URL(request.url ?? '/', 'http://localhost');
    response.on('close', () => this.#gone.abort());
  }

  /** @param {Recorder} recorder */
  async serve(recorder) {
    let knobs = this.#settings.knobs;
    try {
      const text = await readText(this.#request);
      const { record, n } = recorder.add(this.#request, text);
      this.#scripted = (await this.#settings.script(record, n)) ?? {};
      if (this.#scripted.hang) return;
      await this.#wait(this.#scripted.delayMs ?? 0);
      if (this.#scripted.reset) return this.#request.socket.destroy();
      const { searchParams } = this.#url;
      knobs = turnKnobs(knobs, searchParams, this.#request.headers);
      const body = await this.#answer(text, knobs);
      await this.#reply(this.#scripted.status ?? 200, body, knobs);
    } catch (error) {
      if (this.#gone.signal.aborted) return;
      const refusal = toRefusal(error);
      if (!this.#request.complete)
        this.#response.setHeader('connection', 'close');
      await this.#reply(refusal.status, refusal, knobs);
    }
  }

  /**
   * What the script says, or else the model.
   * @param {string} text
   * @param {import('./knobs').Knobs} knobs
   */
  #answer(text, knobs) {
    const { body, events, status = 200 } = this.#scripted;
    if (events) return new Events(events);
    if (body !== undefined) return body;
    if (status >= 300) throw new Refusal(status, 'a fault, as ordered');
    return this.#askModel(text, knobs);
  }

  /**
   * @param {string} text
   * @param {import('./knobs').Knobs} knobs
   * @returns {Promise<unknown>} the answer's body; refusals are thrown
   */
  async #askModel(text, knobs) {
    const { apiKey, random } = this.#settings;
    const { headers, method } = this.#request;
    const { pathname } = this.#url;
    const route = findRoute(pathname);
    if (route === undefined) throw new Refusal(404, `nothing at ${pathname}`);
    checkMethod(route, method);
    if (route === HEALTH) return { status: 'ok' };
    if (apiKey && headers.authorization !== `Bearer ${apiKey}`)
      throw new Refusal(401, 'the API key is missing or wrong');

    const { delayMs, faultStatus } = rollDice(knobs, random);
    const body = parseJson(text);
    await this.#wait(delayMs);
    if (faultStatus) throw new Refusal(faultStatus, 'a fault, as ordered');
    return POSTED[route](body);
  }

  /** @param {number} ms */
  async #wait(ms) {
    const { signal } = this.#gone;
    if (ms > 0) await wait(ms, undefined, { signal });
  }

  /**
   * @param {number} status
   * @param {unknown} body
   * @param {import('./knobs').Knobs} knobs
   */
  #reply(status, body, { eventMs }) {
    const { headers, cut } = this.#scripted;
    const { signal } = this.#gone;
    return reply(this.#response, body, {
      status,
      headers,
      cut,
      eventMs,
      signal,
    });
  }
}

/** An inference server without a model that is listening. */
class InferenceServer {
  #server;
  #recorder;

  /**
   * @param {http.Server} server
   * @param {Recorder} recorder
   * @param {string} url
   */
  constructor(server, recorder, url) {
    this.#server = server;
    this.#recorder = recorder;
    this.url = url;
  }

  /** The latest requests, oldest first. */
  get requests() {
    return this.#recorder.requests;
  }

  /** How many requests there were. */
  get requestCount() {
    return this.#recorder.count;
  }

  /** @param {number} count */
  received(count) {
    return this.#recorder.received(
      checkInteger(count, 'count', 0, Number.MAX_SAFE_INTEGER),
    );
  }

  /** Ends every connection; what hangs is let go. */
  async close() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  [Symbol.asyncDispose]() {
    return this.close();
  }
}

/**
 * Starts an inference server that needs no model, for demonstrations, trials
 * and tests.
 * @param {unknown} [options] see testing.d.ts
 * @returns {Promise<InferenceServer>}
 */
async function startInferenceServer(options) {
  const settings = readSettings(options);
  const recorder = new Recorder(settings.keepRequests);
  const server = http.createServer((request, response) =>
    new Exchange(request, response, settings).serve(recorder),
  );
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, settings.host, () => resolve(undefined));
  });
  const { port } = /** @type {import('node:net').AddressInfo} */ (
    server.address()
  );
  const url = `http://${settings.host}:${port}`;
  return new InferenceServer(server, recorder, url);
}

module.exports = { KNOBS, embedText, startInferenceServer };
