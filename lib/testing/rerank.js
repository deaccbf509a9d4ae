'use strict';

const { readFlag, readString, readTexts } = require('./fields');
const { cosine, embedText } = require('./vectors');

/** The cosine that is as likely a hit as a miss, and how steeply that turns. */
const EVEN_COSINE = 0.3;
const STEEPNESS = 10;

const sigmoid = (value) => 1 / (1 + Math.exp(-value));

/** POST /rerank, in the shape of text-embeddings-inference: best first. */
function answerRerank(body) {
  const query = embedText(readString(body, 'query'));
  const texts = readTexts(body, 'texts');
  const isRaw = readFlag(body, 'raw_scores');
  const isTextWanted = readFlag(body, 'return_text');

  return texts
    .map((text, index) => {
      const logit = STEEPNESS * (cosine(query, embedText(text)) - EVEN_COSINE);
      const score = isRaw ? logit : sigmoid(logit);
      return isTextWanted ? { index, score, text } : { index, score };
    })
    .sort((a, b) => b.score - a.score);
}

module.exports = { answerRerank };
