'use strict';

/*
 * Embeds, reranks, classifies and completes a real text with the embedded
 * inference server, and tells a person how it went.
 *
 *   node examples/demo/main.js [file]      QUESTION="..." to ask your own
 */

const path = require('node:path');

const { PerformanceClient } = require('../..');
const { findNearest } = require('./nearest');
const { listDocuments, readParagraphs } = require('./paragraphs');
const { ProgressBar } = require('./progress-bar');
const { count, renderReport } = require('./report');
const { startServerProcess } = require('./server-process');
const { classifyAll, completeAll, embedAll, rerankAll } = require('./stages');

const ROOT = path.join(__dirname, '..', '..');
const API_KEY = 'demo-key';
const SERVER_FLAGS = ['--api-key', API_KEY, '--latency-ms', '10'];
const QUESTION = 'How do I cancel a call that is in flight?';
const NEAREST = 3;
const MAX_RERANKED = 100;
const MAX_PROMPTS = 64;
const MAX_QUESTION = 200; // characters

/** A foreign text is asked its own first question, or its first words. */
function chooseQuestion(file, paragraphs) {
  if (process.env.QUESTION) return process.env.QUESTION;
  if (file === undefined) return QUESTION;
  const asked = paragraphs
    .flatMap(({ text }) => text.match(/[^.!?]+\?/g) ?? [])
    .find((sentence) => /\p{L}.*\s.*\s/u.test(sentence));
  const question = (asked ?? paragraphs[0].text).trim();
  return question.length <= MAX_QUESTION
    ? question
    : question.slice(0, question.lastIndexOf(' ', MAX_QUESTION));
}

async function askAll(client, paragraphs, question) {
  const texts = paragraphs.map(({ text }) => text);
  const reranked = Math.min(texts.length, MAX_RERANKED);
  const prompts = texts.slice(0, MAX_PROMPTS);
  const bar = new ProgressBar(1 + texts.length * 2 + reranked + prompts.length);
  try {
    const embedded = await embedAll(client, texts, bar);
    const asked = await embedAll(client, [question], bar, 'question');
    const matrices = embedded.answers.map((answer) => answer.matrix());
    const vector = asked.answers[0].matrix().data;
    const nearest = findNearest(matrices, vector, reranked);
    const candidates = nearest.map(({ row }) => texts[row]);
    return {
      embedded,
      asked,
      matrices,
      nearest,
      reranked: await rerankAll(client, question, candidates, bar),
      classified: await classifyAll(client, texts, bar),
      completed: await completeAll(client, prompts, bar),
    };
  } finally {
    bar.end();
  }
}

const sumTokens = (answers) =>
  answers.reduce((sum, { usage }) => sum + usage.total_tokens, 0);

/** What the report needs of all the answers. */
function summarise(paragraphs, question, results) {
  const { embedded, asked, reranked, classified, completed } = results;
  const completions = completed.answers.flatMap(({ data }) => data);
  return {
    paragraphs,
    question,
    stages: [embedded, asked, reranked, classified, completed],
    tokens: sumTokens(embedded.answers),
    dimensions: results.matrices[0].dimensions,
    nearest: results.nearest.slice(0, NEAREST),
    rerankedCount: reranked.inputs,
    best: reranked.answers[0].sorted()[0],
    labels: classified.answers.flatMap(({ data }) =>
      data.map(([likeliest]) => likeliest.label),
    ),
    completion: {
      answers: completions.length,
      tokens: sumTokens(completions),
    },
  };
}

async function main() {
  const file = process.argv[2];
  const files = file === undefined ? listDocuments(ROOT) : [file];
  const paragraphs = readParagraphs(files);
  const question = chooseQuestion(file, paragraphs);
  const server = await startServerProcess(SERVER_FLAGS);
  try {
    console.log(
      `${count(paragraphs.length, 'paragraph')} of ` +
        `${count(files.length, 'document')}, inference server at ${server.url}`,
    );
    const client = new PerformanceClient(server.url, API_KEY);
    const results = await askAll(client, paragraphs, question);
    console.log(renderReport(summarise(paragraphs, question, results)));
    await client.close();
  } finally {
    await server.stop();
  }
}

main().catch((error) => {
  console.error(`demo: ${error.message}`);
  process.exitCode = 1;
});
