'use strict';

const { countScored } = require('../scored');

const TIMEOUT_S = 600;

const PACKAGE = '@basetenlabs/performance-client';

/** It has binaries for some platforms only. */
function lacks() {
  try {
    require(PACKAGE);
    return undefined;
  } catch (error) {
    return error.message.split('\n')[0];
  }
}

/** Speaks nothing but cleartext HTTP/2, so it gets a server of that kind. */
function open(site) {
  const { PerformanceClient } = require(PACKAGE);
  const client = new PerformanceClient(site.url, 'test-key');

  return {
    async post({ path, payloads, inFlight }) {
      const result = await client.batchPost(
        path,
        payloads,
        inFlight,
        TIMEOUT_S,
      );
      return { result, count: result.data.length };
    },
    async embed({ texts, model, inFlight, batchSize }) {
      const result = await client.embed(
        texts,
        model,
        ...[null, null, null],
        ...[inFlight, batchSize, TIMEOUT_S],
      );
      return { result, count: result.data.length };
    },
    async rerank({ query, texts, inFlight, batchSize }) {
      const result = await client.rerank(
        query,
        texts,
        ...[null, null, null, null],
        ...[inFlight, batchSize, TIMEOUT_S],
      );
      return { result, count: countScored(result.data) };
    },
    async classify({ texts, inFlight, batchSize }) {
      const result = await client.classify(
        texts,
        ...[null, null, null],
        ...[inFlight, batchSize, TIMEOUT_S],
      );
      return { result, count: countScored(result.data) };
    },
    async close() {},
  };
}

module.exports = {
  label: '@basetenlabs 0.0.10, cleartext h2',
  protocol: 'h2c',
  lacks,
  open,
};
