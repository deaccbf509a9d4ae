'use strict';

/*
 * A model whose vectors follow from the text alone, so that two runs can be
 * compared byte by byte. What it does wrong is told by `knobs`, at any time:
 *
 *   refuse(text)   a status for the request that holds this text, or nothing
 *   isAway         every connection is cut off
 *   hold           a promise that every answer waits for
 *   maxBatch       more inputs are answered with 413
 */

const { createHash } = require('node:crypto');
const http = require('node:http');

const DIMENSIONS = 8;

/** @param {string} text */
function vectorOf(text) {
  const hash = createHash('sha256').update(text).digest();
  return Array.from({ length: DIMENSIONS }, (_, i) =>
    Math.fround(hash.readInt32LE(i * 4) / 2 ** 31),
  );
}

const scoreOf = (text) => (text.length % 10) / 10;

const ANSWERS = {
  '/v1/embeddings': ({ input, model }) => ({
    object: 'list',
    model,
    data: input.map((text, index) => ({
      object: 'embedding',
      index,
      embedding: vectorOf(text),
    })),
    usage: { prompt_tokens: input.length, total_tokens: input.length },
  }),
  '/rerank': ({ texts }) =>
    texts
      .map((text, index) => ({ index, score: scoreOf(text) }))
      .sort((a, b) => b.score - a.score || a.index - b.index),
  '/predict': ({ inputs }) =>
    inputs.map(([text]) => [{ label: 'long', score: scoreOf(text) }]),
  '/v1/completions': ({ prompt }) => ({
    choices: [{ text: `${prompt}!` }],
    usage: { total_tokens: 3 },
  }),
};

/** @param {any} body */
function textsOf({ input, texts, inputs, prompt }) {
  return input ?? texts ?? inputs?.flat() ?? [prompt];
}

class ModelServer {
  knobs = {};

  /** Every text that was asked for, in the order it came. */
  texts = [];

  requests = 0;

  /** Of its refusals. */
  headers = {};

  #server = http.createServer((request, response) => {
    this.#serve(request, response).catch(() => response.destroy());
  });

  async listen() {
    await new Promise((resolve) =>
      this.#server.listen(0, '127.0.0.1', () => resolve(undefined)),
    );
    this.url = `http://127.0.0.1:${this.#server.address().port}`;
  }

  close() {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }

  /**
   * Answers no further request once so many texts have come, until release().
   * @param {number} count
   * @returns {{ reached: Promise<void>, release: () => void }}
   */
  holdAfter(count) {
    let release = () => {};
    const hold = new Promise((resolve) => {
      release = () => resolve(undefined);
    });
    const reached = new Promise((resolve) => {
      this.onRequest = () => {
        if (this.texts.length < count) return;
        this.knobs.hold = hold;
        resolve(undefined);
      };
    });
    return {
      reached,
      release: () => {
        this.onRequest = undefined;
        this.knobs.hold = undefined;
        release();
      },
    };
  }

  async #serve(request, response) {
    const { knobs } = this;
    this.requests += 1;
    this.onRequest?.();
    if (knobs.isAway) {
      request.socket.destroy();
      return;
    }
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks).toString());
    await knobs.hold;
    const texts = textsOf(body);
    this.texts.push(...texts);
    const status = texts.map((text) => knobs.refuse?.(text)).find(Boolean);
    if (status)
      return send(response, status, { error: 'refused' }, this.headers);
    if (texts.length > (knobs.maxBatch ?? Infinity))
      return send(response, 413, { error: 'batch too large' });
    const answer = ANSWERS[request.url];
    if (!answer) return send(response, 404, { error: 'no such path' });
    return send(response, 200, answer(body));
  }
}

function send(response, status, value, headers) {
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/json',
    'x-request-id': 'a-request',
  });
  response.end(JSON.stringify(value));
}

/** @param {import('node:test').TestContext} t */
async function startModel(t) {
  const model = new ModelServer();
  await model.listen();
  t.after(() => model.close());
  return model;
}

module.exports = { DIMENSIONS, scoreOf, startModel, vectorOf };
