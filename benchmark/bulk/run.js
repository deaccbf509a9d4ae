'use strict';

/*
 * The bulk command beside embedStream alone, on the same server: inputs per
 * second into each format as a share of what the stream reaches, and the most
 * memory. Rounds are interleaved; each figure is the median.
 *
 *   make bench-bulk     SCALE=16 for 2,097,152 inputs, ROUNDS=5, FORMATS=npy,
 *                       DELAY=800 for a server that takes so many ms
 */

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { serversFor } = require('../servers');

const ROOT = path.join(__dirname, '../..');
const FOLDER = path.join(ROOT, 'build/bench/bulk');
const COMMAND = path.join(ROOT, 'bulk/bin/baseten-performance-bulk.js');

const { SCALE = '1', ROUNDS = '3', DELAY = '0' } = process.env;
const FORMATS = (process.env.FORMATS ?? 'npy,safetensors,parquet,arrow').split(
  ',',
);
const INPUTS = Math.max(1, Math.round(Number(SCALE) * 1024)) * 128;

function writeInput(file) {
  const fd = fs.openSync(file, 'w');
  let text = '';
  for (let i = 0; i < INPUTS; i++) {
    text += `{"id":"doc-${i}","text":"Paragraph ${i} says in plain words what the machine does and why."}\n`;
    if (text.length < 1e6) continue;
    fs.writeSync(fd, text);
    text = '';
  }
  fs.writeSync(fd, text);
  fs.closeSync(fd);
}

/** Runs a program of Node; gives its seconds and its most memory. */
async function measure(args) {
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let told = '';
  let peakMb = 0;
  child.stdout.on('data', (text) => (told += text));
  child.stderr.on('data', (text) => (told += text));
  const watch = setInterval(() => {
    try {
      const status = fs.readFileSync(`/proc/${child.pid}/status`, 'latin1');
      const [, kb] = /VmHWM:\s*(\d+)/.exec(status) ?? [];
      peakMb = Math.max(peakMb, Number(kb ?? 0) / 1024);
    } catch {
      // It has just ended.
    }
  }, 100);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(watch);
  if (code !== 0) throw new Error(`${args.join(' ')}: ${told}`);
  return { told, peakMb };
}

/** Seconds of the stream, without the start of the process. */
async function runStream(url) {
  const { told, peakMb } = await measure([
    path.join(__dirname, 'stream.js'),
    url,
    String(INPUTS),
  ]);
  return { seconds: Number(told), peakMb };
}

/** Seconds from the start of the process to the finished file. */
async function runBulk(url, input, format) {
  const output = path.join(FOLDER, `out.${format}`);
  const start = performance.now();
  const { peakMb } = await measure([
    COMMAND,
    ...['embed', input, '-o', output, '--overwrite', '--model', 'm'],
    ...['--base-url', url, '--no-api-key'],
  ]);
  const seconds = (performance.now() - start) / 1000;
  fs.rmSync(output, { recursive: true });
  return { seconds, peakMb };
}

const median = (values) =>
  values.toSorted((a, b) => a - b)[values.length >>> 1];

async function main() {
  fs.mkdirSync(FOLDER, { recursive: true });
  const input = path.join(FOLDER, 'in.jsonl');
  writeInput(input);
  const servers = serversFor({
    body: 'growth',
    server: ['--delay', DELAY],
  });
  const { site } = await servers.get('http1');
  const runs = Object.fromEntries(
    ['stream', ...FORMATS].map((name) => [name, []]),
  );
  for (let round = 0; round < Number(ROUNDS); round++)
    for (const name of Object.keys(runs))
      runs[name].push(
        name === 'stream'
          ? await runStream(site.url)
          : await runBulk(site.url, input, name),
      );
  await servers.stop();
  fs.rmSync(FOLDER, { recursive: true });

  const base = median(runs.stream.map(({ seconds }) => seconds));
  console.log(`${INPUTS} inputs x 384, medians of ${ROUNDS}`);
  for (const [name, all] of Object.entries(runs)) {
    const seconds = median(all.map((one) => one.seconds));
    const peak = Math.max(...all.map((one) => one.peakMb));
    const rate = Math.round(INPUTS / seconds).toLocaleString('en-US');
    const ratio = (base / seconds).toFixed(2);
    console.log(
      `${name.padEnd(12)} ${rate.padStart(9)}/s  ${ratio} x embedStream  ${Math.round(peak)} MB`,
    );
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
