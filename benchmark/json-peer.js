'use strict';

const { countScored } = require('./scored');

/** What a program writes around a client that posts one JSON body at a time. */

const HEADERS = {
  'content-type': 'application/json',
  authorization: 'Bearer test-key',
};

/** Keeps job.inFlight requests under way; answers in the requests' order. */
async function runMany({ requests, inFlight }, send) {
  const result = new Array(requests);
  const times = new Float64Array(requests);
  let next = 0;

  async function work() {
    while (next < requests) {
      const i = next++;
      const startedAt = performance.now();
      result[i] = await send(i);
      times[i] = performance.now() - startedAt;
    }
  }
  await Promise.all(Array.from({ length: inFlight }, work));
  return { result, times: () => [...times] };
}

/** The texts of the request with number i. */
function textsOf({ texts, batchSize }, i) {
  return texts.slice(i * batchSize, (i + 1) * batchSize);
}

/** A base64 vector becomes numbers; a vector of numbers is one already. */
function readVector(item) {
  if (typeof item.embedding !== 'string') return item;
  const bytes = Buffer.from(item.embedding, 'base64');
  const copy = new Uint8Array(bytes).buffer;
  return { ...item, embedding: new Float32Array(copy) };
}

const countAll = ({ length }) => length;

const EMBED = {
  payload: (job, i) => ({ input: textsOf(job, i), model: job.model }),
  read: (answer) => answer.data.map(readVector),
  count: countAll,
};

/** Payload, reader and count of the answers of each kind of call. */
const KINDS = {
  post: {
    payload: ({ payloads }, i) => payloads[i],
    read: (answer) => [answer],
    count: countAll,
  },
  embed: EMBED,
  call: EMBED,
  rerank: {
    payload: (job, i) => ({ query: job.query, texts: textsOf(job, i) }),
    read: (answer) => answer,
    count: countScored,
  },
  classify: {
    payload: (job, i) => ({ inputs: textsOf(job, i).map((text) => [text]) }),
    read: (answer) => answer,
    count: countScored,
  },
};

/** Makes a contender of a client that can post JSON. */
function jsonPeer({ postJson, close }) {
  const peer = { close };
  for (const [kind, { payload, read, count }] of Object.entries(KINDS))
    peer[kind] = async (job) => {
      const many = await runMany(job, async (i) =>
        read(await postJson(job.path, payload(job, i))),
      );
      const total = many.result.reduce((sum, one) => sum + count(one), 0);
      return { ...many, count: total };
    };
  return peer;
}

module.exports = { HEADERS, jsonPeer, runMany, textsOf };
