'use strict';

/**
 * What was measured, a file per work, so that works of several runs can stand
 * side by side: results/E.json has the machine, how often and how much was
 * measured, and the work's contenders with every round.
 */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { WORKS } = require('./works');

const FOLDER = path.join(__dirname, 'results');

function describeMachine() {
  const [{ model }] = os.cpus();
  return {
    cpu: model,
    cores: os.availableParallelism(),
    node: process.version,
  };
}

const fileOf = ({ name }) => path.join(FOLDER, `${name}.json`);

/** Keeps the result of a work, in the place of an older one. */
function saveResult(result, { rounds, scale }) {
  const machine = describeMachine();
  fs.mkdirSync(FOLDER, { recursive: true });
  fs.writeFileSync(
    fileOf(result),
    `${JSON.stringify({ machine, rounds, scale, ...result })}\n`,
  );
}

/** All that there is, in the order of the works. */
function loadResults() {
  return WORKS.map(fileOf)
    .filter(fs.existsSync)
    .map((file) => JSON.parse(fs.readFileSync(file, 'utf8')));
}

module.exports = { loadResults, saveResult };
