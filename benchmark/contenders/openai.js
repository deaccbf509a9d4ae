'use strict';

const { OpenAI } = require('openai');

const { runMany, textsOf } = require('../json-peer');

/** @param {'float'} [encodingFormat] left out, the package asks for base64 */
function open(site, encodingFormat) {
  const client = new OpenAI({
    apiKey: 'test-key',
    baseURL: `${site.url}/v1`,
    maxRetries: 0,
  });

  async function embed(job) {
    const many = await runMany(job, async (i) => {
      const response = await client.embeddings.create({
        input: textsOf(job, i),
        model: job.model,
        encoding_format: encodingFormat,
      });
      return response.data;
    });
    return { ...many, count: many.result.flat().length };
  }

  return { embed, call: embed, async close() {} };
}

module.exports = {
  label: 'openai, float',
  open: (site) => open(site, 'float'),
  openDefault: (site) => open(site),
};
