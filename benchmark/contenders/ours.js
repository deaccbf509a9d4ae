'use strict';

const { PerformanceClient } = require('../..');
const { runMany, textsOf } = require('../json-peer');
const { countScored } = require('../scored');
const { isHttp2 } = require('../sites');

/** Every call is one call of the client, however many requests it takes. */
function openWith(site, preference) {
  const client = new PerformanceClient(site.url, {
    apiKey: 'test-key',
    httpVersion: isHttp2(site) ? 2 : 1,
    ca: site.ca,
  });
  const options = ({ inFlight, batchSize }) => ({
    maxConcurrentRequests: inFlight,
    batchSize,
    ...preference,
  });

  return {
    async post(job) {
      const result = await client.batchPost(job.path, job.payloads, {
        ...preference,
        maxConcurrentRequests: job.inFlight,
      });
      return { result, count: result.data.length, times: timesOf(result) };
    },
    async embed(job) {
      const result = await client.embed(job.texts, job.model, options(job));
      return { result, count: result.matrix().rows };
    },
    async call(job) {
      const { result } = await runMany(job, (i) =>
        client.embed(textsOf(job, i), job.model, preference),
      );
      const rows = result.map((answer) => answer.matrix().rows);
      return { result, count: rows.reduce((sum, one) => sum + one, 0) };
    },
    async stream(job) {
      let count = 0;
      const stream = client.embedStream(job.source(), job.model, options(job));
      for await (const part of stream) count += part.count;
      return { count };
    },
    async rerank(job) {
      const result = await client.rerank(job.query, job.texts, options(job));
      return { result, count: countScored(result.data) };
    },
    async classify(job) {
      const result = await client.classify(job.texts, options(job));
      return { result, count: countScored(result.data) };
    },
    close: () => client.close(),
  };
}

/** In milliseconds; made when asked for, as a program would. */
function timesOf(result) {
  return () => result.individual_request_times.map((seconds) => seconds * 1000);
}

const open = (site) => openWith(site, {});

module.exports = { label: 'this client', open, openWith };
