'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const PROGRAM = path.join(__dirname, '../../bin/baseten-performance-bulk.js');

/** What a machine may have set, and would change what is tested. */
const FOREIGN =
  /^(BASETEN_|OPENAI_|JOB_COMPLETION_INDEX|SLURM_|AWS_BATCH_)|_proxy$/i;

function cleanEnvironment(more) {
  const kept = Object.entries(process.env).filter(
    ([name]) => !FOREIGN.test(name),
  );
  return { ...Object.fromEntries(kept), ...more };
}

/**
 * The command, running.
 * @param {string[]} args
 * @param {{ cwd?: string, env?: object, input?: string }} [options]
 */
function startBulk(args, { cwd, env, input } = {}) {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd,
    env: cleanEnvironment(env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const out = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'])
    child[name].setEncoding('utf8').on('data', (text) => {
      out[name] += text;
    });
  child.stdin.on('error', () => {}); // it may end before it has read all
  child.stdin.end(input);
  const ended = new Promise((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, ...out })),
  );
  return { child, ended, out };
}

/** Runs it to its end. */
function runBulk(args, options) {
  return startBulk(args, options).ended;
}

/** A folder that goes with the test. */
function makeFolder(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bulk-test-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Texts that differ, one a row. */
function makeTexts(count) {
  return Array.from({ length: count }, (_, i) => `text number ${i}`);
}

/** Writes rows as JSON lines. */
function writeRows(file, rows) {
  fs.writeFileSync(
    file,
    rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
  );
}

/** The values of a file of JSON lines. */
function readRows(file) {
  const lines = fs.readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}

module.exports = {
  makeFolder,
  makeTexts,
  readRows,
  runBulk,
  startBulk,
  writeRows,
};
