'use strict';

/** A vector that tells which text it was made of. */
function vectorOf(text) {
  return [text.length, text.codePointAt(0) ?? 0];
}

/** Answers an embeddings request; `change` may spoil the list of items. */
function embeddingsAnswer({ json }, change = (items) => items) {
  const items = json.input.map((text, index) => ({
    object: 'embedding',
    embedding: vectorOf(text),
    index,
  }));
  return {
    body: {
      object: 'list',
      data: change(items),
      model: `${json.model}-served`,
      usage: { prompt_tokens: items.length, total_tokens: 2 * items.length },
    },
  };
}

/** Packs numbers as OpenAI does: little-endian float32. */
function toBase64(numbers) {
  const bytes = Buffer.alloc(4 * numbers.length);
  numbers.forEach((value, i) => bytes.writeFloatLE(value, 4 * i));
  return bytes.toString('base64');
}

/**
 * A script that holds `count` requests back, then answers all of them, the
 * last one first.
 */
function together(count, answer) {
  const waiting = [];
  return (request) =>
    new Promise((resolve) => {
      waiting.push(() => resolve(answer(request)));
      if (waiting.length === count) waiting.reverse().forEach((go) => go());
    });
}

/** Requests in the order of their batches, as their ids tell it. */
function inBatchOrder(requests) {
  const batch = ({ headers }) =>
    Number(headers['x-baseten-customer-request-id'].split('-')[2]);
  return [...requests].sort((a, b) => batch(a) - batch(b));
}

module.exports = {
  embeddingsAnswer,
  inBatchOrder,
  toBase64,
  together,
  vectorOf,
};
