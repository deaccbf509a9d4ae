'use strict';

/*
 * The samples of the pages, which are ES modules, run as they are printed.
 */

const fs = require('node:fs');
const path = require('node:path');
const { spawn } = require('node:child_process');

const ROOT = path.join(__dirname, '../..');

/**
 * The samples of a page in one language, each with the heading above it.
 * @param {string} page from the root of the repository
 * @param {string} language
 * @returns {{ heading: string, code: string }[]}
 */
function readSamples(page, language) {
  const text = fs.readFileSync(path.join(ROOT, page), 'utf8');
  const fence = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm');
  return text.split(/^(?=#+ )/m).flatMap((part) => {
    const heading = part.split('\n', 1)[0].replace(/^#+ /, '');
    return [...part.matchAll(fence)].map(([, code]) => ({ heading, code }));
  });
}

/**
 * Runs a module in a process of its own.
 * @param {import('node:test').TestContext} t
 * @param {string} code
 * @param {{ env?: object, folder?: string, packages?: Record<string, string>, cwd?: string }} options `folder` is
 * where its imports are looked up from, `packages` the modules that are found
 * before those, `cwd` where it runs
 * @returns {Promise<{ exit: number | null, stdout: string, stderr: string }>}
 */
async function runSample(t, code, options = {}) {
  const { env, folder = 'build', packages = {}, cwd = ROOT } = options;
  const place = path.join(ROOT, folder);
  fs.mkdirSync(place, { recursive: true });
  const own = fs.mkdtempSync(path.join(place, '.sample-'));
  t.after(() => fs.rmSync(own, { recursive: true, force: true }));
  const file = path.join(own, 'sample.mjs');
  fs.writeFileSync(file, code);
  for (const [name, text] of Object.entries(packages)) {
    const home = path.join(own, 'node_modules', name);
    fs.mkdirSync(home, { recursive: true });
    fs.writeFileSync(path.join(home, 'package.json'), '{"exports":"./i.mjs"}');
    fs.writeFileSync(path.join(home, 'i.mjs'), text);
  }
  const child = spawn(process.execPath, [file], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  const texts = { stdout: '', stderr: '' };
  for (const name of /** @type {const} */ (['stdout', 'stderr']))
    child[name].setEncoding('utf8').on('data', (text) => {
      texts[name] += text;
    });
  const exit = await new Promise((resolve) => child.on('close', resolve));
  return { exit, ...texts };
}

module.exports = { readSamples, runSample };
