'use strict';

/* Servers that answer in MessagePack, for tests of what becomes of it. */

const { encode } = require('@msgpack/msgpack');

const { connect } = require('./client');
const { embeddingsAnswer } = require('./model-answers');
const { startUpstream } = require('./upstream');

/** An answer with these bytes, or with this value's. */
function packed(body, type = 'application/msgpack', status = 200) {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(encode(body));
  return { status, headers: { 'content-type': type }, body: bytes };
}

/** What an embeddings answer says, its vectors in another form. */
function packedEmbeddings(request, toVector = (vector) => vector) {
  const { body } = embeddingsAnswer(request, (items) =>
    items.map(({ embedding, ...item }) => ({
      embedding: toVector(embedding),
      ...item,
    })),
  );
  return body;
}

async function begin(t, answer) {
  const upstream = await startUpstream(t, answer);
  return { upstream, client: connect(t, upstream.url) };
}

const NO_RETRIES = { maxRetries: 0, retryBudgetPct: 0 };

module.exports = { NO_RETRIES, begin, packed, packedEmbeddings };
