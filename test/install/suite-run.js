'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { env, ROOT, WORK } = require('./fetch');
const { run } = require('./process');

const LONGEST_MS = 900_000;

/** @returns {string[]} every test file of a folder, as `make test` runs them */
function listTests(repository) {
  return ['test', 'proxy/test', 'bulk/test'].flatMap((top) =>
    fs
      .readdirSync(path.join(repository, top), { recursive: true })
      .map((name) => path.join(top, String(name)))
      .filter((name) => name.endsWith('.test.js'))
      .sort(),
  );
}

/**
 * Runs the whole suite; the log of it is kept.
 * @param {string} node
 * @param {string} repository
 * @returns {Promise<string>} how many passed; throws when one did not
 */
async function demandTests(node, repository) {
  const { code, output } = await run(
    [node, '--test', '--test-reporter=tap', ...listTests(repository)],
    {
      cwd: repository,
      env: { ...env, PATH: `${path.dirname(node)}:${env.PATH}` },
      longestMs: LONGEST_MS,
    },
  );
  const name = path.basename(path.dirname(repository));
  const log = path.join(WORK, 'logs', `${name}.tap`);
  fs.mkdirSync(path.dirname(log), { recursive: true });
  fs.writeFileSync(log, output);
  const count = (word) =>
    Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(output)?.[1]);
  const told = `${count('pass')} passed, ${count('fail')} failed`;
  if (code === 0 && count('pass') > 0 && count('fail') === 0) return told;
  const failed = [...output.matchAll(/^ {4,}not ok \d+ - (.*)$/gm)];
  const names = failed.map(([, one]) => one).join('\n');
  throw new Error(`${told}, ${path.relative(ROOT, log)}\n${names}`);
}

module.exports = { ROOT, demandTests };
