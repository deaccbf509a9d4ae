'use strict';

/*
 * A fetch for the `openai` package. POSTs of texts to …/v1/embeddings travel
 * through the engine; everything else is handed on as it came.
 */

const { RequestProcessingPreference } = require('../preference/preference');
const { HttpError } = require('../errors/errors');
const { PerformanceClient } = require('../client/performance-client');
const {
  checkFunction,
  checkOptionNames,
  isGiven,
  isPlainObject,
  wrongType,
} = require('../base/check');

const OPTION_NAMES = new Set(['fetch', 'preference', 'clientWrapper']);

/** A path that is the client's own, below any prefix. */
const EMBEDDINGS = /^(.*)\/v1\/embeddings$/;

const MEMBERS = new Set([
  'input',
  'model',
  'encoding_format',
  'dimensions',
  'user',
]);

/** Headers that are about one message and its framing. */
const FRAMING = new Set([
  'accept',
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

/**
 * What a request for embeddings says, in the words of the client.
 * @typedef {object} Wanted
 * @property {string} base
 * @property {string[]} input
 * @property {string} model
 * @property {Record<string, unknown>} options
 */

/** @param {Iterable<[string, string]>} headers */
function withoutFraming(headers) {
  return Object.fromEntries(
    [...headers].filter(([name]) => !FRAMING.has(name.toLowerCase())),
  );
}

/**
 * @param {unknown} text
 * @returns {Record<string, any> | undefined}
 */
function readBody(text) {
  if (typeof text !== 'string') return undefined;
  try {
    const body = JSON.parse(text);
    return isPlainObject(body) ? body : undefined;
  } catch {
    return undefined; // not JSON: the server may say so
  }
}

/**
 * @param {unknown} input
 * @returns {string[] | undefined} unless it holds anything but texts
 */
function readTexts(input) {
  const texts = typeof input === 'string' ? [input] : input;
  const isTexts =
    Array.isArray(texts) &&
    texts.length > 0 &&
    texts.every((text) => typeof text === 'string');
  return isTexts ? texts : undefined;
}

/**
 * @param {unknown} resource
 * @param {RequestInit} init
 * @returns {Wanted | undefined} for what is not the engine's
 */
function readRequest(resource, init) {
  if (resource instanceof Request || init.method?.toUpperCase() !== 'POST')
    return undefined;
  const url = new URL(String(resource));
  const base = EMBEDDINGS.exec(url.pathname)?.[1];
  const body =
    base === undefined || url.search ? undefined : readBody(init.body);
  const input = readTexts(body?.input);
  if (!body || !input || Object.keys(body).some((name) => !MEMBERS.has(name)))
    return undefined;
  const { model, encoding_format, dimensions, user } = body;
  return {
    base: `${url.origin}${base}`,
    input,
    model,
    options: {
      encodingFormat: encoding_format,
      dimensions,
      user,
      signal: init.signal,
      extraHeaders: withoutFraming(new Headers(init.headers)),
    },
  };
}

/**
 * An answer, which the `openai` package is not to ask for again: the engine has
 * tried what could be tried.
 * @param {string} body
 * @param {number} status
 * @param {Record<string, string | string[] | undefined>} [headers]
 */
function answer(body, status, headers = {}) {
  const kept = withoutFraming(
    Object.entries(headers).map(([name, value]) => [name, String(value)]),
  );
  return new Response(body, {
    status,
    headers: {
      ...kept,
      'content-type': String(headers['content-type'] ?? 'application/json'),
      'x-should-retry': 'false',
    },
  });
}

/**
 * @param {PerformanceClient} client
 * @param {Wanted} wanted
 */
async function embed(client, { input, model, options }) {
  try {
    const response = /** @type {any} */ (
      await client.embed(input, model, options)
    );
    const { data, model: served, usage, response_headers } = response;
    const body = { object: 'list', data, model: served, usage };
    return answer(JSON.stringify(body), 200, response_headers[0]);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    const { response, status } = /** @type {any} */ (error);
    return answer(response.text, status, response.headers);
  }
}

/**
 * @param {unknown} [given] see openai.d.ts
 * @returns {typeof fetch}
 */
function createFetch(given) {
  const options = given ?? {};
  if (!isPlainObject(options))
    throw wrongType('options', 'an options object', options);
  checkOptionNames(options, OPTION_NAMES, 'createFetch');
  const { fetch: others, preference: wish, clientWrapper } = options;
  if (isGiven(others)) checkFunction(others, 'fetch');
  const preference =
    wish instanceof RequestProcessingPreference
      ? wish
      : new RequestProcessingPreference(wish ?? {});

  /** Of the base URL that was asked for last; most programs ask for one. */
  let last = { base: '', client: /** @type {any} */ (undefined) };

  const handOn = (resource, init) =>
    /** @type {any} */ (others ?? fetch)(resource, init);

  return async (resource, init = {}) => {
    const wanted = readRequest(resource, init);
    if (!wanted) return handOn(resource, init);
    const { base } = wanted;
    if (last.base !== base) {
      const own = { apiKey: false, clientWrapper };
      last = { base, client: new PerformanceClient(base, own) };
    }
    try {
      const terms = { ...wanted.options, preference };
      return await embed(last.client, { ...wanted, options: terms });
    } catch (error) {
      // What the client refuses is for the server to refuse.
      if (error.code === 'INVALID_ARGUMENT') return handOn(resource, init);
      throw error;
    }
  };
}

module.exports = { createFetch };
