'use strict';

/*
 * A provider for the AI SDK. Its models are plain objects, told apart by their
 * specificationVersion alone, so nothing of the AI SDK is needed here.
 */

const { checkChoice, checkString, isGiven } = require('../base/check');
const { plainHeaders, readSource } = require('./client');

/** @typedef {import('../client/performance-client').PerformanceClient} PerformanceClient */

/** AI SDK 5 takes v2, 6 takes v2 and v3, 7 takes all. */
const VERSIONS = /** @type {const} */ (['v2', 'v3', 'v4']);

const DEFAULT_VERSION = 'v3';

const OPTION_NAMES = ['specificationVersion', 'name', 'headers', 'coalesce'];

/** Under which name the options of one call are ours. */
const DEFAULT_NAME = 'baseten';

/**
 * What the AI SDK's own error of this name is told by.
 * @param {string} modelId
 * @param {string} modelType
 */
function noSuchModel(modelId, modelType) {
  const name = 'AI_NoSuchModelError';
  const error = new Error(`No such ${modelType}: ${modelId}`);
  return Object.assign(error, {
    name,
    modelId,
    modelType,
    [Symbol.for('vercel.ai.error')]: true,
    [Symbol.for(`vercel.ai.error.${name}`)]: true,
  });
}

/**
 * Headers without those that are left out.
 * @param {...(Record<string, string | undefined> | undefined)} all later ones
 * replace earlier ones
 * @returns {Record<string, string>}
 */
function joinHeaders(...all) {
  /** @type {Map<string, string>} */
  const joined = new Map();
  for (const headers of all)
    for (const [name, value] of Object.entries(headers ?? {}))
      if (value !== undefined) joined.set(name.toLowerCase(), value);
  return Object.fromEntries(joined);
}

/** What the models of a provider share. */
class Provider {
  /** @param {unknown} options */
  constructor(options) {
    const { client, own } = readSource(
      options,
      OPTION_NAMES,
      'createPerformanceProvider',
    );
    const { specificationVersion, name, headers, coalesce } = own;
    this.client = client;
    this.version = isGiven(specificationVersion)
      ? checkChoice(specificationVersion, 'specificationVersion', VERSIONS)
      : DEFAULT_VERSION;
    this.name = isGiven(name) ? checkString(name, 'name') : DEFAULT_NAME;
    this.headers = /** @type {any} */ (headers ?? {});
    this.one = isGiven(coalesce) ? client.coalesce(coalesce) : undefined;
  }

  /**
   * The options of our client for one call of the AI SDK.
   * @param {any} call
   */
  optionsOf({ abortSignal, headers, providerOptions }) {
    const { extraHeaders, ...own } = providerOptions?.[this.name] ?? {};
    return {
      ...own,
      signal: abortSignal,
      extraHeaders: joinHeaders(this.headers, extraHeaders, headers),
    };
  }
}

/**
 * @param {Provider} provider
 * @param {string} modelId
 */
function embeddingModel(provider, modelId) {
  const { client, one, version } = provider;

  /** A single value may travel with those of other calls. */
  const embed = async (values, options) => {
    if (one && values.length === 1) {
      const single = /** @type {any} */ (
        await one.embed(values[0], modelId, options)
      );
      return { ...single, embeddings: [single.embedding] };
    }
    const response = /** @type {any} */ (
      await client.embed(values, modelId, options)
    );
    const embeddings = response.data.map(({ embedding }) => embedding);
    const [headers] = response.response_headers;
    return { embeddings, usage: response.usage, headers };
  };

  return {
    specificationVersion: version,
    provider: `${provider.name}.embedding`,
    modelId,
    maxEmbeddingsPerCall: Infinity,
    supportsParallelCalls: true,
    async doEmbed(call) {
      const { values } = call;
      if (values.length === 0) return { embeddings: [], warnings: [] };
      const options = provider.optionsOf(call);
      const { embeddings, usage, headers } = await embed(values, options);
      return {
        embeddings,
        usage: { tokens: usage.prompt_tokens },
        response: { headers: plainHeaders(headers) },
        warnings: [],
      };
    },
  };
}

/**
 * @param {any} documents
 * @returns {{ texts: string[], warnings: object[] }}
 */
function textsOf({ type, values }) {
  if (type === 'text') return { texts: values, warnings: [] };
  return {
    texts: values.map((value) => JSON.stringify(value)),
    warnings: [
      {
        type: 'compatibility',
        feature: 'object documents',
        details: 'Object documents are converted to JSON text.',
      },
    ],
  };
}

/**
 * @param {Provider} provider
 * @param {string} modelId
 */
function rerankingModel(provider, modelId) {
  return {
    specificationVersion: provider.version === 'v2' ? 'v3' : provider.version,
    provider: `${provider.name}.reranking`,
    modelId,
    async doRerank(call) {
      const { documents, query, topN = Infinity } = call;
      const { texts, warnings } = textsOf(documents);
      if (texts.length === 0) return { ranking: [], warnings };
      const options = { ...provider.optionsOf(call), model: modelId };
      const response = /** @type {any} */ (
        await provider.client.rerank(query, texts, options)
      );
      return {
        ranking: response
          .sorted()
          .slice(0, topN)
          .map(({ index, score }) => ({ index, relevanceScore: score })),
        response: {
          modelId,
          headers: plainHeaders(response.response_headers[0]),
        },
        warnings,
      };
    },
  };
}

/**
 * Models over one client.
 * @param {unknown} options see ai-sdk.d.ts
 */
function createPerformanceProvider(options) {
  const provider = new Provider(options);
  const absent = (modelType) => (modelId) => {
    throw noSuchModel(modelId, modelType);
  };
  return {
    specificationVersion: provider.version,
    embeddingModel: (modelId) => embeddingModel(provider, modelId),
    textEmbeddingModel: (modelId) => embeddingModel(provider, modelId),
    rerankingModel: (modelId) => rerankingModel(provider, modelId),
    languageModel: absent('languageModel'),
    imageModel: absent('imageModel'),
  };
}

module.exports = { createPerformanceProvider };
