'use strict';

const { readChoice, readInteger, readString, readTexts } = require('./fields');
const { DEFAULT_DIMENSIONS, embedText } = require('./vectors');
const { countAllTokens } = require('./words');

/** @param {Float32Array} vector little-endian, as the protocol asks */
function toBase64(vector) {
  const bytes = Buffer.alloc(vector.length * Float32Array.BYTES_PER_ELEMENT);
  vector.forEach((value, i) => bytes.writeFloatLE(value, i * 4));
  return bytes.toString('base64');
}

/** POST /v1/embeddings, in the shape of OpenAI. */
function answerEmbeddings(body) {
  const texts = readTexts(body, 'input');
  const model = readString(body, 'model');
  const format = readChoice(body, 'encoding_format', ['float', 'base64']);
  const dimensions = readInteger(body, 'dimensions', {
    min: 1,
    max: 4096,
    otherwise: DEFAULT_DIMENSIONS,
  });
  const tokens = countAllTokens(texts);

  return {
    object: 'list',
    data: texts.map((text, index) => {
      const vector = embedText(text, dimensions);
      const embedding =
        format === 'base64' ? toBase64(vector) : Array.from(vector);
      return { object: 'embedding', index, embedding };
    }),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

module.exports = { answerEmbeddings };
