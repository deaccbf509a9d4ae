'use strict';

const { connect } = require('../helpers/client');
const { embeddingsAnswer } = require('../helpers/model-answers');
const { startUpstream } = require('../helpers/upstream');

const answer = (request) => embeddingsAnswer(request);

const inputsOf = (upstream) => upstream.requests.map(({ json }) => json.input);

async function start(t, script = answer, options = {}) {
  const upstream = await startUpstream(t, script);
  const client = connect(t, upstream.url);
  return { upstream, client, one: client.coalesce(options) };
}

module.exports = { answer, inputsOf, start };
