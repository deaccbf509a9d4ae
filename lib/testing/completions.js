'use strict';

const { createHash } = require('node:crypto');

const { Events } = require('./events');
const {
  readFlag,
  readInteger,
  readString,
  readTexts,
  refuse,
} = require('./fields');
const { countAllTokens, countTokens } = require('./words');

/** What ends a stream of OpenAI. */
const DONE = '[DONE]';

/** Says the prompt back, word by word, as far as the tokens reach. */
function completePrompt(prompt, maxTokens) {
  const words = [];
  let tokens = 0;
  for (const word of prompt.split(/\s+/).filter(Boolean)) {
    tokens += countTokens(word);
    if (tokens > maxTokens) return { words, reason: 'length' };
    words.push(word);
  }
  return { words, reason: 'stop' };
}

function readMaxTokens(body) {
  return readInteger(body, 'max_tokens', { min: 1, max: 4096, otherwise: 16 });
}

/** What all answers to one body have in common. The same each time. */
function frameOf(body, prefix) {
  const digest = createHash('sha256').update(JSON.stringify(body));
  return {
    id: `${prefix}-${digest.digest('hex').slice(0, 24)}`,
    created: Math.floor(Date.now() / 1000),
    model: readString(body, 'model'),
  };
}

function usageOf(prompts, completions) {
  const promptTokens = countAllTokens(prompts);
  const spoken = completions.map(({ words }) => words.join(' '));
  const completionTokens = countAllTokens(spoken.filter(Boolean));
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}

/** @returns {boolean} does the caller of a stream want to know the usage? */
function readIncludeUsage(body) {
  const options = body.stream_options ?? {};
  if (typeof options !== 'object' || Array.isArray(options))
    refuse('stream_options', 'an object');
  return readFlag(options, 'include_usage');
}

/**
 * Chunks as a stream: with the usage in one of its own at the end, and null
 * before it, where the caller asked for that.
 */
function streamOf(body, frame, lists, prompts, completions) {
  if (!readIncludeUsage(body))
    return new Events([
      ...lists.map((choices) => ({ ...frame, choices })),
      DONE,
    ]);
  const usage = usageOf(prompts, completions);
  return new Events([
    ...lists.map((choices) => ({ ...frame, choices, usage: null })),
    { ...frame, choices: [], usage },
    DONE,
  ]);
}

/** Each word with the blank that stands before it. */
function piecesOf({ words }) {
  return words.map((word, i) => (i === 0 ? word : ` ${word}`));
}

/** POST /v1/completions, in the shape of OpenAI. */
function answerCompletions(body) {
  const frame = { object: 'text_completion', ...frameOf(body, 'cmpl') };
  const prompts = readTexts(body, 'prompt');
  const maxTokens = readMaxTokens(body);
  const completions = prompts.map((one) => completePrompt(one, maxTokens));
  const choice = (index, text, reason) => ({
    text,
    index,
    logprobs: null,
    finish_reason: reason,
  });

  if (!readFlag(body, 'stream'))
    return {
      ...frame,
      choices: completions.map(({ words, reason }, index) =>
        choice(index, words.join(' '), reason),
      ),
      usage: usageOf(prompts, completions),
    };
  const lists = completions.flatMap((one, index) => [
    ...piecesOf(one).map((text) => [choice(index, text, null)]),
    [choice(index, '', one.reason)],
  ]);
  return streamOf(body, frame, lists, prompts, completions);
}

/** @returns {string} of the last message whose content is a text */
function readLastMessage(body) {
  const { messages } = body;
  const last = Array.isArray(messages) ? messages.at(-1) : undefined;
  if (typeof last?.content !== 'string')
    refuse('messages', 'a list whose last message has a text as its content');
  return last.content;
}

/** POST /v1/chat/completions, likewise: it says the last message back. */
function answerChat(body) {
  const frame = frameOf(body, 'chatcmpl');
  const prompt = readLastMessage(body);
  const completion = completePrompt(prompt, readMaxTokens(body));
  const { words, reason } = completion;

  if (!readFlag(body, 'stream')) {
    const message = { role: 'assistant', content: words.join(' ') };
    return {
      object: 'chat.completion',
      ...frame,
      choices: [{ index: 0, message, finish_reason: reason }],
      usage: usageOf([prompt], [completion]),
    };
  }
  const chunk = { object: 'chat.completion.chunk', ...frame };
  const choices = (delta, end) => [{ index: 0, delta, finish_reason: end }];
  const lists = [
    choices({ role: 'assistant', content: '' }, null),
    ...piecesOf(completion).map((content) => choices({ content }, null)),
    choices({}, reason),
  ];
  return streamOf(body, chunk, lists, [prompt], [completion]);
}

module.exports = { answerChat, answerCompletions };
