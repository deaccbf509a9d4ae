'use strict';

/*
 * Starts the embedded inference server and the proxy before it, says a few
 * things to the proxy by curl, shows what comes back, and ends.
 */

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');

const { startServerProcess } = require('../demo/server-process');
const { describeAnswer } = require('./answer');
const { startProxyProcess } = require('./proxy-process');

const KEY = 'demo-key';
const TEXTS = 1000;
const EMBEDDINGS = '/v1/embeddings';

const runProgram = promisify(execFile);

/** One thing that is said to the proxy. */
const SCENES = [
  {
    title: 'Two texts, with the key of the caller',
    path: EMBEDDINGS,
    headers: [`Authorization: Bearer ${KEY}`, 'X-Baseten-Model: my-model'],
    body: { input: ['Hello world', 'How are you?'], encoding_format: 'float' },
  },
  {
    title: `${TEXTS} texts in one call: split into batches, joined again`,
    path: EMBEDDINGS,
    headers: ['X-Baseten-Model: my-model'],
    file: {
      input: Array.from({ length: TEXTS }, (_, i) => `paragraph ${i}`),
    },
  },
  {
    title: 'Rerank, without a key: the operator of the proxy has one',
    path: '/rerank',
    body: {
      query: 'What is the capital of France?',
      texts: [
        'Paris is the capital of France',
        'Berlin is the capital of Germany',
      ],
    },
  },
  {
    title: 'Several bodies for any endpoint',
    path: '/batch',
    body: {
      url_path: '/v1/completions',
      payloads: ['one', 'two', 'three'].map((prompt) => ({
        model: 'my-model',
        prompt,
      })),
    },
  },
  {
    title: 'What is not a batch passes through as it is',
    path: '/v1/completions',
    body: { model: 'my-model', prompt: 'say this back' },
  },
  {
    title: 'A streamed answer arrives event by event',
    path: '/v1/chat/completions?event-ms=50',
    body: {
      model: 'my-model',
      stream: true,
      messages: [{ role: 'user', content: 'say this back, word by word' }],
    },
  },
  {
    title: 'The operator’s key does not go where a caller points',
    path: EMBEDDINGS,
    headers: ['X-Target-Host: https://elsewhere.example'],
    body: { input: 'Hello world', model: 'my-model' },
  },
  {
    title: 'A preference out of range is named',
    path: EMBEDDINGS,
    headers: ['X-Baseten-Request-Preferences: {"batch_size": 5000}'],
    body: { input: 'Hello world', model: 'my-model' },
  },
];

const count = (value) => value.toLocaleString('en');

/** A word as a shell takes it. */
function quote(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`;
}

/** Words with each option in a line of its own. */
function commandOf(words) {
  return words
    .map((word) => (word.startsWith('-') ? `\\\n  ${word}` : quote(word)))
    .join(' ');
}

/**
 * @param {typeof SCENES[number]} scene
 * @param {string} url
 * @param {string} folder for a body that is too long for the screen
 * @returns {string[]} what curl is given
 */
function argumentsOf({ path: urlPath, headers = [], body, file }, url, folder) {
  const words = [`${url}${urlPath}`, ...headers.flatMap((one) => ['-H', one])];
  words.push('-H', 'Content-Type: application/json');
  if (!file) return [...words, '-d', JSON.stringify(body)];
  const name = path.join(folder, 'texts.json');
  fs.writeFileSync(name, JSON.stringify(file));
  return [...words, '-d', `@${name}`];
}

async function play(scene, url, folder) {
  const words = argumentsOf(scene, url, folder);
  console.log(`\n# ${scene.title}`);
  console.log(`curl ${commandOf(words)}`);
  const { stdout } = await runProgram(
    'curl',
    [
      ...['-sS', '-w', '\n%{http_code} %{time_starttransfer} %{time_total}'],
      ...words,
    ],
    { maxBuffer: 1 << 26 },
  );
  const end = stdout.lastIndexOf('\n');
  const [status, begin, seconds] = stdout.slice(end + 1).split(' ');
  const early = scene.body?.stream ? `, its beginning after ${begin} s` : '';
  console.log(`→ ${status} after ${seconds} s${early}`);
  console.log(describeAnswer(stdout.slice(0, end)));
}

async function tellFigures(url) {
  const response = await fetch(`${url}/status.json`);
  const { totals, statuses } = /** @type {any} */ (await response.json());
  const answers = Object.entries(statuses).map(
    ([status, answered]) => `${answered} × ${status}`,
  );
  console.log('\n# What the proxy counted (/status, /status.json, /metrics)');
  console.log(
    `${totals.requests} calls (${answers.join(', ')}), ${count(totals.inputs)} inputs ` +
      `in ${totals.batches} batches, ${totals.connections_opened} connections ` +
      `opened and ${totals.connections_reused} reused`,
  );
}

async function main() {
  const flags = ['--api-key', KEY, '--latency-ms', '20'];
  const server = await startServerProcess(flags);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxy-demo-'));
  try {
    console.log('# The proxy, with a key of its own for callers without one');
    console.log(
      `DEMO_KEY=${KEY} baseten-performance-proxy --port 0 ` +
        `--target-url ${server.url} --upstream-api-key '$DEMO_KEY'`,
    );
    const proxy = await startProxyProcess(
      ['--target-url', server.url, '--upstream-api-key', '$DEMO_KEY'],
      { DEMO_KEY: KEY },
    );
    for (const scene of SCENES) await play(scene, proxy.url, folder);
    await tellFigures(proxy.url);
    const code = await proxy.stop();
    console.log('\n# One line of its log');
    console.log(JSON.stringify(proxy.lines.find(({ inputs }) => inputs > 2)));
    console.log(`\nSIGTERM: drained, and ended with code ${code}.`);
  } finally {
    fs.rmSync(folder, { recursive: true });
    await server.stop();
  }
}

main().catch((error) => {
  console.error(`proxy-demo: ${error.message}`);
  process.exitCode = 1;
});
