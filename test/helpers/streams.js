'use strict';

/* Sources for streams, and what reads streams to their end. */

const { setImmediate: nextTurn } = require('node:timers/promises');

/** An answer with one number for each input, itself. */
function echo({ json }) {
  const data = json.input.map((text, index) => ({
    ...{ object: 'embedding', index },
    embedding: [Number(text)],
  }));
  const usage = { prompt_tokens: json.input.length, total_tokens: 7 };
  return { body: { data, usage } };
}

/** Numbers as texts; tells how many were read and whether it was closed. */
function counting(length = Infinity) {
  const source = {
    read: 0,
    isClosed: false,
    *[Symbol.iterator]() {
      try {
        while (source.read < length) yield `${source.read++}`;
      } finally {
        source.isClosed = true;
      }
    },
  };
  return source;
}

async function* later(texts) {
  for (const text of texts) {
    await nextTurn();
    yield text;
  }
}

/** A source whose second read never ends, nor then its closing. */
function stalling() {
  const source = {
    isClosed: false,
    reads: 0,
    [Symbol.asyncIterator]: () => source,
    next: () =>
      source.reads++ === 0
        ? Promise.resolve({ done: false, value: '0' })
        : new Promise(() => {}),
    return() {
      source.isClosed = true;
      return new Promise(() => {});
    },
  };
  return source;
}

async function collect(stream) {
  const results = [];
  for await (const result of stream) results.push(result);
  return results;
}

/** The inputs that each result of a stream is about. */
function places(results) {
  return results.map(({ start, count }) => [start, count]);
}

module.exports = { collect, counting, echo, later, places, stalling };
