'use strict';

/**
 * How fast one core reads answers as servers write them:
 *
 *   node decoding.js PROGRAM    the built decoding.c
 */

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { writeBody } = require('./bodies');

const ITEMS = 128;

const FLOATS = ITEMS * 1024;

/** Another way to write the same numbers. */
function rewrite(file, name, write) {
  const answer = JSON.parse(fs.readFileSync(file, 'utf8'));
  const written = path.join(path.dirname(file), name);
  fs.writeFileSync(written, write(answer));
  return written;
}

/** Like a model whose numbers are float32 and whose server is Python's. */
function asPython(answer) {
  for (const item of answer.data)
    item.embedding = item.embedding.map(Math.fround);
  return JSON.stringify(answer).replaceAll(',', ', ').replaceAll(':', ': ');
}

function asShort(answer) {
  for (const item of answer.data)
    item.embedding = item.embedding.map((value) =>
      Number(value.toPrecision(8)),
    );
  return JSON.stringify(answer);
}

function main() {
  const [program] = process.argv.slice(2);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'decoding-'));
  try {
    const { file: floats } = writeBody('floats', path.join(folder, 'floats'));
    const { file: base64 } = writeBody('base64', path.join(folder, 'base64'));
    const answers = {
      'doubles, 17 digits': floats,
      'float32 as Python writes it': rewrite(floats, 'python', asPython),
      'float32, 8 digits': rewrite(floats, 'short', asShort),
      base64,
    };
    for (const [title, file] of Object.entries(answers)) {
      const printed = execFileSync(program, [file, String(ITEMS)], {
        encoding: 'utf8',
      });
      const ns = JSON.parse(printed).seconds * 1e9;
      const gbPerS = (fs.statSync(file).size / ns).toFixed(2);
      const perFloat = (ns / FLOATS).toFixed(2);
      console.log(`${title.padEnd(30)} ${gbPerS} GB/s, ${perFloat} ns a float`);
    }
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

main();
