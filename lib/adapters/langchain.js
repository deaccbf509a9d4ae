'use strict';

/*
 * Embeddings and a document compressor for LangChain, which goes by their
 * methods, so nothing of LangChain is needed here. They do not run through its
 * AsyncCaller: that would retry what the client has retried.
 */

const { checkInteger, checkName, isGiven } = require('../base/check');
const { readSource } = require('./client');

/** Documents that a compressor may be told to keep. */
const MOST_DOCUMENTS = 2 ** 31 - 1;

/** Vectors of documents and queries. */
class PerformanceEmbeddings {
  #client;
  #model;
  #options;
  #one;

  /** @param {unknown} options see langchain.d.ts */
  constructor(options) {
    const names = ['model', 'options', 'coalesce'];
    const { client, own } = readSource(options, names, 'PerformanceEmbeddings');
    this.#client = client;
    this.#model = checkName(own.model, 'model');
    this.#options = own.options ?? {};
    if (isGiven(own.coalesce)) this.#one = client.coalesce(own.coalesce);
  }

  /**
   * @param {string[]} documents
   * @returns {Promise<number[][]>}
   */
  async embedDocuments(documents) {
    if (documents.length === 0) return [];
    const { data } = /** @type {any} */ (
      await this.#client.embed(documents, this.#model, this.#options)
    );
    return data.map(({ embedding }) => embedding);
  }

  /**
   * @param {string} document
   * @returns {Promise<number[]>}
   */
  async embedQuery(document) {
    if (!this.#one) return (await this.embedDocuments([document]))[0];
    const { embedding } = /** @type {any} */ (
      await this.#one.embed(document, this.#model, this.#options)
    );
    return embedding;
  }
}

/**
 * A document with its score, and its class, id and other metadata as they were.
 * @param {any} document
 * @param {number} relevanceScore
 */
function scored(document, relevanceScore) {
  const copy = Object.create(Object.getPrototypeOf(document));
  const metadata = { ...document.metadata, relevanceScore };
  return Object.assign(copy, document, { metadata });
}

/** Keeps the documents that say most about a query, best first. */
class PerformanceReranker {
  #client;
  #options;
  #topN;

  /** @param {unknown} options see langchain.d.ts */
  constructor(options) {
    const names = ['model', 'options', 'topN'];
    const { client, own } = readSource(options, names, 'PerformanceReranker');
    const { model, topN } = own;
    this.#client = client;
    this.#options = { .../** @type {any} */ (own.options), model };
    this.#topN = isGiven(topN)
      ? checkInteger(topN, 'topN', 1, MOST_DOCUMENTS)
      : Infinity;
  }

  /**
   * @param {(string | { pageContent: string })[]} documents
   * @param {string} query
   * @returns {Promise<{ index: number, relevanceScore: number }[]>}
   */
  async rerank(documents, query) {
    if (documents.length === 0) return [];
    const texts = documents.map((one) =>
      typeof one === 'string' ? one : one.pageContent,
    );
    const response = await this.#client.rerank(query, texts, this.#options);
    return /** @type {any} */ (response)
      .sorted()
      .slice(0, this.#topN)
      .map(({ index, score }) => ({ index, relevanceScore: score }));
  }

  /**
   * @param {any[]} documents
   * @param {string} query
   */
  async compressDocuments(documents, query) {
    const ranking = await this.rerank(documents, query);
    return ranking.map(({ index, relevanceScore }) =>
      scored(documents[index], relevanceScore),
    );
  }
}

module.exports = { PerformanceEmbeddings, PerformanceReranker };
