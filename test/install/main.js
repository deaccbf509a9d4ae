'use strict';

/*
 * Does the packed tarball work where users are? Each case installs it without
 * scripts and without a compiler in sight, and calls a server of this process.
 *
 *   make install-test                       every case
 *   make install-test WHERE="node musl"     groups or single cases
 *   make install-test WHERE=ci              quick, on the running Node
 *   make install-test WHERE=list            their names
 */

const fs = require('node:fs');
const path = require('node:path');

const { binaryOf, pack } = require('../../scripts/package');
const { CASES } = require('./cases');
const { WORK } = require('./fetch');
const { startServer } = require('./server');

const NAME_WIDTH = 22;

function select(args) {
  if (args.length === 0) return CASES;
  const unknown = args.find(
    (word) =>
      !CASES.some(({ name, groups }) => [name, ...groups].includes(word)),
  );
  if (unknown) throw new Error(`no case and no group is called ${unknown}`);
  return CASES.filter(({ name, groups }) =>
    [name, ...groups].some((one) => args.includes(one)),
  );
}

/** @returns {Promise<{ name: string, failure: string, detail: string }>} */
async function perform({ name, run }, context) {
  const started = performance.now();
  const folder = path.join(WORK, 'cases', name);
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  let failure = '';
  let detail = '';
  try {
    detail = await run({ ...context, folder });
  } catch (error) {
    failure = error.message;
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const verdict = failure ? 'FAIL' : 'pass';
  const told = (failure || detail).split('\n');
  console.log(
    `${verdict}  ${name.padEnd(NAME_WIDTH)} ${seconds} s  ${told[0]}`,
  );
  for (const line of told.slice(1)) console.log(`      ${line}`);
  return { name, failure, detail };
}

function printTable(results) {
  console.log(`\n${'case'.padEnd(NAME_WIDTH)} result`);
  for (const { name, failure, detail } of results) {
    const told = failure ? `FAIL: ${failure.split('\n')[0]}` : `pass ${detail}`;
    console.log(`${name.padEnd(NAME_WIDTH)} ${told.trim()}`);
  }
  const failed = results.filter(({ failure }) => failure).length;
  console.log(`\n${results.length - failed} passed, ${failed} failed`);
  return failed;
}

async function main() {
  const args = process.argv.slice(2);
  if (args[0] === 'list') {
    for (const { name, groups } of CASES)
      console.log(`${name.padEnd(NAME_WIDTH)} ${groups.join(' ')}`);
    return;
  }
  const cases = select(args);
  const targets = [...new Set(cases.map(({ target }) => target))];
  const tarballs = pack(path.join(WORK, 'dist'), targets.map(binaryOf));
  const server = await startServer();
  const results = [];
  try {
    for (const one of cases)
      results.push(await perform(one, { tarballs, server }));
  } finally {
    server.close();
  }
  process.exitCode = printTable(results) > 0 ? 1 : 0;
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
