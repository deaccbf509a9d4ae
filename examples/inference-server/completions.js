'use strict';

const { createHash } = require('node:crypto');

const {
  readFlag,
  readInteger,
  readString,
  readTexts,
  refuse,
} = require('./fields');
const { countAllTokens, countTokens } = require('./words');

/** Says the prompt back, word by word, as far as the tokens reach. */
function completePrompt(prompt, maxTokens) {
  const words = [];
  let tokens = 0;
  for (const word of prompt.split(/\s+/).filter(Boolean)) {
    tokens += countTokens(word);
    if (tokens > maxTokens) return { text: words.join(' '), reason: 'length' };
    words.push(word);
  }
  return { text: words.join(' '), reason: 'stop' };
}

/** POST /v1/completions, in the shape of OpenAI. The same each time. */
function answerCompletions(body) {
  const model = readString(body, 'model');
  const prompts = readTexts(body, 'prompt');
  const maxTokens = readInteger(body, 'max_tokens', {
    min: 1,
    max: 4096,
    otherwise: 16,
  });
  if (readFlag(body, 'stream')) refuse('stream', 'false, nothing is streamed');

  const choices = prompts.map((prompt, index) => {
    const { text, reason } = completePrompt(prompt, maxTokens);
    return { text, index, logprobs: null, finish_reason: reason };
  });
  const promptTokens = countAllTokens(prompts);
  const spoken = choices.map(({ text }) => text).filter(Boolean);
  const completionTokens = countAllTokens(spoken);
  const digest = createHash('sha256').update(JSON.stringify(body));

  return {
    id: `cmpl-${digest.digest('hex').slice(0, 24)}`,
    object: 'text_completion',
    created: Math.floor(Date.now() / 1000),
    model,
    choices,
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
    },
  };
}

module.exports = { answerCompletions };
