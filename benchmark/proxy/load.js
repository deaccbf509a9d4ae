'use strict';

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { promisify } = require('node:util');

const { BUILD } = require('../servers');

const SCRIPT = path.join(__dirname, 'call.lua');

/** Beyond how long the load lasts, until it is given up. */
const GRACE_MS = 30_000;

const runProgram = promisify(execFile);

/** The file with a call of so many texts. */
function writeCall(texts) {
  const file = path.join(BUILD, `call-${texts}.json`);
  const input = Array.from({ length: texts }, (_, i) => `paragraph ${i}`);
  fs.writeFileSync(file, JSON.stringify({ input, model: 'my_model' }));
  return file;
}

/**
 * Sends calls on so many connections for so many seconds. A load with errors
 * measures nothing, so it fails.
 */
async function runLoad(url, { texts, connections }, seconds) {
  const duration = Math.max(1, Math.round(seconds));
  const { stdout } = await runProgram(
    'wrk',
    [
      ...['-t1', `-c${connections}`, `-d${duration}s`, '--timeout', '20s'],
      ...['-s', SCRIPT, `${url}/v1/embeddings`],
    ],
    {
      env: { ...process.env, BODY: writeCall(texts) },
      timeout: duration * 1000 + GRACE_MS,
    },
  );
  const figures = JSON.parse(stdout.trimEnd().split('\n').at(-1));
  if (figures.errors > 0 || figures.requests === 0)
    throw new Error(`the load on ${url} failed: ${stdout}`);
  return figures;
}

module.exports = { runLoad };
