'use strict';

/*
 * A proxy before an upstream that answers as inference servers do, each answer
 * telling which input it is about.
 *
 *   const { upstream, proxy } = await startProxiedModel(t, { flags: [...] });
 */

const { startForwardingProxy } = require('./forwarding-proxy');
const { startUpstream } = require('../../../test/helpers/upstream');

/** As embeddings servers answer, numbers in spellings of their own. */
function embeddingsText({ input, model }) {
  const texts = Array.isArray(input) ? input : [input];
  const data = texts.map(
    (text, index) =>
      `{"object":"embedding","index":${index},"embedding":[${text.length}.10,-1E-7, 0.30000001192092896],"of":${JSON.stringify(text)}}`,
  );
  const usage = `{"prompt_tokens":${texts.length},"total_tokens":${2 * texts.length},"note":"kept"}`;
  return `{"object":"list","data":[${data}],"model":${JSON.stringify(model ?? null)},"usage":${usage},"extra":[1]}`;
}

function rerankAnswer({ texts }) {
  return texts.map((text, index) => ({ index, score: text.length }));
}

function classifyAnswer({ inputs }) {
  return inputs.map((input) => [{ label: String(input), score: 1 }]);
}

function modelAnswer({ url, json }) {
  const path = url.split('?')[0];
  if (path.endsWith('/v1/embeddings'))
    return {
      body: embeddingsText(json),
      headers: { 'content-type': 'application/json' },
    };
  if (path.endsWith('/rerank')) return { body: rerankAnswer(json) };
  if (path.endsWith('/predict')) return { body: classifyAnswer(json) };
  return { body: { echo: json ?? null, path: url } };
}

/**
 * @param {import('node:test').TestContext} t
 * @param {{ answer?: Function | object[], flags?: string[] }} [options]
 */
async function startProxiedModel(t, { answer = modelAnswer, flags = [] } = {}) {
  const upstream = await startUpstream(t, answer);
  const target = ['--target-url', upstream.url];
  const proxy = await startForwardingProxy(t, [...target, ...flags]);
  return { upstream, proxy };
}

/** The header that asks for preferences. */
function prefer(preferences) {
  return { 'x-baseten-request-preferences': JSON.stringify(preferences) };
}

module.exports = { embeddingsText, modelAnswer, prefer, startProxiedModel };
